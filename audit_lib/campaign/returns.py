"""The courts' monthly returns, checked case by case against the record.

Takes a snapshot, gives one row a discrepancy. Counts, lists of open cases, reasons, plans and
promised days are compared with the record and with the court's own earlier returns. Reads the
``returns`` part of ``parameters/campaign.yaml``.
"""

import datetime

import numpy as np
import pandas as pd

from audit_lib.campaign.categories import counted_cases, read_spans
from audit_lib.campaign.settings import CATEGORIES, load_campaign
from audit_lib.campaign.wording import find_copied, find_unchanged

__all__ = ["FAULT_COLUMNS", "check_returns", "months_due", "read_returns"]

FAULT_COLUMNS = [
    "court_code", "month", "category", "case_no", "fault", "claimed", "found", "doubt", "evidence",
]  # fmt: skip


def months_due(as_of: datetime.date) -> list[str]:
    """Return the months for which a return can exist by a day, in order.

    Examples
    --------
    >>> months_due(datetime.date(2017, 2, 3))
    ['2016-12', '2017-01', '2017-02']
    """
    settings = load_campaign().returns
    first, last = pd.Period(settings.first_month, "M"), pd.Period(settings.last_month, "M")
    until = min(pd.Period(as_of, "M"), last)
    return [str(month) for month in pd.period_range(first, until, freq="M")]


def due_day(month: str) -> pd.Timestamp:
    """Return the day by which the return of a month is due.

    Examples
    --------
    >>> due_day("2017-01")
    Timestamp('2017-01-28 00:00:00')
    """
    return pd.Timestamp(f"{month}-{load_campaign().returns.due_day:02d}")


