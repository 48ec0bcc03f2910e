"""What the entries of a case's record show, as of a day, case by case.

Takes the events of a snapshot (its Parquet files, a few courts at a time, so that a national
record never stands in memory at once) and gives one array a measure. Only entries of the day or
before that were keyed in by then are seen.
"""

import datetime
import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from audit_lib.inspection.settings import Risk

__all__ = ["measure_entries"]

_COLUMNS = ["case_no", "event", "day", "recorded_at", "amount", "asset_id", "until"]
_BATCH_BYTES = 24_000_000
_NEVER = np.int32(-(2**30))
_KNOWN, _CONTROLLED, _STEP, _FINISHED, _SETTLES, _PAUSE, _RESUME = 1, 2, 4, 8, 16, 32, 64


@dataclass
class _Batch:
    """Some courts' entries as plain arrays; days count from 1970, a missing day is `_NEVER`."""

    case: np.ndarray
    role: np.ndarray
    day: np.ndarray
    recorded: np.ndarray
    until: np.ndarray
    asset: np.ndarray


def measure_entries(snapshot, as_of, case_nos, last_substantive, risk: Risk) -> pd.DataFrame:
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

    Returns
    -------
    DataFrame, one row per case, in the order of `case_nos`
        ``property_untouched`` days, ``term_ending`` days, ``cosmetic`` entries, ``late_keyed``
        share, ``keyed_in_burst`` entries, ``paused`` bool, ``entry_silence`` days since the last
        entry of any kind.
    """
    today = np.int32((as_of - datetime.date(1970, 1, 1)).days)
    count = len(case_nos)
    out = {
        "property_untouched": np.zeros(count),
        "term_ending": np.zeros(count),
        "cosmetic": np.zeros(count),
        "late_keyed": np.zeros(count),
        "keyed_in_burst": np.zeros(count),
        "paused": np.zeros(count, dtype=bool),
        "entry_silence": np.full(count, np.nan),
    }
    last = np.asarray(last_substantive, dtype="datetime64[D]")
    last_day = np.where(np.isnat(last), 2**30, last.astype("int64")).astype("int64")
    cases = pa.array(case_nos, type=pa.string())
    for table in _tables(snapshot):
        batch = _read(table, cases, today, risk)
        if len(batch.case):
            _cosmetic(batch, last_day, out)
            np.fmin.at(out["entry_silence"], batch.case, (today - batch.day).astype(float))
            _keying(batch, risk, out)
            _pauses(batch, today, out)
            _property(batch, today, risk, out)
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
    """Return a column's days since 1970, `_NEVER` where missing."""
    if name not in table.schema.names:
        return np.full(len(table), _NEVER, dtype=np.int32)
    column = table[name]
    if pa.types.is_null(column.type):
        return np.full(len(table), _NEVER, dtype=np.int32)
    days = column.cast(pa.date32(), safe=False).cast(pa.int32())
    return days.fill_null(int(_NEVER)).to_numpy()


def _role_table(risk: Risk) -> tuple[pa.Array, np.ndarray, int]:
    lists = [
        (risk.property.known, _KNOWN),
        (risk.property.controlled, _CONTROLLED),
        (risk.property.steps, _STEP),
        (risk.property.finished, _FINISHED),
        (risk.property.settles_all, _SETTLES),
        (risk.paused_by, _PAUSE),
        (risk.pause_ended_by, _RESUME),
    ]
    names = sorted({code for codes, _ in lists for code in codes} | set(risk.property.query))
    roles = np.zeros(len(names) + 1, dtype=np.int16)
    for codes, role in lists:
        for code in codes:
            roles[names.index(code)] |= role
    return pa.array(names, type=pa.string()), roles, len(names)


