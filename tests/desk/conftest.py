"""One small invented record, received and prepared once for all tests of the desk."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

ROUND = "2016-12"
COURT = "鲁0902"


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory, root) -> Path:
    from audit_lib.record import ingest_sources

    folder = tmp_path_factory.mktemp("record") / "2016-12-28"
    ingest_sources([str(root / "data" / "sample")], folder, None)
    return folder


@pytest.fixture(scope="session")
def prepared(snapshot, tmp_path_factory):
    """Return the desk's data and the folder where they were prepared."""
    from audit_lib.desk import open_data

    folder = tmp_path_factory.mktemp("desk")
    return open_data(snapshot, ROUND, folder), folder


@pytest.fixture
def data(prepared):
    return prepared[0]


def need(found, why: str):
    """Skip loudly, or fail where nothing may skip."""
    if not found:
        if os.environ.get("AUDIT_NO_SKIPS") == "1":
            pytest.fail(why)
        pytest.skip(why)
    return found
