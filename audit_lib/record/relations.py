"""Rows against each other: known courts and cases, one row a case, days in a possible order.

Takes typed batches, gives the rows that can be kept, with ``court_code`` of their case; reads
from ``parameters/ingest.yaml`` which acts cannot stand before the filing or after the closing.
"""

import numpy as np
import pandas as pd

from audit_lib.record.case_no import parse_case_no
from audit_lib.record.headers import plain_name
from audit_lib.record.settings import load_ingest_parameters

__all__ = ["CaseIndex", "check_cases", "check_courts", "relate_batch"]


class CaseIndex:
    """The kept cases by number, for looking up many at once."""

    def __init__(self, cases: pd.DataFrame, courts: pd.DataFrame):
        self._index = pd.Index(cases["case_no"])
        self._courts = cases["court_code"].to_numpy(dtype=object)
        self._filed = cases["filed_on"].to_numpy()
        self._closed = cases["closed_on"].to_numpy()
        self._manner = cases["closing_manner"].to_numpy(dtype=object)
        self.codes = frozenset(courts["court_code"])
        names = courts["court_name"].map(plain_name)
        unique = ~names.duplicated(keep=False)
        self.names = dict(zip(names[unique], courts["court_code"][unique], strict=True))

    def find(self, case_nos: pd.Series) -> np.ndarray:
        """Return the position of each case, -1 where there is none."""
        codes, distinct = pd.factorize(case_nos)
        return np.append(self._index.get_indexer(distinct), -1)[codes]

    def court_of(self, at: np.ndarray) -> np.ndarray:
        """Return the court of the cases at positions; None where there is none."""
        return np.append(self._courts, None)[at]

    def days_of(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (filed, closed, manner) of the cases at positions."""
        never = np.array(["NaT"], dtype="datetime64[us]")
        return (
            np.append(self._filed, never)[at],
            np.append(self._closed, never)[at],
            np.append(self._manner, None)[at],
        )


def _refuse(frame, where, reason, column, values, problems, balance):
    """Take rows out of a frame and say why."""
    if not len(where):
        return frame
    problems.add_rows(reason, frame, where, column, values)
    balance.refused[frame.attrs["table"]] += len(where)
    keep = np.ones(len(frame), dtype=bool)
    keep[where] = False
    attrs = frame.attrs
    frame = frame[keep].reset_index(drop=True)
    frame.attrs = attrs
    return frame


def _empty(frame, mask, reason, column, problems, shown=None):
    """Empty doubtful cells and keep their rows."""
    where = np.flatnonzero(mask)
    if len(where):
        values = (frame[column] if shown is None else shown).iloc[where].astype("str")
        problems.add_rows(reason, frame, where, column, values, "kept")
        frame.loc[where, column] = None
    return frame


def _once(frame, key, same, other, problems, balance):
    """Keep the first row of each key; say of later ones whether they repeat or contradict it."""
    again = frame.duplicated(key, keep="first").to_numpy()
    if not again.any():
        return frame
    columns = [
        c for c in frame.columns
        if c not in ("source_file", "source_sheet", "source_row", "case_no_written")
    ]  # fmt: skip
    firsts = frame.loc[~again, columns].set_index(key)
    later = frame.loc[again, columns]
    place = pd.MultiIndex.from_frame(later[key]) if len(key) > 1 else pd.Index(later[key[0]])
    before = firsts.reindex(place)
    differs, names = np.zeros(len(later), dtype=bool), np.full(len(later), "", dtype=object)
    for column in firsts.columns:
        a, b = later[column].reset_index(drop=True), before[column].reset_index(drop=True)
        unequal = (~(a.eq(b).fillna(False) | (a.isna() & b.isna()))).to_numpy(dtype=bool)
        differs |= unequal
        names[unequal] = names[unequal] + column + ";"
    positions = np.flatnonzero(again)
    keys = later[key[0]].to_numpy()
    problems.add_rows(same, frame, positions[~differs], key[0], keys[~differs])
    for column in firsts.columns:
        hit = np.array([column + ";" in n for n in names]) & differs
        if hit.any():
            shown = [
                f"{k}: {_shown(b)} ≠ {_shown(a)}"
                for k, a, b in zip(
                    keys[hit], later[column].to_numpy()[hit], before[column].to_numpy()[hit],
                    strict=True,
                )
            ]  # fmt: skip
            problems.add_rows(other, frame, positions[hit], column, shown)
    balance.refused[frame.attrs["table"]] += int(again.sum())
    attrs = frame.attrs
    frame = frame[~again].reset_index(drop=True)
    frame.attrs = attrs
    return frame


def _shown(value) -> str:
    if pd.isna(value):
        return "–"
    return f"{value:%Y-%m-%d}" if hasattr(value, "year") else str(value)


def check_courts(courts: pd.DataFrame, problems, balance) -> pd.DataFrame:
    """Keep each court once."""
    return _once(courts, ["court_code"], "duplicate_row", "conflicting_row", problems, balance)


def check_cases(cases: pd.DataFrame, courts: pd.DataFrame, problems, balance) -> pd.DataFrame:
    """Keep each case once, of a known court, and add what its number says.

    Returns
    -------
    DataFrame, one row a case
        With ``case_year``, ``case_kind``, ``case_serial`` and ``old_style``.
    """
    known = cases["court_code"].isin(courts["court_code"]).to_numpy()
    where = np.flatnonzero(~known)
    cases = _refuse(cases, where, "court_unknown", "court_code",
                    cases["court_code"].iloc[where], problems, balance)  # fmt: skip
    cases = _once(cases, ["case_no"], "duplicate_case", "conflicting_case", problems, balance)
    early = (cases["closed_on"] < cases["filed_on"]).to_numpy(dtype=bool)
    cases = _empty(cases, early, "dates_contradict", "closed_on", problems)
    late = (cases["applied_on"] > cases["filed_on"]).to_numpy(dtype=bool)
    cases = _empty(cases, late, "dates_contradict", "applied_on", problems)
    numbers = [parse_case_no(text) for text in cases["case_no"]]
    cases["case_year"] = pd.array([n.year for n in numbers], dtype="Int64")
    cases["case_kind"] = pd.array([n.kind for n in numbers], dtype="str")
    cases["case_serial"] = pd.array([n.serial for n in numbers], dtype="Int64")
    cases["old_style"] = pd.array(["yes" if n.old_style else "no" for n in numbers], dtype="str")
    return cases


def relate_batch(frame: pd.DataFrame, cases: CaseIndex, problems, balance) -> pd.DataFrame:
    """Check one typed batch of any other table against the cases and courts."""
    table = frame.attrs["table"]
    if table in ("parties", "events"):
        at = cases.find(frame["case_no"])
        where = np.flatnonzero(at < 0)
        frame = _refuse(frame, where, "case_unknown", "case_no", frame["case_no"].iloc[where],
                        problems, balance)  # fmt: skip
        at = at[at >= 0]
        frame["court_code"] = pd.Series(cases.court_of(at), dtype="str")
        return _order_of_days(frame, cases, at, problems, balance) if table == "events" else frame
    if table == "inspections":
        at = cases.find(frame["case_no"])
        _doubt_case(frame, at, problems)
        codes = cases.court_of(at)
        lost = np.flatnonzero(at < 0)
        for i in lost:
            code = parse_case_no(frame["case_no"].iat[i]).court_code
            codes[i] = code if code in cases.codes else None
        frame["court_code"] = pd.Series(codes, dtype="str")
        return frame
    if table == "petitions":
        return _petition_courts(frame, cases, problems)
    where = np.flatnonzero(~frame["court_code"].isin(cases.codes).to_numpy())
    frame = _refuse(frame, where, "court_unknown", "court_code", frame["court_code"].iloc[where],
                    problems, balance)  # fmt: skip
    if table == "return_items":
        _doubt_case(frame, cases.find(frame["case_no"]), problems)
    return frame


def _doubt_case(frame, at, problems):
    """Say of rows that their case does not exist; that may be the very discrepancy."""
    where = np.flatnonzero(at < 0)
    problems.add_rows("case_unknown", frame, where, "case_no", frame["case_no"].iloc[where], "kept")


def _petition_courts(frame, cases, problems):
    """Read the court of a petition, given by code or by name; keep what was written beside it."""
    written = frame["court_code"]
    codes, distinct = pd.factorize(written)
    read = []
    for text in distinct:
        plain = "".join(str(text).split())
        read.append(plain if plain in cases.codes else cases.names.get(plain_name(text)))
    found = pd.Series(np.array([*read, None], dtype=object)[codes], dtype="str")
    frame["court_written"] = written
    where = np.flatnonzero((found.isna() & written.notna()).to_numpy())
    problems.add_rows("court_unknown", frame, where, "court_code", written.iloc[where], "kept")
    frame["court_code"] = found
    return frame


def _order_of_days(events, cases, at, problems, balance):
    """Refuse events that cannot have been where they stand; doubt impossible entry times."""
    rules = load_ingest_parameters()
    filed, closed, manner = cases.days_of(at)
    day, event = events["day"].to_numpy(), events["event"]
    early = (day < filed) & ~event.isin(rules.may_precede_filing).to_numpy()
    final = pd.Series(manner).isin(rules.final_closings).to_numpy()
    late = (day > closed) & (
        event.isin(rules.never_after_closing).to_numpy()
        | (final & event.isin(rules.never_after_final_closing).to_numpy())
    )
    shown = events["day"].dt.strftime("%Y-%m-%d")
    for reason, mask in (("event_before_filing", early), ("event_after_closing", late & ~early)):
        where = np.flatnonzero(mask)
        problems.add_rows(reason, events, where, "day", shown.iloc[where])
    lost = early | late
    balance.refused["events"] += int(lost.sum())
    if lost.any():
        attrs = events.attrs
        events = events[~lost].reset_index(drop=True)
        events.attrs = attrs
    before = (events["recorded_at"].dt.normalize() < events["day"]).to_numpy(dtype=bool)
    return _empty(events, before, "entry_before_event", "recorded_at", problems)
