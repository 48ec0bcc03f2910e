"""Load and outcome by handler and team, and cases that one hand holds throughout.

Takes a snapshot, gives one row a handler or team, and one row a case. Reads the ``teams`` part
of ``parameters/campaign.yaml``. A load is no fault: it explains, and it shows where help is
needed.
"""

import datetime

import pandas as pd

from audit_lib.campaign.categories import counted_cases
from audit_lib.campaign.places import row_places
from audit_lib.campaign.rates import share_interval
from audit_lib.campaign.settings import load_campaign

__all__ = ["build_teams", "find_one_hand"]


def build_teams(snapshot, as_of: datetime.date, spans=None, by: str = "handler") -> pd.DataFrame:
    """Count load and outcome by handler or by team.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
    spans : output of ``read_spans``, or None; with it the open cases of the clean-ups are counted
    by : ``handler`` or ``team``

    Returns
    -------
    DataFrame, one row a court and handler (or team)
        ``open``, ``open_cleanup``, ``oldest_days`` and ``median_days`` of the open ones, ``closed``
        and ``closed_without_termination`` since the baseline, ``share_strict`` (of the closed)
        with ``low`` and ``high`` (95 %); no share below ``teams.fewest_cases``. Cases without a
        name stand under a missing one.
    """
    settings = load_campaign()
    cases = counted_cases(snapshot, as_of)
    today, baseline = pd.Timestamp(as_of), pd.Timestamp(settings.baseline)
    live = cases["closed_on"].isna()
    gone = cases["closed_on"] >= baseline
    age = (today - cases["filed_on"]).dt.days
    in_cleanup = pd.Series(False, index=cases.index)
    if spans is not None:
        in_cleanup = cases["case_no"].isin(spans.loc[spans["closed_on"].isna(), "case_no"])
    strict = gone & ~cases["closing_manner"].eq("procedure_terminated")
    work = cases.assign(
        open=live, open_cleanup=live & in_cleanup, closed=gone, closed_without_termination=strict,
        age=age.where(live).astype("Float64"),
    )  # fmt: skip
    table = work.groupby(["court_code", by], dropna=False, sort=True).agg(
        open=("open", "sum"), open_cleanup=("open_cleanup", "sum"), oldest_days=("age", "max"),
        median_days=("age", "median"), closed=("closed", "sum"),
        closed_without_termination=("closed_without_termination", "sum"),
    ).reset_index()  # fmt: skip
    low, high = share_interval(table["closed_without_termination"], table["closed"])
    few = table["closed"] < settings.teams.fewest_cases
    share = table["closed_without_termination"] / table["closed"].where(table["closed"] > 0)
    table["share_strict"] = share.astype(float).mask(few)
    table["low"], table["high"] = pd.Series(low).mask(few), pd.Series(high).mask(few)
    table["oldest_days"] = table["oldest_days"].astype("Int64")
    return table[(table["open"] > 0) | (table["closed"] > 0)].reset_index(drop=True)


def find_one_hand(snapshot, as_of: datetime.date) -> pd.DataFrame:
    """Find cases in which one person holds every step, from control to payout and approval.

    Returns
    -------
    DataFrame, one row a case
        ``case_no``, ``court_code``, ``handler``, ``operator``, ``groups`` (which groups of steps
        the case has), ``steps`` (int), ``evidence``. Only steps with an ``operator`` count.

    References
    ----------
    泰中法办〔2016〕35号, 三(三): 防止因权力过分集中产生消极不作为.
    """
    settings = load_campaign().teams
    group_of = {event: name for name, events in settings.step_groups.items() for event in events}
    events = snapshot.events
    known = events["operator"].notna() & (events["day"] <= pd.Timestamp(as_of))
    steps = events[known & events["event"].isin(group_of)]
    steps = steps.assign(group=steps["event"].map(group_of))
    cases = counted_cases(snapshot, as_of).set_index("case_no")
    by_case = steps.groupby("case_no")
    chosen = (by_case["operator"].nunique() == 1) & (
        by_case["group"].nunique() >= settings.fewest_groups
    )
    steps = steps[steps["case_no"].isin(chosen.index[chosen].intersection(cases.index))].copy()
    steps["place"] = row_places(steps)
    table = steps.sort_values(["case_no", "day"], kind="stable").groupby("case_no").agg(
        court_code=("court_code", "first"), operator=("operator", "first"),
        groups=("group", lambda names: "; ".join(sorted(set(names)))), steps=("group", "size"),
        evidence=("place", "; ".join),
    ).reset_index()  # fmt: skip
    table = table.assign(handler=table["case_no"].map(cases["handler"]))
    columns = ["case_no", "court_code", "handler", "operator", "groups", "steps", "evidence"]
    return table.sort_values(["court_code", "case_no"], ignore_index=True)[columns]
