"""The sample record, ingested and judged once for all tests of the room."""

from datetime import date

import pytest

from audit_lib.law import check_snapshot
from audit_lib.record import ingest_sources, open_snapshot


@pytest.fixture(scope="session")
def sample_day():
    return date(2016, 12, 28)


@pytest.fixture(scope="session")
def sample_snapshot(tmp_path_factory, root, sample_day):
    path = tmp_path_factory.mktemp("law") / "sample"
    ingest_sources([str(root / "data" / "sample")], path, sample_day)
    return open_snapshot(path)


@pytest.fixture(scope="session")
def sample_findings(sample_snapshot, sample_day):
    return check_snapshot(sample_snapshot, sample_day, everything=True)
