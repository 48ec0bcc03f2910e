"""Progress of the three clean-ups against their targets, court by court.

Takes a snapshot, gives one row a court and category: the counts from the record, what the court
reported, and whether the target is met. Reads ``parameters/campaign.yaml``.
"""

import datetime
from types import SimpleNamespace

import numpy as np
import pandas as pd

from audit_lib.campaign.calendar import count_day, month_of
from audit_lib.campaign.categories import read_spans
from audit_lib.campaign.returns import check_returns, read_returns
from audit_lib.campaign.settings import CATEGORIES, load_campaign

__all__ = ["PROGRESS_COLUMNS", "build_progress", "build_series"]

PROGRESS_COLUMNS = [
    "court_code", "category", "backlog", "closed", "cleared_strict", "cleared_with_termination",
    "open", "target_on", "on_target", "returned_closed", "returned_open", "difference",
    "late_return", "items_missing", "promises_slipped",
    # beyond the contract
    "month", "counted_on", "inflow", "open_old", "open_new", "came_back", "on_closed_cases",
    "cleared_lawful", "termination_doubtful", "termination_checked", "share_strict",
    "share_counted", "target_share", "target_state", "reached_on", "assigned_open", "judged_by",
]  # fmt: skip

COUNTS = [
    "backlog", "closed", "cleared_strict", "cleared_with_termination", "open", "returned_closed",
    "returned_open", "difference", "items_missing", "promises_slipped", "inflow", "open_old",
    "open_new", "came_back", "on_closed_cases", "cleared_lawful", "termination_doubtful",
    "assigned_open",
]  # fmt: skip


def doubtful_terminations(findings) -> set[str]:
    """Return the cases against whose 终本 the check finds something."""
    if findings is None or not len(findings):
        return set()
    against = findings["outcome"].isin(["breached", "late", "overdue"])
    return set(findings.loc[against & findings["theme"].eq("termination"), "case_no"])


def _flags(spans, baseline, day, doubtful):
    """Say of each span how it counts on one day."""
    aside = spans["on_closed_case"].eq("yes")
    waiting = aside & (spans["opened_on"] <= day) & ~(spans["resolved_on"] <= day)
    opened, closed = spans["opened_on"].mask(aside), spans["closed_on"]
    opened_by = opened <= day
    closed_by = closed <= day
    at_start = (opened <= min(baseline, day)) & ~(closed < min(baseline, day))
    during = opened_by & closed_by & (closed >= baseline)
    termination = spans["closing_manner"].eq("procedure_terminated")
    unclear = termination & spans["case_no"].isin(doubtful)
    return spans.assign(
        backlog=at_start,
        closed=during,
        cleared_strict=at_start & during & ~termination,
        cleared_with_termination=at_start & during,
        cleared_lawful=at_start & during & ~unclear,
        termination_doubtful=at_start & during & unclear,
        open=opened_by & ~closed_by,
        inflow=opened_by & (opened > baseline),
        open_old=opened_by & ~closed_by & (opened <= baseline),
        open_new=opened_by & ~closed_by & (opened > baseline),
        closed_day=closed,
        on_closed_cases=waiting,
    )


def _reached(old: pd.DataFrame, judged: str, needed: float):
    """Return the day on which so many of the old cases were gone, or missing."""
    days = old.loc[old[judged], "closed_day"].sort_values()
    count = int(np.ceil(needed * len(old) - 1e-9))
    if count == 0:
        return pd.Timestamp(load_campaign().baseline)
    return days.iloc[count - 1] if len(days) >= count else pd.NaT


