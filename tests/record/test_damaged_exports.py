"""Damaged exports of every kind: none crashes, none loses a good row, each fault is named."""

import sys

import pytest
from damage import DAY, KINDS, make_damaged

from audit_lib.errors import UnreadableSource
from audit_lib.record import ingest_sources, open_snapshot


def read_damaged(folder, seed):
    """Read one damaged export and hold it against what is known of it; return its reasons."""
    damaged = make_damaged(folder / "source", seed)
    said = f"{damaged.kind}, seed {seed}"
    if damaged.fatal:
        with pytest.raises(UnreadableSource):
            ingest_sources(damaged.folder, folder / "record", DAY)
        assert not (folder / "record").exists(), said
        return set()
    try:
        done = ingest_sources(damaged.folder, folder / "record", DAY)
    except UnreadableSource:
        # Only where most of a file was spoilt at random.
        assert damaged.reasons is None, said
        return set()
    found = set(done.problems["reason"])
    balance = done.balance.set_index("table")
    assert (balance["read"] == balance["kept"] + balance["refused"]).all(), said
    record = open_snapshot(done.path)
    assert set(record.cases["case_no"]) == damaged.cases, said
    if damaged.reasons is not None:
        assert (found & damaged.reasons) if damaged.reasons else not found, (said, found)
    if damaged.events is not None:
        assert balance["kept"]["events"] in (damaged.events, damaged.rows), said
    if damaged.rows is not None:
        assert balance["read"]["events"] == damaged.rows, said
    return found


@pytest.mark.parametrize("seed", range(len(KINDS)), ids=[k.__name__ for k in KINDS])
def test_a_damaged_export_is_named_and_its_good_rows_are_kept(seed, tmp_path):
    if KINDS[seed].__name__ == "links" and sys.platform == "win32":
        pytest.skip("links need rights on Windows")
    read_damaged(tmp_path, seed)
