"""One batch of cells, typed and validated column by column.

Cells are read (:mod:`audit_lib.record.cells`), then the whole frame is validated by pandera,
lazily, so that a row shows all its faults at once. A fault in a required column refuses the row;
in any other column the cell is emptied and the row kept with that doubt.
"""

import unicodedata
from datetime import date
from functools import lru_cache, partial

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from audit_lib.parameters import parameters_folder
from audit_lib.record.cells import (
    clean_text,
    read_amount,
    read_case_no,
    read_codes,
    read_date,
    read_month,
    read_number,
    read_timestamp,
    read_unique,
    spoilt,
    value_text,
)  # fmt: skip
from audit_lib.record.settings import load_ingest_parameters
from audit_lib.record.tables import load_tables

__all__ = ["build_schema", "convert_batch", "empty_column", "readable_share"]

_DTYPES = {
    "date": "datetime64[us]", "timestamp": "datetime64[us]", "yuan": "float64",
    "share": "float64", "integer": "Int64", "row": "int64",
}  # fmt: skip


def empty_column(kind: str, length: int) -> pd.Series:
    """Return a column of one type in which nothing is known."""
    dtype = _DTYPES.get(kind, "str")
    return pd.Series(index=range(length), dtype=dtype)


def build_schema(table: str, day: date) -> pa.DataFrameSchema:
    """Return what a typed row of a table must satisfy; each check is named by its reason code.

    Parameters
    ----------
    day : date
        Day of the snapshot; what has happened cannot have happened later.
    """
    return _schema(table, day, tuple(load_tables()[table].columns), parameters_folder())


@lru_cache(maxsize=256)
def _schema(table, day, names, _folder):
    limits = load_ingest_parameters().limits
    first, last = pd.Timestamp(limits.earliest_day), pd.Timestamp(limits.latest_day)
    end = pd.Timestamp(day) + pd.Timedelta(days=1)
    columns = {}
    for name in names:
        spec = load_tables()[table].columns[name]
        checks: list[pa.Check] = []
        if spec.type in ("date", "timestamp"):
            checks.append(pa.Check.in_range(first, last + pd.Timedelta(days=1), error="bad_date"))
            if spec.past:
                checks.append(pa.Check.less_than(end, error="future_date"))
        elif spec.type == "yuan":
            checks.append(pa.Check.in_range(0, limits.largest_amount, error="absurd_amount"))
        elif spec.type == "integer":
            checks.append(pa.Check.in_range(0, limits.largest_count, error="bad_number"))
        elif spec.type == "share":
            checks.append(pa.Check.in_range(0, 1, error="bad_number"))
        elif spec.type == "court":
            checks.append(pa.Check.str_matches(r"^[^\W_]{1,20}$", error="bad_court_code"))
        elif spec.type in ("text", "long_text", "code_or_text"):
            long = spec.type == "long_text"
            most = limits.longest_long_text if long else limits.longest_text
            checks.append(pa.Check.str_length(max_value=most, error="over_long_text"))
        columns[name] = pa.Column(None, checks, nullable=not spec.required)
    return pa.DataFrameSchema(columns)


def convert_batch(batch: pd.DataFrame, day: date, problems, balance) -> pd.DataFrame:
    """Type and validate one batch; what is wrong becomes problems.

    Returns
    -------
    DataFrame, one row a kept row
        Every column of the contract, and the three source columns.
    """
    table = batch.attrs["table"]
    columns = load_tables()[table].columns
    missing = tuple(load_ingest_parameters().missing_words)
    typed, texts = {}, {}
    faults: list[tuple[str, str, np.ndarray]] = []
    for name, spec in columns.items():
        if name not in batch:
            typed[name] = empty_column(spec.type, len(batch)).set_axis(batch.index)
            continue
        typed[name], texts[name], found = _convert_column(
            batch[name], spec, missing, batch.attrs.get("epoch_1904", False)
        )
        faults += [(name, reason, where) for reason, where in found.items()]
    frame = pd.DataFrame(typed, index=batch.index)
    broken = {(name, i) for name, _, where in faults for i in where}
    for name, reason, where in _validate(frame[list(texts)], table, day):
        if reason == "missing_value":
            where = np.array([i for i in where if (name, i) not in broken], dtype="int64")
        faults.append((name, reason, where))
    refused = np.zeros(len(batch), dtype=bool)
    for name, reason, where in faults:
        if not len(where):
            continue
        lost = columns[name].required
        values = texts[name].iloc[where] if name in texts else [None] * len(where)
        problems.add_rows(reason, batch, where, name, values, "refused" if lost else "kept")
        if lost:
            refused[where] = True
        else:
            frame.loc[where, name] = None
    balance.refused[table] += int(refused.sum())
    frame["source_file"] = batch["source_file"]
    frame["source_sheet"] = batch["source_sheet"]
    frame["source_row"] = batch["source_row"]
    if table == "cases" and "case_no" in texts:
        frame["case_no_written"] = texts["case_no"].astype("str")
    if refused.any():
        frame = frame[~refused].reset_index(drop=True)
    frame.attrs = dict(batch.attrs)
    return frame


