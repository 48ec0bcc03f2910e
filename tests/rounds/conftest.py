"""The small record, received once for all tests of rounds."""

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
    """Copy the parameters once, so that all runs of a session rest on the same ones."""
    folder = tmp_path_factory.mktemp("own") / "parameters"
    shutil.copytree(parameters_folder(), folder)
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
