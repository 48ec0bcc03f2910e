"""What the record shows of the campaign over time: flow, age of the open cases, promises kept.

Takes spans, returns and lists, gives small tables for pictures and for the question whether the
work lasts or was a gust of wind (notice 五: 切忌专项活动“一阵风”、“走过场”).
"""

import datetime

import numpy as np
import pandas as pd

from audit_lib.campaign.calendar import due_day, months_due
from audit_lib.campaign.listing import category_ends, read_items
from audit_lib.campaign.returns import read_returns
from audit_lib.campaign.settings import CATEGORIES, load_campaign

__all__ = ["build_ages", "build_flow", "build_months", "build_promises"]


def _counted(spans: pd.DataFrame) -> pd.DataFrame:
    return spans[spans["on_closed_case"].ne("yes")]


def build_flow(spans: pd.DataFrame, as_of: datetime.date) -> pd.DataFrame:
    """Count what came in and what went out week by week since the baseline.

    Parameters
    ----------
    spans : output of ``read_spans``
    as_of : date

    Returns
    -------
    DataFrame, one row a court, category and week
        ``week_from`` and ``week_to`` (the last week may be short), ``came`` (cases opened),
        ``went`` (closed), of them ``went_by_termination``, and ``open`` at the end of the week.
    """
    first, last = pd.Timestamp(load_campaign().baseline), pd.Timestamp(as_of)
    columns = ["court_code", "category", "week_from", "week_to", "came", "went",
               "went_by_termination", "open"]  # fmt: skip
    if last <= first:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    starts = pd.date_range(first + pd.Timedelta(days=1), last, freq="7D")
    ends = (starts + pd.Timedelta(days=6)).where(starts + pd.Timedelta(days=6) <= last, last)
    frames = []
    for (court, category), group in _counted(spans).groupby(["court_code", "category"]):
        opened, closed = group["opened_on"].to_numpy(), group["closed_on"].to_numpy()
        by_termination = group["closing_manner"].eq("procedure_terminated").to_numpy()
        rows = []
        for start, end in zip(starts.to_numpy(), ends.to_numpy(), strict=True):
            went = (closed >= start) & (closed <= end)
            rows.append((
                court, category, start, end, int(((opened >= start) & (opened <= end)).sum()),
                int(went.sum()), int((went & by_termination).sum()),
                int(((opened <= end) & ~(closed <= end)).sum()),
            ))  # fmt: skip
        frames.append(pd.DataFrame(rows, columns=columns))
    if not frames:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    return pd.concat(frames, ignore_index=True)


def build_ages(spans: pd.DataFrame, as_of: datetime.date) -> pd.DataFrame:
    """Count the open cases by age, old and new apart: the pyramid of the backlog.

    Parameters
    ----------
    spans : output of ``read_spans``
    as_of : date

    Returns
    -------
    DataFrame, one row a court, category and age band; every band, also empty ones
        ``band`` 0, 1 … from the youngest, ``from_days`` and ``to_days`` (missing for the last;
        bands are ``circular.age_bands_days``), ``open_old``, ``open_new`` (int).
    """
    today = pd.Timestamp(as_of)
    edges = sorted(load_campaign().circular.age_bands_days)
    live = _counted(spans)
    live = live[(live["opened_on"] <= today) & ~(live["closed_on"] <= today)]
    age = (today - live["opened_on"]).dt.days.to_numpy()
    live = live.assign(
        band=np.searchsorted(edges, age, side="left"),
        open_old=live["old"].eq("yes"), open_new=live["old"].ne("yes"),
    )  # fmt: skip
    counts = live.groupby(["court_code", "category", "band"])[["open_old", "open_new"]].sum()
    courts = sorted(spans["court_code"].dropna().unique())
    bands = range(len(edges) + 1)
    index = pd.MultiIndex.from_product(
        [courts, CATEGORIES, bands], names=["court_code", "category", "band"]
    )
    table = counts.reindex(index, fill_value=0).reset_index()
    starts, stops = [0, *(edge + 1 for edge in edges)], [*edges, pd.NA]
    table["from_days"] = table["band"].map(dict(enumerate(starts))).astype("Int64")
    table["to_days"] = table["band"].map(dict(enumerate(stops))).astype("Int64")
    table[["open_old", "open_new"]] = table[["open_old", "open_new"]].astype("Int64")
    return table[["court_code", "category", "band", "from_days", "to_days", "open_old", "open_new"]]


