"""The courts' monthly returns, checked case by case against the record.

Takes a snapshot, gives one row a discrepancy. Counts, lists of open cases, reasons, plans and
promised days are compared with the record and with the court's own earlier returns. Reads the
``returns`` part of ``parameters/campaign.yaml``.
"""

import datetime

import numpy as np
import pandas as pd

from audit_lib.campaign.calendar import due_day, months_due
from audit_lib.campaign.categories import read_spans
from audit_lib.campaign.counting import check_counts
from audit_lib.campaign.faults import FAULT_COLUMNS, fault_rows, plain_counts
from audit_lib.campaign.listing import check_items, check_lists, read_items
from audit_lib.campaign.places import row_places
from audit_lib.campaign.promises import check_promises
from audit_lib.campaign.settings import CATEGORIES, load_campaign
from audit_lib.campaign.wording import find_copied, find_unchanged

__all__ = ["FAULT_COLUMNS", "check_returns", "months_due", "read_returns"]


def read_returns(snapshot, as_of: datetime.date) -> pd.DataFrame:
    """Return the returns received by a day, and say which can be used.

    Returns
    -------
    DataFrame, one row a return row received
        The columns of ``returns`` with ``place`` (file and row), ``fault`` (unknown_month,
        unknown_court, negative_count, two_returns or missing) and ``usable`` (bool). Of two
        returns for one month that say the same the first is usable, of two that differ neither.
    """
    returns = snapshot.returns
    late = returns["submitted_on"] > pd.Timestamp(as_of)
    returns = returns[~late].reset_index(drop=True)
    key = ["court_code", "month", "category"]
    returns = returns.assign(place=row_places(returns))
    counts = returns[["closed_count", "open_count"]].astype("Float64")
    returns = returns.assign(closed_count=counts["closed_count"], open_count=counts["open_count"])
    several = returns.duplicated(key, keep=False)
    values = returns.groupby(key, dropna=False)[["closed_count", "open_count"]].transform("nunique")
    differ = several & (values.gt(1).any(axis=1))
    fault = pd.Series(None, index=returns.index, dtype=object)
    fault = fault.mask(several, "two_returns")
    negative = (returns["closed_count"] < 0).fillna(False) | (returns["open_count"] < 0).fillna(
        False
    )
    fault = fault.mask(negative.astype(bool), "negative_count")
    fault = fault.mask(~returns["court_code"].isin(snapshot.courts["court_code"]), "unknown_court")
    fault = fault.mask(~returns["month"].isin(months_due(as_of)), "unknown_month")
    repeated = returns.duplicated(key, keep="first")
    usable = fault.isna() | (fault.eq("two_returns") & ~differ & ~repeated)
    return returns.assign(fault=fault, usable=usable.astype(bool))


def check_returns(
    snapshot, as_of: datetime.date, claims=None, marks=None, spans=None
) -> pd.DataFrame:
    """Check every monthly return against the record, case by case.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
        Returns and promises up to this day.
    claims, marks, spans : as for :func:`audit_lib.campaign.build_progress`

    Returns
    -------
    DataFrame, one row a discrepancy
        ``court_code``, ``month``, ``category`` and ``case_no`` (missing where it concerns the
        whole), ``fault`` (a code of ``campaign_fault`` in labels.yaml), ``claimed`` and
        ``found`` (text: what the return says, what the record shows), ``doubt``, ``evidence``
        (files and rows).

    Notes
    -----
    A court may count on the day it reports or on the 28th: a figure that was true on any day
    between the two is no discrepancy. A figure that agrees with the court's own marks carries
    that doubt: the categories differ, not the counting. An open case that is not listed is
    ``hidden_case`` only where the reported figures hide it as well, else ``case_not_listed``.
    A row of a return that could not be read (a month or court that does not exist, a negative
    count) stands here with the file and row; whose it is, it may not say (``court_code``
    missing). While there is such a row, a return that has not come may be in it, and says so.

    References
    ----------
    泰中法办〔2016〕35号, 二: 每月28日前上报; 未结案件逐案说明原因, 打算, 具体时限.
    """
    if spans is None:
        spans = read_spans(snapshot, as_of, claims, marks)
    spans = spans[spans["court_code"].notna()]
    returns = read_returns(snapshot, as_of)
    items = read_items(snapshot, as_of, returns)
    windows = _windows(returns, items, as_of)
    refused = read_refused(snapshot)
    counts = check_counts(snapshot, returns, spans, windows, as_of)
    faults = [_strange(returns), refused, counts]
    faults.append(_late(snapshot, returns, spans, as_of, not refused.empty))
    known = items[items["month"].isin(months_due(as_of))]
    faults.append(check_items(snapshot, items, spans, windows, as_of))
    faults.append(check_lists(returns, known, spans, windows, counts))
    faults.append(check_promises(known, spans, windows, as_of))
    faults += [find_copied(known), find_unchanged(known)]
    table = pd.concat([f.reindex(columns=FAULT_COLUMNS).astype(object) for f in faults],
                      ignore_index=True)  # fmt: skip
    table = table[~table.duplicated(FAULT_COLUMNS[:5]) | table["court_code"].isna()]
    return table.sort_values(FAULT_COLUMNS[:5], ignore_index=True, na_position="first")


#: What makes a received row of a return unusable, and the discrepancy that it is shown as.
REFUSED = {"court_unknown": "unknown_court", "bad_date": "unknown_month"}