def _place(frame: pd.DataFrame) -> pd.Series:
    if "source_file" not in frame or frame.empty:
        return pd.Series("", index=frame.index, dtype=object)
    file = frame["source_file"].astype(object).where(frame["source_file"].notna(), "?")
    return file.astype(str) + "#" + frame["source_row"].astype("Int64").astype(str)


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
    returns = returns.assign(place=_place(returns))
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

    References
    ----------
    泰中法办〔2016〕35号, 二: 每月28日前上报; 未结案件逐案说明原因, 打算, 具体时限.
    """
    if spans is None:
        spans = read_spans(snapshot, as_of, claims, marks)
    spans = spans[spans["court_code"].notna()]
    returns = read_returns(snapshot, as_of)
    items = _read_items(snapshot, as_of, returns)
    windows = _windows(returns, items, as_of)
    faults = [_strange(returns), _late(snapshot, returns, as_of)]
    counts = _check_counts(snapshot, returns, spans, windows, as_of)
    faults.append(counts)
    known = items[items["month"].isin(months_due(as_of))]
    faults.append(_check_items(snapshot, items, spans, windows, as_of))
    faults.append(_check_lists(returns, known, spans, windows, counts))
    faults.append(_check_promises(known, spans, windows, as_of))
    faults += [find_copied(known), find_unchanged(known)]
    table = pd.concat([f.reindex(columns=FAULT_COLUMNS).astype(object) for f in faults],
                      ignore_index=True)  # fmt: skip
    table = table.drop_duplicates(FAULT_COLUMNS[:5])
    return table.sort_values(FAULT_COLUMNS[:5], ignore_index=True, na_position="first")


def _rows(frame: pd.DataFrame, **values) -> pd.DataFrame:
    return frame.assign(**values).reindex(columns=FAULT_COLUMNS)


def _text(values) -> pd.Series:
    """Write counts without a decimal point."""
    return pd.Series(values).map(lambda v: "" if pd.isna(v) else f"{v:g}").to_numpy()


def _read_items(snapshot, as_of, returns) -> pd.DataFrame:
    """Return the listed open cases of the returns that had been received."""
    items = snapshot.return_items.reset_index(drop=True)
    items = items.assign(evidence=_place(items))
    early = items["month"].astype(str) <= f"{as_of:%Y-%m}"
    here = returns[["court_code", "month"]].drop_duplicates().assign(here=True)
    later = snapshot.returns[snapshot.returns["submitted_on"] > pd.Timestamp(as_of)]
    later = later[["court_code", "month"]].drop_duplicates().assign(later=True)
    seen = items.merge(here, how="left").merge(later, how="left")
    # A list whose return is not in yet is not in either; a list without any return is looked at.
    hidden = seen["later"].notna() & seen["here"].isna()
    strange = ~seen["month"].isin(months_due(as_of))
    return items[(early | strange).to_numpy() & ~hidden.to_numpy()].reset_index(drop=True)


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
    said = "closed " + pd.Series(_text(odd["closed_count"]), index=odd.index, dtype=object)
    said = said + ", open " + pd.Series(_text(odd["open_count"]), index=odd.index, dtype=object)
    odd = odd.assign(said=said.astype(object))
    if odd.empty:
        return odd.reindex(columns=FAULT_COLUMNS)
    grouped = odd.groupby(["court_code", "month", "category", "fault"], dropna=False, sort=False)
    return _rows(
        grouped.agg(claimed=("said", " / ".join), evidence=("place", "; ".join)).reset_index()
    )


def _late(snapshot, returns, as_of) -> pd.DataFrame:
    """Find the returns that came after the 28th, and those that have not come."""
    settings = load_campaign().returns
    good = returns[~returns["fault"].isin(["unknown_month", "unknown_court"])]
    due = pd.to_datetime(good["month"].map(due_day))
    first = good.groupby(["court_code", "month", "category"])["submitted_on"].transform("min")
    late = good[first > due]
    late = _rows(
        late, fault="late_return", claimed=late["submitted_on"].dt.strftime("%Y-%m-%d"),
        found=late["month"].map(lambda m: f"{due_day(m):%Y-%m-%d}"), evidence=late["place"],
    )  # fmt: skip
    if snapshot.returns.empty:
        # No return of any court: they were not handed over, and nothing can be said of them.
        return late
    level = snapshot.courts.set_index("court_code")["level"]
    bound = sorted(level.index[level.isin(settings.due_from) | level.isna()])
    over = [m for m in months_due(as_of) if due_day(m) < pd.Timestamp(as_of)]
    wanted = pd.MultiIndex.from_product([bound, over, CATEGORIES],
                                        names=["court_code", "month", "category"])  # fmt: skip
    there = pd.MultiIndex.from_frame(good[["court_code", "month", "category"]])
    missing = wanted.difference(there).to_frame(index=False)
    found = missing["month"].map(lambda m: f"{due_day(m):%Y-%m-%d}").astype(object)
    return pd.concat([late, _rows(missing, fault="missing_return", found=found)])


def _count(opened, closed, first, last, baseline):
    """Return how many were open, and closed since the baseline, on each day of a window."""
    days = np.arange(first, last + np.timedelta64(1, "D"), np.timedelta64(1, "D"))
    opened, closed = opened[:, None], closed[:, None]
    over = closed <= days
    live = (opened <= days) & ~over
    return live.sum(axis=0), (over & (closed >= baseline)).sum(axis=0)


def _check_counts(snapshot, returns, spans, windows, as_of) -> pd.DataFrame:
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
    fallen = _rows(falling, fault="closed_count_falls", claimed=_text(falling["closed_count"]),
                   found=_text(falling["before"]), evidence=falling["place"])  # fmt: skip
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


def _check_items(snapshot, items, spans, windows, as_of) -> pd.DataFrame:
    """Check that each listed case exists, is the court's, is open and is of the category."""
    item = items.merge(windows, on=["court_code", "month"], how="left")
    cases = snapshot.cases.drop_duplicates("case_no").set_index("case_no")
    item["home"] = item["case_no"].map(cases["court_code"])
    item["case_filed"] = pd.to_datetime(item["case_no"].map(cases["filed_on"]))
    item["case_closed"] = pd.to_datetime(item["case_no"].map(cases["closed_on"]))
    item["case_place"] = item["case_no"].map(pd.Series(_place(cases).to_numpy(), cases.index))
    item["last_end"], item["in_category"] = _ends(item, spans)
    # An unresolved petition on a closed case may be listed: it is not a closed matter.
    petition = item["category"].eq("petition") & item["in_category"]
    ended = item["case_closed"].mask(petition, item["last_end"])
    tests = [
        ("unknown_month", ~item["month"].isin(months_due(as_of)), item["month"]),
        ("unknown_court", ~item["court_code"].isin(snapshot.courts["court_code"]), None),
        ("item_unknown_case", item["home"].isna(), None),
        ("item_other_court", item["home"].ne(item["court_code"]), item["home"]),
        ("item_not_filed", item["case_filed"] > item["last"],
         item["case_filed"].dt.strftime("%Y-%m-%d")),
        ("item_closed", ended <= item["first"], ended.dt.strftime("%Y-%m-%d")),
        ("item_not_in_category", ~item["in_category"], None),
    ]  # fmt: skip
    fault = pd.Series(None, index=item.index, dtype=object)
    found = pd.Series(None, index=item.index, dtype=object)
    for name, holds, shown in tests:
        first = holds.fillna(False).astype(bool) & fault.isna()
        fault = fault.mask(first, name)
        if shown is not None:
            found = found.mask(first, shown.astype(object))
    doubt = pd.Series(None, index=item.index, dtype=object)
    doubt = doubt.mask(fault.eq("item_not_in_category"), "category_read_from_record")
    proof = item["evidence"].astype(str) + ("; " + item["case_place"].astype(object)).fillna("")
    bad = item.assign(fault=fault, found=found, doubt=doubt, evidence=proof)
    twice = item[item.duplicated(["court_code", "month", "category", "case_no"], keep="first")]
    return pd.concat([_rows(bad[fault.notna()]), _rows(twice, fault="item_twice")])


def _ends(item, spans):
    """Return when each listed case left its category (missing: open), and whether it is in it."""
    key = ["case_no", "category"]
    last = spans.sort_values("opened_on", kind="stable").drop_duplicates(key, keep="last")
    end = last["closed_on"].mask(last["category"].eq("petition"), last["resolved_on"])
    last = last[key].assign(end=end, inside=True)
    joined = item[key].merge(last, on=key, how="left")
    return joined["end"].to_numpy(), joined["inside"].notna().to_numpy()


