"""Fixtures of the record's tests."""

import pytest
from good_record import DAY, write_good


@pytest.fixture
def good(tmp_path):
    return write_good(tmp_path / "good")


@pytest.fixture
def ingest(tmp_path):
    """Ingest sources into a fresh snapshot of 2016-12-28."""
    from audit_lib.record import ingest_sources

    count = 0

    def run(*sources, day=DAY, name=None):
        nonlocal count
        count += 1
        return ingest_sources(sources, tmp_path / (name or f"snapshot{count}"), day)

    return run