def read_refused(snapshot) -> pd.DataFrame:
    """Return the rows of returns and lists that could not be read when the record was ingested.

    Returns
    -------
    DataFrame, one row a refused row, columns of :func:`check_returns`
        Only where the record is that of all courts: whose the row is, is not known.
    """
    problems = getattr(snapshot, "problems", None)
    empty = pd.DataFrame({column: pd.Series(dtype=object) for column in FAULT_COLUMNS})
    if problems is None or len(snapshot.court_codes) < len(snapshot.manifest["courts"]):
        return empty
    bad = problems[problems["table"].isin(["returns", "return_items"])]
    bad = bad[bad["became"].eq("refused") & bad["row"].notna()]
    bad = bad.drop_duplicates(["file", "sheet", "row"])
    if bad.empty:
        return empty
    said = bad["value"].astype(object).where(bad["value"].notna()).map(_unquoted, "ignore")
    count = bad["column"].isin(["closed_count", "open_count"])
    negative = count & said.astype("string").str.match(r"\s*[-－−]\s*\d").fillna(False)
    fault = bad["reason"].map(REFUSED).where(~count).fillna("unreadable_row")
    fault = fault.mask(negative.astype(bool), "negative_count")
    sheet = ("!" + bad["sheet"].astype(object)).fillna("")
    place = bad["file"].astype(str) + sheet + "#" + bad["row"].astype(str)
    column = bad["column"].astype(object).where(bad["column"].notna())
    return fault_rows(
        bad, court_code=None, month=None, category=None, case_no=None, doubt=None, fault=fault,
        claimed=said, found=column, evidence=place,
    ).reset_index(drop=True)  # fmt: skip


def _unquoted(value) -> str:
    """Take off the mark that keeps a spreadsheet from reading a value as a formula."""
    return str(value).removeprefix("'")


def _windows(returns, items, as_of) -> pd.DataFrame:
    """Return the days between which a month's figures may have been counted."""
    both = [returns[["court_code", "month", "submitted_on"]], items[["court_code", "month"]]]
    keys = pd.concat(both, ignore_index=True)
    keys = keys[keys["month"].isin(months_due(as_of))]
    if keys.empty:
        return pd.DataFrame(columns=["court_code", "month", "first", "last"])
    table = keys.groupby(["court_code", "month"], as_index=False)["submitted_on"].max()
    today = pd.Timestamp(as_of)
    due = pd.to_datetime(table["month"].map(due_day)).clip(upper=today)
    sent = pd.to_datetime(table["submitted_on"]).fillna(due).clip(upper=today)
    # A return that was sent before its month began counts nothing of the month.
    month_start = pd.to_datetime(table["month"] + "-01")
    sent = sent.clip(lower=month_start)
    return table.assign(
        first=np.minimum(due.to_numpy(), sent.to_numpy()),
        last=np.maximum(due.to_numpy(), sent.to_numpy()),
    )[["court_code", "month", "first", "last"]]


def _strange(returns) -> pd.DataFrame:
    """Find rows that can be of no month, court or number, and two returns for one month."""
    odd = returns[returns["fault"].notna()]
    if odd.empty:
        return odd.reindex(columns=FAULT_COLUMNS)
    both = zip(plain_counts(odd["closed_count"]), plain_counts(odd["open_count"]), strict=True)
    odd = odd.assign(said=[f"closed {closed}, open {still}" for closed, still in both])
    grouped = odd.groupby(["court_code", "month", "category", "fault"], dropna=False, sort=False)
    return fault_rows(
        grouped.agg(claimed=("said", " / ".join), evidence=("place", "; ".join)).reset_index()
    )


def _late(snapshot, returns, spans, as_of, refused: bool) -> pd.DataFrame:
    """Find the returns that came after the 28th, and those that have not come."""
    settings = load_campaign().returns
    good = returns[~returns["fault"].isin(["unknown_month", "unknown_court"])]
    due = pd.to_datetime(good["month"].map(due_day))
    first = good.groupby(["court_code", "month", "category"])["submitted_on"].transform("min")
    late = good[first > due]
    late = fault_rows(
        late, fault="late_return", claimed=late["submitted_on"].dt.strftime("%Y-%m-%d"),
        found=late["month"].map(lambda m: f"{due_day(m):%Y-%m-%d}"), evidence=late["place"],
    )  # fmt: skip
    if snapshot.returns.empty:
        # No return of any court: they were not handed over, and nothing can be said of them.
        return late
    level = snapshot.courts.set_index("court_code")["level"]
    notice = load_campaign().notice
    asked = level.index[level.isin(settings.due_from) | level.isna()]
    bound = sorted(court for court in asked if notice.binds(court))
    over = [m for m in months_due(as_of) if due_day(m) < pd.Timestamp(as_of)]
    wanted = pd.MultiIndex.from_product([bound, over, CATEGORIES],
                                        names=["court_code", "month", "category"])  # fmt: skip
    there = pd.MultiIndex.from_frame(good[["court_code", "month", "category"]])
    missing = wanted.difference(there).to_frame(index=False)
    found = missing["month"].map(lambda m: f"{due_day(m):%Y-%m-%d}").astype(object)
    doubt = pd.Series(None, index=missing.index, dtype=object)
    # A court that reports its other categories and has no case of this one left out a nought.
    keys = pd.MultiIndex.from_frame(missing[["court_code", "category"]])
    idle = ~keys.isin(pd.MultiIndex.from_frame(spans[["court_code", "category"]]))
    keys = pd.MultiIndex.from_frame(missing[["court_code", "month"]])
    idle &= keys.isin(pd.MultiIndex.from_frame(good[["court_code", "month"]]))
    doubt = doubt.mask(idle, "nothing_to_report")
    if refused:
        doubt = doubt.fillna("row_refused")
    return pd.concat([late, fault_rows(missing, fault="missing_return", found=found, doubt=doubt)])
