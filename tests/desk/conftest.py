"""One small invented record, received and prepared once for all tests of the desk."""

from pathlib import Path

import pytest
from desk_round import ROUND


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
