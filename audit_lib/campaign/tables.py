"""All tables of the campaign at once, for a court's report, the overview, circular and bulletin.

Takes a snapshot and what the other rooms say of it, gives one table a name. Reports show them;
nothing here decides how.
"""

import datetime
from collections.abc import Iterable

import pandas as pd

from audit_lib.campaign.categories import compare_marks, read_spans
from audit_lib.campaign.circular import (
    build_bulletin_cases,
    build_bulletin_figures,
    build_circular,
)
from audit_lib.campaign.funds import build_aid, build_funds, summarise_funds
from audit_lib.campaign.history import build_ages, build_flow, build_months, build_promises
from audit_lib.campaign.interviews import propose_interviews
from audit_lib.campaign.marks import CaseMark, mark_table
from audit_lib.campaign.pace import forecast_clearance
from audit_lib.campaign.plans import CourtPlan, build_plans
from audit_lib.campaign.progress import build_progress, build_series
from audit_lib.campaign.returns import check_returns
from audit_lib.campaign.teams import build_teams, find_one_hand

__all__ = ["build_campaign_tables"]


def build_campaign_tables(
    snapshot,
    as_of: datetime.date,
    claims: pd.DataFrame | None = None,
    findings: pd.DataFrame | None = None,
    interviews: Iterable = (),
    declined: Iterable = (),
    plans: Iterable[CourtPlan] = (),
    marks: Iterable[CaseMark] = (),
) -> dict[str, pd.DataFrame]:
    """Build every table of the campaign for one day, reading the record once.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
    claims : output of ``check_petitions``, or None
    findings : output of ``check_snapshot``, or None
    interviews, declined, plans, marks : as the round's file has them

    Returns
    -------
    dict of DataFrame
        ``campaign`` (``build_progress``: the contract's table), ``spans``, ``return_faults``,
        ``mark_faults``, ``series`` (by day), ``flow`` (by week), ``ages``, ``promises``,
        ``months``, ``pace``, ``funds``, ``fund_ages``, ``aid``, ``handlers``, ``teams``,
        ``one_hand``, ``plans``, ``proposals`` (every trigger looked at), ``circular``,
        ``bulletin`` and ``bulletin_cases``. All but the last two have ``court_code``.
    """
    marked = mark_table(marks, as_of)
    spans = read_spans(snapshot, as_of, claims, marked)
    faults = check_returns(snapshot, as_of, spans=spans)
    progress = build_progress(snapshot, as_of, findings=findings, spans=spans, faults=faults)
    funds = build_funds(snapshot, as_of)
    here = set(snapshot.courts["court_code"])
    return {
        "campaign": progress,
        "spans": spans,
        "return_faults": faults,
        "mark_faults": compare_marks(snapshot, as_of, claims, marked),
        "series": build_series(snapshot, as_of, spans=spans),
        "flow": build_flow(spans, as_of),
        "ages": build_ages(spans, as_of),
        "promises": build_promises(snapshot, as_of, spans),
        "months": build_months(snapshot, as_of, spans, faults),
        "pace": forecast_clearance(snapshot, as_of, spans=spans),
        "funds": funds,
        "fund_ages": summarise_funds(funds),
        "aid": build_aid(snapshot, as_of, spans=spans),
        "handlers": build_teams(snapshot, as_of, spans, by="handler"),
        "teams": build_teams(snapshot, as_of, spans, by="team"),
        "one_hand": find_one_hand(snapshot, as_of),
        "plans": build_plans(snapshot.courts, [p for p in plans if p.court in here], as_of),
        "proposals": propose_interviews(
            snapshot, as_of, progress, faults, interviews, declined, everything=True
        ),
        "circular": build_circular(spans, as_of),
        "bulletin": build_bulletin_figures(progress),
        "bulletin_cases": build_bulletin_cases(snapshot, spans, as_of),
    }