def build_progress(
    snapshot, as_of: datetime.date, claims=None, findings=None, marks=None, spans=None, faults=None
) -> pd.DataFrame:
    """Count the three clean-ups from the record and compare them with target and return.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
        Counts are as of the 28th of its month, or of this day if that is earlier.
    claims : output of ``check_petitions``, or None: every petition citing a case then counts
    findings : output of ``check_snapshot``, or None: no 终本 is then known to be doubtful
    marks : a person's marks, see :func:`audit_lib.campaign.categorise_cases`
    spans : output of ``read_spans`` for the same day, if it is at hand
    faults : output of ``check_returns`` for the same day, if it is at hand

    Returns
    -------
    DataFrame, one row a court and category; all courts of ``courts``, zeros where none
        ``backlog`` old cases open on the baseline day · ``closed`` all that closed after it ·
        ``cleared_strict`` of the backlog, without 终本 · ``cleared_with_termination`` of the
        backlog, with it · ``open`` all open · ``target_on`` · ``on_target`` yes, no, or missing
        while the day has not come · what the court returned, ``difference`` = returned_open −
        open · ``late_return`` · ``items_missing`` (open by the record, not in the list) ·
        ``promises_slipped``. ``backlog + inflow = closed + open``. A petition matter is over
        when it is resolved or its case closes; petitions about cases that had closed before
        stand apart in ``on_closed_cases``.
        Beyond these: the counting day, old and new apart, cases that came back, the target's
        state (met, met_late, missed, not_due; not_bound where the notice orders this court
        nothing) and by which counting it was judged.

    Notes
    -----
    Whether a 终本 clears a case is not settled by the notice: ``termination_counts`` decides,
    both figures stand in the table.

    References
    ----------
    泰中法办〔2016〕35号, 一(一) and 二.
    """
    settings = load_campaign()
    counted = count_day(as_of)
    day, baseline = pd.Timestamp(counted), pd.Timestamp(settings.baseline)
    if spans is None:
        spans = read_spans(snapshot, as_of, claims, marks)
    doubtful = doubtful_terminations(findings)
    flags = _flags(spans, baseline, day, doubtful)
    flags["came_back"] = flags["inflow"] & _came_back(snapshot, flags)
    above = flags["kind"].eq("assigned") & flags["category"].eq("petition")
    until = pd.Timestamp(settings.petitions.assigned_until)
    flags["assigned_open"] = above & flags["open"] & (flags["opened_on"] <= until)
    courts = sorted(set(snapshot.courts["court_code"].dropna()) | set(spans["court_code"].dropna()))
    index = pd.MultiIndex.from_product([courts, CATEGORIES], names=["court_code", "category"])
    summed = [c for c in COUNTS if c in flags]
    table = flags.groupby(["court_code", "category"])[summed].sum().reindex(index, fill_value=0)
    table = table.reset_index()
    _add_targets(table, spans, as_of, settings, doubtful)
    if faults is None:
        faults = check_returns(snapshot, as_of, spans=spans)
    _add_returns(table, snapshot, as_of, faults)
    table["month"], table["counted_on"] = month_of(as_of), day
    table["termination_checked"] = "no" if findings is None else "yes"
    for column in COUNTS:
        table[column] = table[column].astype("Int64")
    for column in ("target_on", "counted_on", "reached_on"):
        table[column] = table[column].astype("datetime64[us]")
    return table[PROGRESS_COLUMNS]


def _came_back(snapshot, spans) -> pd.Series:
    """Which new cases resume an earlier one, or are petitions after one was resolved."""
    cases = snapshot.cases
    resumed = cases.loc[cases["case_kind"].eq("执恢") | cases["parent_case_no"].notna(), "case_no"]
    again = spans.duplicated(["category", "case_no"], keep="first")
    petition = spans["category"].eq("petition")
    return (petition & again) | (~petition & spans["case_no"].isin(resumed))


def _add_targets(table, spans, as_of, settings, doubtful):
    """Add the target day, whether it is met, and when it was."""
    today, baseline = pd.Timestamp(as_of), pd.Timestamp(settings.baseline)
    judged = {
        "none": "cleared_strict", "lawful": "cleared_lawful", "all": "cleared_with_termination",
    }[settings.termination_counts]  # fmt: skip
    # The target is judged by what is known on `as_of`, though the month is counted on its 28th.
    now = _flags(spans, baseline, today, doubtful)
    now = now[now["backlog"]]
    groups = dict(list(now.groupby(["court_code", "category"])))
    rows = []
    for court, category in zip(table["court_code"], table["category"], strict=True):
        old = groups.get((court, category), now.iloc[:0])
        of = len(old)
        shares = {
            "judged_by": judged,
            "share_strict": old["cleared_strict"].sum() / of if of else np.nan,
            "share_counted": old[judged].sum() / of if of else np.nan,
        }
        if not settings.notice.binds(court):
            rows.append(shares | {"target_state": "not_bound"})
            continue
        target = settings.targets[category]
        by = pd.Timestamp(target.by)
        reached = _reached(old, judged, target.share)
        if today < baseline:
            state = "not_due"  # the campaign has not begun
        elif pd.notna(reached):
            state = "met" if reached <= by else "met_late"
        else:
            state = "missed" if today >= by else "not_due"
        rows.append(shares | {
            "target_on": by, "target_share": target.share, "target_state": state,
            "on_target": {"met": "yes", "not_due": None}.get(state, "no"), "reached_on": reached,
        })  # fmt: skip
    columns = ["target_on", "on_target", "target_share", "target_state", "reached_on",
               "judged_by", "share_strict", "share_counted"]  # fmt: skip
    for column, values in pd.DataFrame(rows, index=table.index, columns=columns).items():
        table[column] = values
    # No old case at all: nothing to reach, and no day on which it was reached.
    table["reached_on"] = table["reached_on"].where(table["backlog"] > 0)


