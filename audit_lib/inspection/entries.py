"""What the entries of a case's record show, as of a day, case by case.

Takes the events of a snapshot (its Parquet files, a few courts at a time, so that a national
record never stands in memory at once) and gives one array a measure. Only entries of the day or
before that were keyed in by then are seen.
"""

import datetime
import os
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from audit_lib.inspection.entry_measures import (
    NEVER,
    Batch,
    Role,
    count_cosmetic,
    find_last_kept,
    find_pauses,
    find_searched,
    find_waits,
    measure_keying,
    measure_property,
)
from audit_lib.inspection.settings import Risk
from audit_lib.law import load_acts

__all__ = ["measure_entries"]

_COLUMNS = ["case_no", "event", "day", "recorded_at", "amount", "asset_id", "until"]
_BATCH_BYTES = 24_000_000


def measure_entries(
    snapshot, as_of, case_nos, last_substantive, risk: Risk, court_codes=None
) -> pd.DataFrame:
    """Measure each case's entries as of one day.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
        Entries of later days, or keyed in later, are not seen.
    case_nos : array of text, the cases asked about, each once
    last_substantive : array of datetime64[D], one a case
        Day of the last substantive act, or NaT.
    risk : Risk
    court_codes : array of text, one a case, optional
        One court where not given.

    Returns
    -------
    DataFrame, one row per case, in the order of `case_nos`
        ``property_untouched`` days, ``term_ending`` days, ``cosmetic`` entries, ``late_keyed``
        share, ``keyed_in_burst`` entries, ``entry_silence`` days since the last entry of any
        kind; ``paused`` bool; ``waits_for`` days since which the case waits for others, missing
        where it does not; ``searched`` bool, no property known and every search repeated;
        ``kept_silence`` days since the last substantive act that was not keyed in afterwards in
        a burst, missing where the last act was not.
    """
    today = np.int32((as_of - datetime.date(1970, 1, 1)).days)
    count = len(case_nos)
    names = ("property_untouched", "term_ending", "cosmetic", "late_keyed", "keyed_in_burst")
    out = {name: np.zeros(count) for name in names}
    out |= {name: np.zeros(count, bool) for name in ("paused", "searched", "holds", "back_dated")}
    out["entry_silence"] = np.full(count, np.nan)
    out["waiting_since"] = np.full(count, 2**30)
    out["kept_last"] = np.full(count, NEVER)
    last = np.asarray(last_substantive, dtype="datetime64[D]")
    last_day = np.where(np.isnat(last), 2**30, last.astype("int64")).astype("int64")
    cases = pa.array(case_nos, type=pa.string())
    roles = _role_table(risk)
    courts = np.zeros(count, dtype=np.int64)
    if court_codes is not None:
        courts = pd.factorize(court_codes)[0].astype(np.int64)
    for table in _tables(snapshot):
        batch = _read(table, cases, courts, today, risk, roles)
        if len(batch.case):
            count_cosmetic(batch, last_day, out)
            np.fmin.at(out["entry_silence"], batch.case, (today - batch.day).astype(float))
            find_last_kept(batch, measure_keying(batch, risk, out), out)
            find_pauses(batch, today, out)
            find_waits(batch, today, risk, out)
            measure_property(batch, today, risk, out)
            find_searched(batch, today, risk, out)
    since, kept = out.pop("waiting_since"), out.pop("kept_last")
    out["waits_for"] = np.where(since < 2**30, today - since, np.nan)
    since_kept = np.where(kept > NEVER, today - kept.astype(float), np.inf)
    out["kept_silence"] = np.where(out.pop("back_dated"), since_kept, np.nan)
    return pd.DataFrame(out)


def _tables(snapshot) -> Iterator[pa.Table]:
    """Yield the events a few courts at a time; one case never spans two tables."""
    files = [str(path) for path in snapshot.files("events")]
    group, size = [], 0
    for path in files:
        group.append(path)
        size += os.path.getsize(path)
        if size >= _BATCH_BYTES:
            yield _open(group)
            group, size = [], 0
    if group:
        yield _open(group)