def build_promises(snapshot, as_of: datetime.date, spans: pd.DataFrame) -> pd.DataFrame:
    """Set what the courts promised against what was done, by the month first promised.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
    spans : output of ``read_spans``

    Returns
    -------
    DataFrame, one row a court, category and month of the first promised day
        ``promised`` cases, of them ``kept`` (over by the day first promised), ``late`` (over
        after it), ``broken`` (open, the day past), ``not_due`` (open, the day to come);
        ``moved``: of all, those whose day was moved at least once. A case counts by the first
        day that its court ever promised: a day that moves on is not kept by moving.

    References
    ----------
    泰中法办〔2016〕35号, 二: 执结、化解案件的具体时限.
    """
    items = read_items(snapshot, as_of, read_returns(snapshot, as_of))
    items = items[items["month"].isin(months_due(as_of)) & items["promised_on"].notna()]
    key = ["court_code", "category", "case_no"]
    columns = ["court_code", "category", "month", "promised", "kept", "late", "broken", "not_due",
               "moved"]  # fmt: skip
    items = items.sort_values([*key, "month"], kind="stable")
    ends, inside = category_ends(items, spans)
    items = items.assign(ended=pd.Series(ends, index=items.index), inside=inside)
    # A listed case of another court, or of no category, is no promise of this court.
    home = spans.drop_duplicates("case_no").set_index("case_no")["court_code"]
    items = items[items["inside"] & items["case_no"].map(home).eq(items["court_code"])]
    if items.empty:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    cases = items.groupby(key).agg(
        first=("promised_on", "first"), latest=("promised_on", "max"), ended=("ended", "first")
    ).reset_index()  # fmt: skip
    over = cases["ended"].notna()
    in_time = over & (cases["ended"] <= cases["first"])
    passed = cases["first"] < pd.Timestamp(as_of)
    cases = cases.assign(
        month=cases["first"].dt.strftime("%Y-%m"), promised=True, kept=in_time,
        late=over & ~in_time, broken=~over & passed, not_due=~over & ~passed,
        moved=cases["latest"] > cases["first"],
    )  # fmt: skip
    table = cases.groupby(columns[:3])[columns[3:]].sum().reset_index()
    table[columns[3:]] = table[columns[3:]].astype("Int64")
    return table


def build_months(snapshot, as_of: datetime.date, spans, faults: pd.DataFrame) -> pd.DataFrame:
    """Follow each court's returns month by month beside the record of today.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
    spans : output of ``read_spans`` for that day
    faults : output of ``check_returns`` for that day

    Returns
    -------
    DataFrame, one row a court, category and month due
        ``counted_on``, ``open`` and ``closed`` by the record, ``returned_open``,
        ``returned_closed`` (missing where no usable return came), ``difference``,
        ``open_change`` since the month before, and ``discrepancies`` (rows of `faults`).
    """
    settings = load_campaign()
    baseline = pd.Timestamp(settings.baseline)
    returns = read_returns(snapshot, as_of)
    returns = returns[returns["usable"]].set_index(["court_code", "month", "category"])
    counted = faults.groupby(["court_code", "month", "category"]).size()
    spans = _counted(spans)
    rows = []
    for court in sorted(snapshot.courts["court_code"].dropna().unique()):
        for category in CATEGORIES:
            mine = spans[spans["court_code"].eq(court) & spans["category"].eq(category)]
            for month in months_due(as_of):
                day = min(due_day(month), pd.Timestamp(as_of))
                over = mine["closed_on"] <= day
                live = (mine["opened_on"] <= day) & ~over
                key = (court, month, category)
                said = returns.loc[key] if key in returns.index else None
                rows.append({
                    "court_code": court, "category": category, "month": month, "counted_on": day,
                    "open": int(live.sum()),
                    "closed": int((over & (mine["closed_on"] >= baseline)).sum()),
                    "returned_open": pd.NA if said is None else said["open_count"],
                    "returned_closed": pd.NA if said is None else said["closed_count"],
                    "discrepancies": int(counted.get(key, 0)),
                })  # fmt: skip
    columns = ["court_code", "category", "month", "counted_on", "open", "closed", "returned_open",
               "returned_closed", "discrepancies"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    for column in ("open", "closed", "returned_open", "returned_closed", "discrepancies"):
        table[column] = table[column].astype("Int64")
    table["difference"] = table["returned_open"] - table["open"]
    table["open_change"] = table.groupby(["court_code", "category"])["open"].diff()
    return table
