"""Content of the circular that compares courts, and of the bulletin for the public.

Takes the spans of the categories, gives tables; how they look is the report room's. Courts are
compared with what their own mix of cases leads one to expect, with intervals and without a
league table. Reads the ``circular`` and ``bulletin`` parts of ``parameters/campaign.yaml``.
"""

import datetime
from itertools import pairwise

import numpy as np
import pandas as pd

from audit_lib.campaign.categories import counted_cases
from audit_lib.campaign.rates import ratio_interval, share_interval
from audit_lib.campaign.settings import CATEGORIES, load_campaign

__all__ = ["build_bulletin_cases", "build_bulletin_figures", "build_circular"]

CIRCULAR_COLUMNS = [
    "court_code", "category", "old", "cleared", "share", "low", "high", "expected", "ratio",
    "ratio_low", "ratio_high", "standing", "counting",
]  # fmt: skip

COUNTINGS = ("strict", "with_termination")


def _old_cases(spans, as_of) -> pd.DataFrame:
    """Return the old cases with their age on the baseline day, and whether they are gone."""
    settings = load_campaign()
    baseline, today = pd.Timestamp(settings.baseline), pd.Timestamp(as_of)
    spans = spans[spans["on_closed_case"].ne("yes")]
    old = spans[(spans["opened_on"] <= baseline) & ~(spans["closed_on"] < baseline)]
    gone = old["closed_on"] <= today
    age = (baseline - old["opened_on"]).dt.days.to_numpy()
    band = np.searchsorted(settings.circular.age_bands_days, age, side="left")
    manner = old["closing_manner"].eq("procedure_terminated")
    return old.assign(with_termination=gone, strict=gone & ~manner, band=band)


def build_circular(spans: pd.DataFrame, as_of: datetime.date, courts=None) -> pd.DataFrame:
    """Compare the courts fairly: shares with intervals, set against each court's own mix of cases.

    Parameters
    ----------
    spans : output of ``read_spans`` over all courts
    as_of : date
    courts : court codes to list, or None for those that have old cases

    Returns
    -------
    DataFrame, one row a court, category and counting (strict, with_termination)
        ``old``, ``cleared``, ``share`` with ``low`` and ``high`` · ``expected``: how many would
        be cleared if each of the court's cases went as cases of that category, kind and age go
        over all courts · ``ratio`` of cleared to expected, with its interval · ``standing``:
        above, as_expected, below (the interval lies wholly on one side of 1), or too_few.
        Sorted by court code: the table is no league table.

    Notes
    -----
    Differences that the record does not hold (property, staff, geography) remain; a standing is
    a reason to ask, not a mark.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp("2016-01-04")
    >>> spans = pd.DataFrame({
    ...     "court_code": ["甲"] * 6, "category": "livelihood", "kind": "wages", "opened_on": day,
    ...     "closed_on": [pd.Timestamp("2016-12-20")] * 3 + [pd.NaT] * 3,
    ...     "closing_manner": ["completed"] * 3 + [None] * 3, "on_closed_case": "no"})
    >>> table = build_circular(spans, datetime.date(2016, 12, 28))
    >>> print(*table.loc[0, ["old", "cleared", "share", "standing"]])
    6 3 0.5 as_expected
    """
    settings = load_campaign().circular
    old = _old_cases(spans, as_of)
    strata = ["category", "kind", "band"]
    frames = []
    for counting in COUNTINGS:
        rate = old.groupby(strata, dropna=False)[counting].transform("mean")
        work = old.assign(expected=rate, gone=old[counting])
        table = work.groupby(["court_code", "category"]).agg(
            old=("gone", "size"), cleared=("gone", "sum"), expected=("expected", "sum")
        )
        if courts is not None:
            index = pd.MultiIndex.from_product([sorted(courts), CATEGORIES])
            table = table.reindex(index.set_names(["court_code", "category"]), fill_value=0)
        frames.append(table.reset_index().assign(counting=counting))
    table = pd.concat(frames, ignore_index=True)
    table["share"] = table["cleared"] / table["old"].where(table["old"] > 0)
    table["low"], table["high"] = share_interval(table["cleared"], table["old"], settings.level)
    table["ratio"] = table["cleared"] / table["expected"].where(table["expected"] > 0)
    bounds = ratio_interval(table["cleared"], table["expected"], settings.level)
    table["ratio_low"], table["ratio_high"] = bounds
    standing = np.where(table["ratio_low"] > 1, "above", "as_expected")
    standing = np.where(table["ratio_high"] < 1, "below", standing)
    few = (table["old"] < settings.fewest_cases) | table["ratio"].isna()
    table["standing"] = np.where(few, "too_few", standing)
    for column in ("share", "low", "high", "expected", "ratio", "ratio_low", "ratio_high"):
        table[column] = table[column].astype(float).round(4)
    for column in ("old", "cleared"):
        table[column] = table[column].astype("Int64")
    order = table["category"].map({c: n for n, c in enumerate(CATEGORIES)})
    table = table.assign(order=order).sort_values(["court_code", "order", "counting"])
    return table.reset_index(drop=True)[CIRCULAR_COLUMNS]


