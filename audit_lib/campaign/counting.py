"""The figures of a monthly return against the record, on every day that they may speak of.

Takes the usable returns and the spans of the categories, gives rows of
:func:`audit_lib.campaign.check_returns`.
"""

import numpy as np
import pandas as pd

from audit_lib.campaign.categories import counted_cases
from audit_lib.campaign.faults import FAULT_COLUMNS, fault_rows, plain_counts
from audit_lib.campaign.settings import CATEGORIES, load_campaign

__all__ = ["check_counts"]


def _count(opened, closed, first, last, baseline):
    """Return how many were open, and closed since the baseline, on each day of a window."""
    days = np.arange(first, last + np.timedelta64(1, "D"), np.timedelta64(1, "D"))
    opened, closed = opened[:, None], closed[:, None]
    over = closed <= days
    live = (opened <= days) & ~over
    return live.sum(axis=0), (over & (closed >= baseline)).sum(axis=0)


def check_counts(snapshot, returns, spans, windows, as_of) -> pd.DataFrame:
    """Compare the reported figures with the record, on every day they may speak of."""
    usable = returns[returns["usable"]].merge(windows, on=["court_code", "month"])
    baseline = np.datetime64(load_campaign().baseline, "D")
    own = _own_marks(snapshot, as_of)
    record = _by_key(spans[spans["on_closed_case"].ne("yes")])
    others = [_by_key(frame) for frame in _other_readings(spans)]
    marked = _by_key(own)
    rows = []
    for row in usable.itertuples():
        key = (row.court_code, row.category)
        first, last = np.datetime64(row.first, "D"), np.datetime64(row.last, "D")
        live, gone = _count(*record.get(key, EMPTY), first, last, baseline)
        own_live, own_gone = _count(*marked.get(key, EMPTY), first, last, baseline)
        if row.category == "petition":
            more = [_count(*o.get(key, EMPTY), first, last, baseline) for o in others]
            until_resolved, with_case = more
            live = _either(row.open_count, live, [until_resolved[0]])
            gone = _either(row.closed_count, gone, [until_resolved[1], with_case[1]])
        for fault, said, real, by_mark in (
            ("open_count_differs", row.open_count, live, own_live),
            ("closed_count_differs", row.closed_count, gone, own_gone),
        ):
            if pd.isna(said) or real.min() <= said <= real.max():
                continue
            same = by_mark.min() <= said <= by_mark.max()
            low, high = int(real.min()), int(real.max())
            rows.append({
                "court_code": row.court_code, "month": row.month, "category": row.category,
                "fault": fault, "claimed": f"{said:g}",
                "found": f"{low}" if low == high else f"{low}-{high}",
                "doubt": "agrees_with_own_marks" if same else None, "evidence": row.place,
            })  # fmt: skip
    falling = usable.sort_values("month")
    falling = falling.assign(
        before=falling.groupby(["court_code", "category"])["closed_count"].shift()
    )
    falling = falling[(falling["closed_count"] < falling["before"]).fillna(False).astype(bool)]
    # A petition that is resolved takes its closed case out of the category: where both figures
    # agree with the record, the fall is none.
    differ = {(r["court_code"], r["category"]) for r in rows}
    petition = falling["category"].eq("petition")
    keys = list(zip(falling["court_code"], falling["category"], strict=True))
    falling = falling[~petition | pd.Series([k in differ for k in keys], index=falling.index)]
    fallen = fault_rows(
        falling, fault="closed_count_falls", claimed=plain_counts(falling["closed_count"]),
        found=plain_counts(falling["before"]), evidence=falling["place"],
    )  # fmt: skip
    return pd.concat([pd.DataFrame(rows, columns=FAULT_COLUMNS), fallen], ignore_index=True)


EMPTY = (np.array([], dtype="datetime64[D]"), np.array([], dtype="datetime64[D]"))


def _either(said, first, others):
    """Return the first count that agrees with what was said, else the first of all."""
    if pd.isna(said):
        return first
    fits = (c for c in (first, *others) if c.min() <= said <= c.max())
    return next(fits, first)


def _other_readings(spans) -> list[pd.DataFrame]:
    """Return the other ways in which a court may fairly have counted its petition matters.

    Until resolved whatever became of the case; and, as closed, the cases that closed while
    their petition was not resolved.
    """
    petition = spans[spans["category"].eq("petition")]
    shut_first = petition["closed_on"].notna() & ~(petition["resolved_on"] <= petition["closed_on"])
    return [
        petition.assign(closed_on=petition["resolved_on"]),
        petition[shut_first & petition["resolved_on"].isna()],
    ]


def _by_key(spans) -> dict:
    days = ("opened_on", "closed_on")
    return {
        key: tuple(group[day].to_numpy().astype("datetime64[D]") for day in days)
        for key, group in spans.groupby(["court_code", "category"])
    }


def _own_marks(snapshot, as_of) -> pd.DataFrame:
    """Return the cases as the court itself has marked them."""
    cases = counted_cases(snapshot, as_of)
    marks = cases["marked_category"].astype("string").str.split(r"[;；,，、]")
    own = cases.assign(category=marks, opened_on=cases["filed_on"]).explode("category")
    own["category"] = own["category"].str.strip()
    return own[own["category"].isin(CATEGORIES)]
