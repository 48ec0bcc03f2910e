"""One invented court, prepared once for all tests of the room."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from courts import make_frames, write_court

from audit_lib.report import load_court


@pytest.fixture(scope="session")
def frames():
    return make_frames()


@pytest.fixture(scope="session")
def court_folder(tmp_path_factory, frames):
    return write_court(tmp_path_factory.mktemp("court") / "鲁0902", frames)


@pytest.fixture(scope="session")
def tables(court_folder):
    return load_court(court_folder)