def _open(paths) -> pa.Table:
    read = ds.ParquetFileFormat(read_options={"dictionary_columns": ["case_no", "event"]})
    data = ds.dataset(paths, format=read)
    names = [name for name in _COLUMNS if name in data.schema.names]
    return data.to_table(columns=names)


def _codes(column: pa.ChunkedArray, value_set) -> np.ndarray:
    """Return each row's place in `value_set`, -1 where it has none."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    # One dictionary for all chunks: looking words up in a million is done once, not once a file.
    column = column.unify_dictionaries()
    if not column.num_chunks:
        return np.zeros(0, dtype=np.int64)
    words = column.chunk(0).dictionary.cast(pa.string())
    places = pc.index_in(words, value_set=value_set).fill_null(-1).to_numpy(zero_copy_only=False)
    places = np.append(places, -1)
    rows = [chunk.indices.fill_null(len(words)) for chunk in column.chunks]
    return places[np.concatenate([part.to_numpy(zero_copy_only=False) for part in rows])]


def _days(table, name) -> np.ndarray:
    """Return a column's days since 1970, `NEVER` where missing."""
    if name not in table.schema.names:
        return np.full(len(table), NEVER, dtype=np.int32)
    column = table[name]
    if pa.types.is_null(column.type):
        return np.full(len(table), NEVER, dtype=np.int32)
    days = column.cast(pa.date32(), safe=False).cast(pa.int32())
    return days.fill_null(int(NEVER)).to_numpy()


def _role_table(risk: Risk) -> tuple[pa.Array, np.ndarray]:
    """Return the codes that tell something, and what each tells (nothing for all others)."""
    held = risk.property
    lists = [
        (held.known, Role.KNOWN),
        (held.controlled, Role.CONTROLLED),
        (held.steps, Role.STEP),
        (held.finished, Role.FINISHED),
        (held.settles_all, Role.SETTLES),
        (held.query, Role.ANSWER),
        (risk.paused_by, Role.PAUSE),
        (risk.pause_ended_by, Role.RESUME),
        (load_acts().substantive, Role.MOVES),
        (risk.no_property.queries, Role.QUERY),
        (risk.no_property.searches, Role.SEARCH),
        (risk.no_property.sanctions, Role.SANCTION),
        (risk.no_property.behind, Role.BEHIND),
    ]
    for number, wait in enumerate(risk.waits):
        opens, ends = Role.wait(number)
        lists += [((wait.opens,), opens), (wait.ends, ends)]
    names = sorted({code for codes, _ in lists for code in codes})
    roles = np.zeros(len(names) + 1, dtype=np.int32)
    for codes, role in lists:
        for code in codes:
            roles[names.index(code)] |= role
    return pa.array(names, type=pa.string()), roles


def _read(table, cases, courts, today, risk, role_table) -> Batch:
    names, roles = role_table
    case = _codes(table["case_no"], cases)
    event = _codes(table["event"], names)
    day, recorded = _days(table, "day"), _days(table, "recorded_at")
    until = _days(table, "until")
    role = roles[event]
    amount = np.zeros(len(table))
    if "amount" in table.schema.names:
        amount = table["amount"].cast(pa.float64()).fill_null(0.0).to_numpy()
    answered = role & Role.ANSWER != 0
    rich = amount >= risk.property.query_at_least
    role = np.where(answered, role | np.where(rich, Role.RICH, Role.EMPTY), role)
    if "asset_id" in table.schema.names and not pa.types.is_null(table["asset_id"].type):
        column = table["asset_id"].combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = (
                pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())
            )
        coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        asset = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    else:
        asset = np.full(len(table), -1, dtype=np.int64)
    seen = (case >= 0) & (day > NEVER) & (day <= today) & (recorded <= today)
    columns = (case.astype(np.int64), role, day, recorded, until, asset)
    return Batch(*(column[seen] for column in columns), courts)
