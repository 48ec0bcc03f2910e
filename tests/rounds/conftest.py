"""The small record, received once for all tests of rounds, and one finished round of it."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import small_round

from audit_lib.parameters import parameters_folder
from audit_lib.rounds import inputs


@pytest.fixture(scope="session")
def library():
    return inputs.hash_library()


@pytest.fixture(scope="session")
def parameters(tmp_path_factory) -> Path:
    """Copy the parameters once, so that all runs of a session rest on the same ones.

    The small notebooks import pandas only, and so does the warm process of these tests.
    """
    folder = tmp_path_factory.mktemp("own") / "parameters"
    shutil.copytree(parameters_folder(), folder)
    path = folder / "rounds.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    less = "  preload: [numpy, pandas, pyarrow.parquet]"
    lines = [less if line.lstrip().startswith("preload:") else line for line in lines]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def same_inputs(library, parameters, monkeypatch):
    monkeypatch.setattr(inputs, "hash_library", lambda: library)
    monkeypatch.setenv("AUDIT_PARAMETERS", str(parameters))


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory) -> Path:
    return small_round.make_snapshot(tmp_path_factory.mktemp("record"))


@pytest.fixture
def notebooks(tmp_path, monkeypatch) -> Path:
    folder = small_round.write_notebooks(tmp_path / "notebooks")
    monkeypatch.setenv("AUDIT_NOTEBOOKS", str(folder))
    return folder


@pytest.fixture
def round_file(tmp_path) -> Path:
    return small_round.write_round(tmp_path / "rounds" / "r1.yaml")


@pytest.fixture
def run(snapshot, notebooks, round_file, tmp_path):
    """Return a function that runs the small round."""
    from audit_lib.rounds import run_round

    def go(**changes):
        given = {"round_path": round_file, "snapshot": snapshot, "out": tmp_path / "out"}
        given |= {"steps": small_round.STEPS, "workers": 1} | changes
        return run_round(**given)

    return go


@pytest.fixture(scope="session")
def made_once(tmp_path_factory, snapshot, parameters, library) -> Path:
    """Run the small round once, undisturbed; tests look at it and do not touch it."""
    from audit_lib.rounds import run_round

    folder = tmp_path_factory.mktemp("once")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inputs, "hash_library", lambda: library)
        patch.setenv("AUDIT_PARAMETERS", str(parameters))
        patch.setenv("AUDIT_NOTEBOOKS", str(small_round.write_notebooks(folder / "notebooks")))
        round_file = small_round.write_round(folder / "r1.yaml")
        result = run_round(round_file, snapshot, folder / "out", workers=1, steps=small_round.STEPS)
    assert (result.made, result.kept, result.failures) == (4, 0, [])
    assert str(result.index) in result.summary.splitlines()[-1]
    return result.folder


@pytest.fixture
def finished(made_once, tmp_path) -> Path:
    """Return a copy of the finished round, where ``run`` goes on with it."""
    return Path(shutil.copytree(made_once, tmp_path / "out" / "r1"))