def readable_share(values: pd.Series, table: str, column: str) -> float | None:
    """Return the share of filled cells that can be read as a column of a table.

    None where the column is free text, which says nothing, or no cell is filled.

    Examples
    --------
    >>> readable_share(pd.Series(["2016-03-01", "三月", ""]), "cases", "filed_on")
    0.5
    """
    spec = load_tables()[table].columns[column]
    if spec.type in ("text", "long_text", "code_or_text", "court"):
        return None
    missing = tuple(load_ingest_parameters().missing_words)
    _, text, found = _convert_column(values, spec, missing, False)
    filled = int(text.notna().sum())
    broken = {i for where in found.values() for i in where}
    return (filled - len(broken)) / filled if filled else None


def _validate(frame, table, day):
    """Return (column, reason, positions) of what pandera finds."""
    try:
        _schema(table, day, tuple(frame.columns), parameters_folder()).validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        cases = cases.assign(check=cases["check"].replace("not_nullable", "missing_value"))
        return [
            (name, reason, np.sort(group["index"].to_numpy(dtype="int64")))
            for (name, reason), group in cases.groupby(["column", "check"], sort=True)
        ]
    return []


def _convert_column(values: pd.Series, spec, missing, epoch_1904):
    """Return (typed column, its text, reason → positions)."""
    kind = spec.type
    ready = _already_typed(values, kind)
    if ready is not None:
        return ready, values, {}
    text = _as_text(values)
    text = clean_text(text, missing)
    if text.isna().all():
        return empty_column(kind, len(text)).set_axis(text.index), text, {}
    free = kind in ("text", "long_text", "code_or_text")
    found, bad = {}, np.zeros(len(text), dtype=bool)
    for reason, mask in spoilt(text, free).items():
        if mask.any():
            found[reason] = np.flatnonzero(mask)
            bad |= mask.to_numpy()
    clean = text.mask(bad) if bad.any() else text
    typed, reasons = _read(clean, kind, spec, epoch_1904)
    if reasons is not None:
        for reason in {r for r in reasons if r is not None}:
            found[reason] = np.flatnonzero(reasons == reason)
    return typed, text.str.lstrip("\ufdd0"), found


def _already_typed(values, kind):
    if kind in ("date", "timestamp") and values.dtype.kind == "M":
        if getattr(values.dtype, "tz", None) is not None:
            values = values.dt.tz_convert("Asia/Shanghai").dt.tz_localize(None)
        values = values.astype("datetime64[us]")
        return values.dt.normalize() if kind == "date" else values
    if kind in ("yuan", "share") and values.dtype.kind in "fiu":
        return values.astype("float64")
    if kind == "integer" and values.dtype.kind in "iu":
        return values.astype("Int64")
    return None


def _as_text(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.StringDtype):
        return values
    if values.dtype == object or values.dtype.kind in "fiubM":
        return pd.Series(
            [value_text(v) for v in values.astype(object)], index=values.index, dtype="str"
        )
    return values.astype("str")


def _read(text: pd.Series, kind, spec, epoch_1904):
    """Return (typed column, reasons or None) of one column of clean text."""
    if kind in ("text", "long_text"):
        return text, None
    if kind == "court":
        found, reasons = read_unique(text, _court)
        return pd.Series(found, index=text.index, dtype="str"), reasons
    if kind in ("date", "timestamp"):
        fast = pd.to_datetime(
            text, format="%Y-%m-%d" if kind == "date" else "%Y-%m-%d %H:%M:%S", errors="coerce"
        ).astype("datetime64[us]")
        rest = (fast.isna() & text.notna()).to_numpy()
        if not rest.any():
            return fast, None
        reader = partial(read_date if kind == "date" else read_timestamp, epoch_1904=epoch_1904)
        found, reasons = read_unique(text[rest], reader)
        values = fast.to_numpy().copy()
        values[rest] = pd.to_datetime(pd.Series(found)).astype("datetime64[us]").to_numpy()
        everything = np.full(len(text), None, dtype=object)
        everything[rest] = reasons
        return pd.Series(values, index=text.index), everything
    if kind == "yuan":
        plain = text.str.fullmatch(r"\d{1,15}(?:\.\d{1,6})?", na=False).to_numpy(dtype=bool)
        values = np.full(len(text), np.nan)
        values[plain] = text[plain].astype("float64")
        rest = ~plain & text.notna().to_numpy()
        everything = np.full(len(text), None, dtype=object)
        if rest.any():
            found, reasons = read_unique(text[rest], read_amount)
            values[rest] = found.astype("float64")
            everything[rest] = reasons
        return pd.Series(values, index=text.index), everything
    readers = {
        "case_no": read_case_no,
        "month": read_month,
        "integer": partial(read_number, whole=True),
        "share": partial(read_number, whole=False),
        "code": partial(read_codes, list_name=spec.list),
        "codes": partial(read_codes, list_name=spec.list, several=True),
        "code_or_text": partial(read_codes, list_name=spec.list, free=True),
        "event": partial(read_codes, list_name="event"),
    }
    found, reasons = read_unique(text, readers[kind])
    dtype = _DTYPES.get(kind, "str")
    if dtype == "float64":
        found = found.astype("float64")
    return pd.Series(found, index=text.index, dtype=dtype), reasons


def _court(text: str):
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    return plain, None