def _add_returns(table, snapshot, as_of, faults):
    """Add what the court reported for the month and how its list compares."""
    month = month_of(as_of)
    returns = read_returns(snapshot, as_of)
    returns = returns[returns["month"].eq(month)]
    usable = returns[returns["usable"]].set_index(["court_code", "category"])
    keys = pd.MultiIndex.from_frame(table[["court_code", "category"]])
    table["returned_closed"] = usable["closed_count"].reindex(keys).to_numpy()
    table["returned_open"] = usable["open_count"].reindex(keys).to_numpy()
    table["difference"] = table["returned_open"].astype("Int64") - table["open"].astype("Int64")
    faults = faults[faults["month"].eq(month)]
    counted = faults.groupby(["court_code", "category", "fault"]).size()

    def of(*names):
        chosen = counted[counted.index.get_level_values("fault").isin(names)]
        return chosen.groupby(level=[0, 1]).sum().reindex(keys, fill_value=0).to_numpy()

    sure = faults["doubt"].ne("nothing_to_report")
    sure &= faults["fault"].isin(["late_return", "missing_return"])
    late = keys.isin(pd.MultiIndex.from_frame(faults.loc[sure, ["court_code", "category"]]))
    there = keys.isin(returns.set_index(["court_code", "category"]).index)
    # Where it is not recorded when a return came, nothing is said.
    dated = returns[returns["submitted_on"].notna()].set_index(["court_code", "category"]).index
    table["late_return"] = np.where(late, "yes", np.where(keys.isin(dated), "no", None))
    table["items_missing"] = of("hidden_case", "vanished_case", "case_not_listed")
    no_list = ~there
    table["items_missing"] = table["items_missing"].astype("Int64").mask(no_list)
    table["promises_slipped"] = of("slipped_promise", "promise_passed")


def build_series(
    snapshot, as_of: datetime.date, claims=None, marks=None, spans=None, step_days: int = 1
) -> pd.DataFrame:
    """Count the open cases of each category day by day since the baseline, for the pictures.

    Parameters
    ----------
    snapshot, as_of, claims, marks, spans : as for :func:`build_progress`
    step_days : a day in so many is counted; the first and the last always

    Returns
    -------
    DataFrame, one row a court, category and day
        ``open_old``, ``open_new``, ``closed`` and ``inflow`` since the baseline (all int), and
        ``target_line``: how many old cases may be left that day on the straight way to the
        target (float, missing where the notice does not bind the court).
    """
    settings = load_campaign()
    if spans is None:
        spans = read_spans(snapshot, as_of, claims, marks)
    spans = spans[spans["on_closed_case"].ne("yes")]
    baseline, last = pd.Timestamp(settings.baseline), pd.Timestamp(as_of)
    if last < baseline:
        baseline = last
    days = pd.date_range(baseline, last, freq=f"{step_days}D")
    days = days if days[-1] == last else days.append(pd.DatetimeIndex([last]))
    start = pd.Timestamp(settings.baseline)
    frames = []
    for (court, category), group in spans.groupby(["court_code", "category"], sort=True):
        opened, closed = group["opened_on"].to_numpy(), group["closed_on"].to_numpy()
        is_old = opened <= start.to_numpy()
        counts = SimpleNamespace(open_old=[], open_new=[], closed=[], inflow=[])
        for day in days.to_numpy():
            live = (opened <= day) & ~(closed <= day)
            counts.open_old.append(int((live & is_old).sum()))
            counts.open_new.append(int((live & ~is_old).sum()))
            counts.closed.append(int(((closed <= day) & (closed >= start.to_numpy())).sum()))
            counts.inflow.append(int(((opened <= day) & ~is_old).sum()))
        target = settings.targets[category]
        whole = max((pd.Timestamp(target.by) - start).days, 1)
        gone = np.clip((days - start).days / whole, 0, 1) * target.share
        frames.append(pd.DataFrame({
            "court_code": court, "category": category, "day": days, **vars(counts),
            "target_line": np.round(counts.open_old[0] * (1 - gone), 2)
            if settings.notice.binds(court) else np.nan,
        }))  # fmt: skip
    if not frames:
        columns = ["court_code", "category", "day", "open_old", "open_new", "closed", "inflow",
                   "target_line"]  # fmt: skip
        return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    return pd.concat(frames, ignore_index=True)
