"""Whether the time for a remedy was running on the day of a petition, as far as the record says.

Takes a route and the case as it stood; gives a :class:`Window`: open, not_yet, closed or unknown,
with the day on which it opened or closed and the reason. Days are counted plainly: whether a last
day was a rest day, and when a document was served, is for a person to see. Reads ``routes`` of
``parameters/petitions.yaml`` (``days``, ``after_months``).
"""

from dataclasses import dataclass

import pandas as pd

from audit_lib.petitions.casefile import CaseFile, tell_day
from audit_lib.petitions.routes import find_remedy

__all__ = ["Window", "find_window"]

SANCTIONS = ("fine_imposed", "detention_imposed")


@dataclass(frozen=True)
class Window:
    """State of a remedy's time on a day: ``until`` is when it opens (not_yet) or closes."""

    state: str
    until: pd.Timestamp | None = None
    why: str = ""


def find_window(route: str, file: CaseFile | None) -> Window:
    """Return whether a remedy could be used on the day of the petition.

    Parameters
    ----------
    route : route
    file : CaseFile or None
        None where no case is linked: the time is unknown.

    References
    ----------
    民事诉讼法（2012）第一百一十六条（复议）、第二百二十五条、第二百二十六条（六个月）、第二百二十七条;
    法释〔2016〕3号: an objection to 终结执行 within sixty days.
    """
    if route in ("supervision", "petition_only", "not_enforcement"):
        return Window("open", why="no_time_limit")
    if file is None:
        return Window("unknown", why="case_unknown")
    judge = _WINDOWS.get(route)
    return judge(file, find_remedy(route)) if judge else Window("unknown", why="needs_the_file")


def _urge(file: CaseFile, remedy) -> Window:
    start = file.case.applied_on if not pd.isna(file.case.applied_on) else file.case.filed_on
    if pd.isna(start):
        return Window("unknown", why="application_day_missing")
    opens = start + pd.DateOffset(months=remedy.after_months or 0)
    told = f"application {tell_day(start)}"
    return Window("open" if file.on > opens else "not_yet", opens, told)


def _conduct(file: CaseFile, remedy) -> Window:
    """Open while execution runs; against a closing for the days of the remedy after it."""
    closed = file.case.closed_on
    if pd.isna(closed) or closed > file.on:
        return Window("open", why="execution_runs")
    until = closed + pd.Timedelta(days=remedy.days or 0)
    state = "open" if file.on <= until else "closed"
    return Window(state, until, f"closed {tell_day(closed)}; service is not recorded")


def _outsider(file: CaseFile, remedy) -> Window:
    """Open until execution against the thing is over."""
    closed = file.case.closed_on
    if not pd.isna(closed) and closed <= file.on:
        if file.case.closing_manner == "procedure_terminated":
            return Window("unknown", why="closed_by_termination_thing_perhaps_still_held")
        return Window("closed", closed, f"closed {tell_day(closed)}")
    gone = file.of("auction_succeeded", "debt_in_kind", "asset_delivered", "deposit_transferred")
    if len(gone):
        return Window("unknown", gone["day"].max(), "something_was_sold_or_transferred")
    return Window("open", why="execution_runs")


def _sanction(file: CaseFile, remedy) -> Window:
    decided = file.of(*SANCTIONS)
    if not len(decided):
        return Window("unknown", why="no_decision_recorded")
    until = decided["day"].max() + pd.Timedelta(days=remedy.days or 0)
    told = f"decided {tell_day(decided['day'].max())}; service is not recorded"
    return Window("open" if file.on <= until else "closed", until, told)


_WINDOWS = {
    "urge": _urge,
    "conduct_objection": _conduct,
    "outsider_objection": _outsider,
    "sanction_review": _sanction,
}