def _check_lists(returns, items, spans, windows, counts) -> pd.DataFrame:
    """Find open cases that a court's list leaves out, and lists that do not add up."""
    usable = returns[returns["usable"]].merge(windows, on=["court_code", "month"])
    key = ["court_code", "month", "category"]
    listed = items.groupby(key)["case_no"].nunique().rename("listed").reset_index()
    usable = usable.merge(listed, on=key, how="left").fillna({"listed": 0})
    uneven = usable[usable["open_count"].notna() & usable["open_count"].ne(usable["listed"])]
    rows = [_rows(uneven, fault="list_differs_from_count", claimed=_text(uneven["open_count"]),
                  found=_text(uneven["listed"]), evidence=uneven["place"])]  # fmt: skip
    counted = spans[spans["on_closed_case"].ne("yes")]
    live = usable.merge(counted, on=["court_code", "category"], suffixes=("", "_case"))
    live = live[(live["opened_on"] <= live["first"]) & ~(live["closed_on"] <= live["last"])]
    pairs = items[[*key, "case_no"]].drop_duplicates().assign(is_listed=True)
    live = live.merge(pairs, on=[*key, "case_no"], how="left")
    absent = live[live["is_listed"].isna()]
    if absent.empty:
        return pd.concat(rows)
    months = {m: str(pd.Period(m, "M") - 1) for m in absent["month"].unique()}
    before = pairs.rename(columns={"month": "earlier", "is_listed": "was_listed"})
    absent = absent.assign(earlier=absent["month"].map(months)).merge(
        before, on=["court_code", "earlier", "category", "case_no"], how="left"
    )
    # Hidden: fewer open, or more closed, were reported than there were on any day.
    differ = counts[counts["fault"].isin(["open_count_differs", "closed_count_differs"])]
    said = pd.to_numeric(differ["claimed"])
    least, most = (differ["found"].str.split("-").str[end].astype(float) for end in (0, -1))
    of_open = differ["fault"].eq("open_count_differs")
    low = differ[(of_open & (said < least)) | (~of_open & (said > most))]
    hides = pd.MultiIndex.from_frame(absent[key]).isin(pd.MultiIndex.from_frame(low[key]))
    # Where open cases are reported without any list, the list is missing, not the case hidden.
    given = absent["listed"].gt(0) | absent["open_count"].eq(0).fillna(False).astype(bool)
    fault = np.where(absent["was_listed"].notna(), "vanished_case", "case_not_listed")
    fault = np.where(hides & given, "hidden_case", fault)
    doubt = np.where(absent["marked_by_court"].eq("no"), "not_marked_by_court", absent["doubt"])
    proof = absent["place"].astype(str) + "; " + absent["evidence"].astype(str)
    rows.append(_rows(absent, fault=fault, doubt=doubt, evidence=proof, claimed=None,
                      found="open"))  # fmt: skip
    return pd.concat(rows)


def _check_promises(items, spans, windows, as_of) -> pd.DataFrame:
    """Follow each listed case's reason, plan and promised day from month to month."""
    item = items.merge(windows, on=["court_code", "month"])
    item = item.sort_values(["court_code", "category", "case_no", "month"], kind="stable")
    item = item.drop_duplicates(["court_code", "category", "case_no", "month"])
    ended, _ = _ends(item, spans)
    item = item.assign(ended=pd.Series(ended, index=item.index))
    rows = []
    for column, fault in (("reason", "no_reason"), ("plan", "no_plan")):
        empty = item[column].fillna("").astype(str).str.strip().eq("")
        rows.append(_rows(item[empty], fault=fault))
    rows.append(_rows(item[item["promised_on"].isna()], fault="no_promised_day"))
    group = item.groupby(["court_code", "category", "case_no"])
    promised = item["promised_on"]
    key = [item["court_code"], item["category"], item["case_no"]]
    earlier = group["promised_on"].ffill().groupby(key).shift()
    shown = promised.dt.strftime("%Y-%m-%d")
    past = item[promised < item["first"]]
    rows.append(_rows(past, fault="promise_in_the_past", claimed=shown[past.index]))
    later = promised > earlier
    moves = later.groupby(key).cumsum()
    # `moves` counts how often the day has moved by then.
    slipped = item[later]
    rows.append(_rows(
        slipped, fault="slipped_promise", claimed=earlier[later].dt.strftime("%Y-%m-%d"),
        found=shown[later] + " (" + moves[later].astype(str) + "×)",
    ))  # fmt: skip
    newest = ~item.duplicated(["court_code", "category", "case_no"], keep="last")
    today = pd.Timestamp(as_of)
    open_now = item["ended"].isna() & item["case_no"].isin(spans["case_no"])
    standing = promised.fillna(earlier)
    passed = newest & open_now & (standing < today) & ~later & ~(promised < item["first"])
    rows.append(_rows(item[passed], fault="promise_passed", found="open",
                      claimed=standing[passed].dt.strftime("%Y-%m-%d")))  # fmt: skip
    return pd.concat(rows)
