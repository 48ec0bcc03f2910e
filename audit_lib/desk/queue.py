"""The list an inspector works from: the round's draw, or every scored case, filtered and sorted."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from audit_lib.desk.data import DeskData

__all__ = ["QUEUE_COLUMNS", "SORTS", "Filters", "build_queue", "list_others"]

QUEUE_COLUMNS = [
    "case_no", "court_code", "handler", "stratum", "score", "rank", "population", "themes",
    "findings", "silent_days", "filed_on", "reasons", "because", "inspector", "state",
]  # fmt: skip
#: What the list can be sorted by → column and whether the highest comes first.
SORTS = {
    "stratum": ("order", False),
    "score": ("score", True),
    "findings": ("findings", True),
    "silence": ("silent_days", True),
    "filed": ("filed_on", False),
    "handler": ("handler", False),
}
Sort = Literal["stratum", "score", "findings", "silence", "filed", "handler"]


@dataclass(frozen=True)
class Filters:
    """What is asked of the list; ``None`` or an empty text asks nothing.

    Attributes
    ----------
    drawn : only the cases that the round drew
    handler, stratum, theme, state : ids or names as they stand in the list
    text : words sought in number, handler, parties, reasons and cause; all must be there
    sort : an entry of :data:`SORTS`
    """

    drawn: bool = True
    handler: str | None = None
    stratum: str | None = None
    theme: str | None = None
    state: str | None = None
    text: str = ""
    sort: Sort = "stratum"


def build_queue(
    data: DeskData, court: str, filters: Filters | None = None, states: dict | None = None
) -> pd.DataFrame:
    """Build one court's list.

    Parameters
    ----------
    data : DeskData
    court : court code
    filters : what to keep; the whole draw when not given
    states : case number → state of its decision; ``todo`` for those not in it

    Returns
    -------
    DataFrame, one row a case
        ``case_no``, ``court_code``, ``handler``, ``stratum`` (must, risk, random, or missing where
        it was not drawn), ``score``, ``rank``, ``population``, ``themes`` (of its findings,
        ``;`` between), ``findings`` how many, ``silent_days``, ``filed_on``, ``reasons`` (of the
        score), ``because`` (why a must), ``inspector``, ``state``. Equal rows of the sort by
        score, the highest first, then by number.
    """
    filters = filters or Filters()
    rows = data.court(court).queue
    keep = rows["stratum"].notna() if filters.drawn else pd.Series(True, index=rows.index)
    for column in ("handler", "stratum"):
        wanted = getattr(filters, column)
        if wanted:
            keep &= rows[column].eq(wanted).fillna(False).astype(bool)
    if filters.theme:
        keep &= (";" + rows["themes"] + ";").str.contains(f";{filters.theme};", regex=False)
    if filters.state:
        known = {n: state for n, state in (states or {}).items() if state != "todo"}
        if filters.state == "todo":
            keep &= ~rows["case_no"].isin(list(known))
        else:
            keep &= rows["case_no"].isin([n for n, s in known.items() if s == filters.state])
    for word in filters.text.lower().split():
        keep &= rows["sought"].str.contains(word, regex=False)
    rows = rows[keep]
    column, down = SORTS[filters.sort]
    rows = rows.sort_values(
        [column, "score", "case_no"], ascending=[not down, False, True], kind="stable",
        ignore_index=True, na_position="last",
    ) if column != "score" else rows.sort_values(
        ["score", "case_no"], ascending=[False, True], kind="stable", ignore_index=True
    )  # fmt: skip
    known = states or {}
    rows = rows.assign(state=[known.get(number, "todo") for number in rows["case_no"]])
    return rows[QUEUE_COLUMNS]


def list_others(
    data: DeskData, court: str, filters: Filters | None = None, states: dict | None = None
) -> pd.DataFrame:
    """List the cases that :func:`build_queue` does not know and that are asked for all the same.

    Somebody wrote on them, and they left the record since or were never scored; or they are
    sought by their number in the whole list, as a closed case that a petition names.

    Returns
    -------
    DataFrame, one row a case, by number
        The columns of :func:`build_queue` and ``gone``, whether the record does not hold it.
    """
    filters = filters or Filters()
    laid, states = data.court(court), states or {}
    words = filters.text.lower().split()
    asked = filters.handler or filters.stratum or filters.theme
    numbers = set(states) | (laid.numbers if words and not filters.drawn else set())
    found = [
        (number, states.get(number, "todo"), number not in laid.numbers)
        for number in sorted(numbers - laid.listed)
        if not asked
        and filters.state in (None, "", states.get(number, "todo"))
        and all(word in number.lower() for word in words)
    ]
    rows = pd.DataFrame(found, columns=["case_no", "state", "gone"])
    return rows.assign(court_code=court, findings=0).reindex(columns=[*QUEUE_COLUMNS, "gone"])