def build_bulletin_figures(progress: pd.DataFrame) -> pd.DataFrame:
    """Sum the campaign's figures for the press, leaving out those that could point to a person.

    Parameters
    ----------
    progress : output of ``build_progress`` over all courts

    Returns
    -------
    DataFrame, one row a category
        ``courts``, ``backlog``, ``closed``, ``cleared_strict``, ``cleared_with_termination``,
        ``open``, ``share_strict``, ``share_with_termination``, ``target_on``. A count from 1 up
        to ``bulletin.smallest_count`` - 1 is missing, and with it what it could be worked out from.
    """
    least = load_campaign().bulletin.smallest_count
    counts = ["backlog", "closed", "cleared_strict", "cleared_with_termination", "open"]
    table = progress.groupby("category", sort=False).agg(
        courts=("court_code", "nunique"), **{c: (c, "sum") for c in counts},
        target_on=("target_on", "first"),
    ).reset_index()  # fmt: skip
    backlog = table["backlog"].where(table["backlog"] > 0).astype(float)
    table["share_strict"] = (table["cleared_strict"].astype(float) / backlog).round(4)
    table["share_with_termination"] = (
        table["cleared_with_termination"].astype(float) / backlog
    ).round(4)
    small = table[counts].gt(0) & table[counts].lt(least)
    gap = table["cleared_with_termination"] - table["cleared_strict"]
    small["cleared_strict"] |= gap.gt(0) & gap.lt(least)
    table[counts] = table[counts].astype("Int64").mask(small)
    for share, count in (
        ("share_strict", "cleared_strict"), ("share_with_termination", "cleared_with_termination"),
    ):  # fmt: skip
        table[share] = table[share].mask(small[count] | small["backlog"])
    order = ["category", "courts", *counts, "share_strict", "share_with_termination", "target_on"]
    return table[order]


def _amount_band(amount: pd.Series, edges) -> pd.Series:
    """Name an amount by its band, in yuan: ``10000-50000``, ``>1000000``."""
    edges = sorted(edges)
    names = [f"<={edges[0]:.0f}"]
    names += [f"{low:.0f}-{high:.0f}" for low, high in pairwise(edges)]
    names.append(f">{edges[-1]:.0f}")
    place = np.searchsorted(edges, amount.fillna(-1).to_numpy(), side="left")
    banded = pd.Series([names[i] for i in place], index=amount.index, dtype=object)
    return banded.where(amount.notna())


def build_bulletin_cases(snapshot, spans: pd.DataFrame, as_of: datetime.date) -> pd.DataFrame:
    """Choose typical cleared cases for the press, with nothing that identifies a person.

    Parameters
    ----------
    snapshot : Snapshot
    spans : output of ``read_spans``
    as_of : date

    Returns
    -------
    DataFrame, one row a typical case
        ``category``, ``kind``, ``closing_manner`` (completed), ``amount_band`` (yuan),
        ``years_open`` (0 for under a year), ``alike``: how many cases of the campaign share all
        of these. No number, name, court or day; a description that fewer than
        ``bulletin.smallest_count`` cases share is not given. A person chooses among them and
        writes the story.
    """
    settings = load_campaign().bulletin
    baseline, today = pd.Timestamp(load_campaign().baseline), pd.Timestamp(as_of)
    cases = counted_cases(snapshot, as_of).set_index("case_no")
    done = spans[spans["closing_manner"].eq("completed") & (spans["closed_on"] >= baseline)]
    done = done[(done["closed_on"] <= today) & done["category"].ne("petition")]
    amount = done["case_no"].map(cases["claim_amount"]).astype(float)
    shown = done.assign(
        amount_band=_amount_band(amount, settings.amount_bands_yuan),
        years_open=((done["closed_on"] - done["opened_on"]).dt.days // 365).astype("Int64"),
    )
    key = ["category", "kind", "closing_manner", "amount_band", "years_open"]
    alike = shown.groupby(key, dropna=False).agg(alike=("case_no", "nunique")).reset_index()
    alike = alike[alike["alike"] >= settings.smallest_count]
    alike = alike.sort_values(["alike", *key], ascending=[False] + [True] * len(key))
    # One of each kind first, so that the bulletin does not tell one story six times.
    alike["turn"] = alike.groupby(["category", "kind"]).cumcount()
    alike = alike.sort_values("turn", kind="stable").head(settings.cases)
    return alike.reset_index(drop=True)[[*key, "alike"]]
