"""The courts' own plans, meetings, teams and measures, as they report them, and who has not.

Takes a short form in the round's file (:class:`CourtPlan`), gives one row a court.
"""

import datetime
from collections.abc import Iterable

import pandas as pd

from audit_lib.campaign.settings import load_campaign
from audit_lib.errors import BadRound, say
from audit_lib.parameters import Parameters

__all__ = ["CourtPlan", "build_plans"]


class CourtPlan(Parameters):
    """What one court has reported of its own plan; every field but `court` may be missing.

    Examples
    --------
    >>> CourtPlan(court="鲁0902", received=datetime.date(2016, 12, 16), meetings=2).meetings
    2
    """

    court: str
    received: datetime.date | None = None
    document: str | None = None
    meetings: int | None = None
    last_meeting: datetime.date | None = None
    teams: int | None = None
    measures: tuple[str, ...] = ()
    note: str | None = None


def build_plans(courts: pd.DataFrame, plans: Iterable[CourtPlan], as_of: datetime.date):
    """Say of each court whether its plan has come, and what it reports of its work.

    Parameters
    ----------
    courts : DataFrame, one row a court, as in a snapshot
    plans : the short forms of the round's file
    as_of : date; a plan received later is not seen

    Returns
    -------
    DataFrame, one row a court
        ``court_code``, ``court_name``, ``state`` (received, not_received, not_asked),
        ``received_on``, ``days_after_notice`` (int), ``document``, ``meetings``,
        ``last_meeting_on``, ``teams``,
        ``measures`` (``;`` between), ``note``. What a court reports of itself is not checked.

    Raises
    ------
    BadRound
        A plan names a court that is not in `courts`, or the same court twice.

    References
    ----------
    泰中法办〔2016〕35号, 三(一): 各法院……抓紧时间制定实施方案.
    """
    settings = load_campaign()
    known, given = set(courts["court_code"]), {}
    for plan in plans:
        if plan.court not in known:
            raise BadRound(
                say("plan_stranger", "`plans` names `{court}`, which is not in the table of "
                    "courts.", court=plan.court)
            )  # fmt: skip
        if plan.court in given:
            raise BadRound(
                say("plan_twice", "`plans` names `{court}` twice; write one form a court.",
                    court=plan.court)
            )  # fmt: skip
        given[plan.court] = plan
    rows = []
    for court in courts.sort_values("court_code").itertuples():
        plan = given.get(court.court_code)
        came = plan.received if plan and plan.received and plan.received <= as_of else None
        asked = court.level in settings.returns.due_from or pd.isna(court.level)
        asked &= settings.notice.binds(court.court_code)
        row = {
            "court_code": court.court_code, "court_name": court.court_name, "received_on": came,
            "state": "received" if came else "not_received" if asked else "not_asked",
            "days_after_notice": (came - settings.notice.issued).days if came else None,
        }  # fmt: skip
        if plan:
            row |= {
                "document": plan.document, "meetings": plan.meetings, "teams": plan.teams,
                "last_meeting_on": plan.last_meeting, "measures": "; ".join(plan.measures) or None,
                "note": plan.note,
            }  # fmt: skip
        rows.append(row)
    columns = ["court_code", "court_name", "state", "received_on", "days_after_notice", "document",
               "meetings", "last_meeting_on", "teams", "measures", "note"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    for column in ("received_on", "last_meeting_on"):
        table[column] = pd.to_datetime(table[column]).astype("datetime64[us]")
    for column in ("days_after_notice", "meetings", "teams"):
        table[column] = pd.to_numeric(table[column]).astype("Int64")
    return table
