"""Damaged exports of every kind: none crashes, none loses a good row, each fault is named."""

from collections import Counter

import damage_books
import damage_text
import pandas as pd
import pytest
from damage import DAY, build_damaged

from audit_lib.errors import UnreadableSource
from audit_lib.record import ingest_sources, open_snapshot
from audit_lib.record.problems import FILE_REASONS

KINDS = damage_text.KINDS + damage_books.KINDS


def read_damaged(folder, seed):
    """Read one damaged export and hold it against what was written; return its reasons."""
    made = build_damaged(KINDS[seed % len(KINDS)], folder / "source", seed)
    said = f"{made.kind}, seed {seed}"
    try:
        done = ingest_sources(made.folder, folder / "record", DAY)
    except UnreadableSource as error:
        few = 2 * sum(made.whole.values()) < made.spoilt and "were refused" in str(error)
        assert made.what.fatal or made.what.reasons is None or few, (said, str(error))
        assert not (folder / "record").exists(), said
        return set()
    assert not made.what.fatal, said
    check_balance(done, said)
    record = open_snapshot(done.path)
    check_rows(made, record, said)
    found, balance = set(done.problems["reason"]), done.balance.set_index("table")
    if made.what.reasons is not None:
        assert (found & made.what.reasons) if made.what.reasons else not found, (said, found)
    assert found >= made.what.every, (said, found)
    if made.what.rows is not None:
        assert balance["read"]["events"] == made.what.rows, said
    return found


def check_balance(done, said):
    """See that rows add up, and that each row which was refused is named, once."""
    balance = done.balance.set_index("table")
    assert (balance["read"] == balance["kept"] + balance["refused"]).all(), said
    rows = done.problems[~done.problems["reason"].isin(FILE_REASONS)]
    refused = rows[rows["became"].eq("refused")].drop_duplicates(["table", "file", "sheet", "row"])
    counts = refused["table"].value_counts().reindex(balance.index, fill_value=0)
    assert (counts == balance["refused"]).all(), said


def check_rows(made, record, said):
    """See that what was written whole is kept as it was written, and nothing was made up."""
    kept = Counter(map(event_kept, record.events.itertuples()))
    assert not made.whole - kept, (said, list((made.whole - kept).items())[:3])
    assert sum((kept - made.whole).values()) <= made.spoilt, (said, kept - made.whole)
    cases = {
        row.case_no: (f"{row.filed_on:%Y-%m-%d}", row.claim_amount, row.handler)
        for row in record.cases.itertuples()
    }
    assert cases.items() >= made.cases.items(), said
    assert len(cases) <= len(made.cases) + made.spoilt_cases, said


def event_kept(row) -> tuple:
    """Return what a snapshot holds of one event, as `build_damaged` says it."""
    keyed = None if pd.isna(row.recorded_at) else f"{row.recorded_at:%Y-%m-%d %H:%M:%S}"
    amount = None if pd.isna(row.amount) else row.amount
    party, note = (None if pd.isna(cell) else cell for cell in (row.party, row.note))
    return row.case_no, row.event, f"{row.day:%Y-%m-%d}", keyed, amount, party, note


@pytest.mark.parametrize("seed", range(len(KINDS)), ids=[k.__name__ for k in KINDS])
def test_a_damaged_export_is_named_and_its_good_rows_are_kept(seed, tmp_path):
    read_damaged(tmp_path, seed)