def _read(table, cases, today, risk) -> _Batch:
    names, roles, _ = _role_table(risk)
    case = _codes(table["case_no"], cases)
    event = _codes(table["event"], names)
    day, recorded = _days(table, "day"), _days(table, "recorded_at")
    until = _days(table, "until")
    role = roles[event]
    if "amount" in table.schema.names:
        amount = table["amount"].cast(pa.float64()).fill_null(0.0).to_numpy()
        for code in risk.property.query:
            asked = pc.index(names, code).as_py()
            found = (event == asked) & (amount >= risk.property.query_at_least)
            role = np.where(found, role | _KNOWN, role)
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
    seen = (case >= 0) & (day > _NEVER) & (day <= today) & (recorded <= today)
    return _Batch(*(a[seen] for a in (case.astype(np.int64), role, day, recorded, until, asset)))


def _cosmetic(batch, last_day, out):
    after = batch.case[(batch.day > last_day[batch.case]) & (batch.role & _PAUSE == 0)]
    out["cosmetic"] += np.bincount(after, minlength=len(last_day))


def _keying(batch, risk, out):
    known = batch.recorded > _NEVER
    case, day, recorded = batch.case[known], batch.day[known], batch.recorded[known]
    count = len(out["paused"])
    late = recorded - day > risk.entries.late_after_days
    total = np.bincount(case, minlength=count)
    # Two entries more than there are: one late entry of one is not yet a habit.
    out["late_keyed"] += np.bincount(case[late], minlength=count) / (total + 2.0) * (total > 0)
    if not len(case):
        return
    order = np.lexsort((recorded, case))
    case, day, recorded = case[order], day[order], recorded[order]
    starts = np.flatnonzero(np.r_[True, (np.diff(case) != 0) | (np.diff(recorded) != 0)])
    spread = np.maximum.reduceat(day, starts) - np.minimum.reduceat(day, starts)
    size = np.diff(np.r_[starts, len(case)])
    burst = spread > risk.entries.burst_spread_days
    np.maximum.at(out["keyed_in_burst"], case[starts][burst], size[burst])


def _pauses(batch, today, out):
    ended = np.full(len(out["paused"]), _NEVER, dtype=np.int32)
    resumes = batch.role & (_RESUME | _SETTLES) != 0
    np.maximum.at(ended, batch.case[resumes], batch.day[resumes])
    running = (batch.role & _PAUSE != 0) & ((batch.until == _NEVER) | (batch.until >= today))
    running &= batch.day > ended[batch.case]
    out["paused"][batch.case[running]] = True


def _property(batch, today, risk, out):
    count = len(out["paused"])
    tells = batch.role & (_KNOWN | _CONTROLLED | _STEP | _FINISHED | _SETTLES) != 0
    case, role, day = batch.case[tells], batch.role[tells], batch.day[tells]
    until, asset = batch.until[tells], batch.asset[tells]
    whole = (asset < 0) | (role & _SETTLES != 0)
    touched_all = np.full(count, _NEVER, dtype=np.int32)
    np.maximum.at(touched_all, case[whole], day[whole])
    closes = whole & (role & (_FINISHED | _SETTLES) != 0)
    finished_all = np.full(count, _NEVER, dtype=np.int32)
    np.maximum.at(finished_all, case[closes], day[closes])

    order = np.lexsort((asset, case))
    case, role, day, until, asset = (a[order] for a in (case, role, day, until, asset))
    if not len(case):
        return
    starts = np.flatnonzero(np.r_[True, (np.diff(case) != 0) | (np.diff(asset) != 0)])
    held = np.where(role & (_KNOWN | _CONTROLLED) != 0, day, _NEVER)
    gone = np.where(role & (_FINISHED | _SETTLES) != 0, day, _NEVER)
    held, gone = np.maximum.reduceat(held, starts), np.maximum.reduceat(gone, starts)
    touched = np.maximum.reduceat(day, starts)
    term = np.maximum.reduceat(until, starts)
    owner = case[starts]
    gone = np.maximum(gone, finished_all[owner])
    live = (held > _NEVER) & (held > gone)
    idle = today - np.maximum(touched, touched_all[owner])
    np.maximum.at(out["property_untouched"], owner[live], idle[live].astype(float))
    left = term.astype(np.int64) - today
    soon = live & (term > _NEVER) & (left >= 0) & (left <= risk.entries.term_ends_within_days)
    short = (risk.entries.term_ends_within_days - left[soon]).astype(float)
    np.maximum.at(out["term_ending"], owner[soon], short)
