"""One small invented record, received and prepared once for all tests of the desk."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from desk_round import DAY, ROUND, make_place, need
from postgres_server import Cluster, find_postgres


@pytest.fixture(scope="session")
def place(tmp_path_factory, root) -> Path:
    return make_place(tmp_path_factory, root)


@pytest.fixture(scope="session")
def snapshot(place) -> Path:
    return place / "record" / DAY


@pytest.fixture(scope="session")
def prepared(place, snapshot):
    """Return the desk's data and the folder where they were prepared."""
    from audit_lib.desk import open_data

    return open_data(snapshot, ROUND, place / "desk"), place / "desk"


@pytest.fixture
def data(prepared):
    return prepared[0]


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Keep names, drafts and proposals of each test to itself."""
    monkeypatch.setenv("AUDIT_DESK_FOLDER", str(tmp_path / "own"))
    monkeypatch.delenv("AUDIT_DESK_AUTHOR", raising=False)
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)


@pytest.fixture(scope="session")
def cluster():
    programs = need(find_postgres(), "no PostgreSQL: apt-get install postgresql")
    # A socket's path must be short, and every folder above must be open to the server's user.
    folder = Path(
        subprocess.check_output(["mktemp", "-d", "/tmp/pgdesk-XXXXXX"], text=True).strip()
    )
    folder.chmod(0o755)
    started = Cluster(folder, programs)
    yield started
    started.stop()
    shutil.rmtree(folder, ignore_errors=True)


# JupyterHub is an extra that no desk of one's own needs. Where nothing may skip its tests are left
# out of this run and tried by `.ci/hub` in an environment that has it; elsewhere they skip with
# their reason.
_NO_HUB = os.environ.get("AUDIT_NO_SKIPS") == "1" and find_spec("jupyterhub") is None
collect_ignore = ["test_hub.py"] if _NO_HUB else []


def pytest_terminal_summary(terminalreporter):
    if _NO_HUB:
        terminalreporter.write_line(
            "tests/desk/test_hub.py is NOT part of this run: JupyterHub, an extra, is not "
            "installed here. `.ci/hub` runs it in an environment of its own.",
            red=True,
        )
