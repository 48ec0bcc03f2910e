"""The list an inspector works from: the round's draw, or every scored case, filtered and sorted."""

from dataclasses import dataclass

import pandas as pd

from audit_lib.desk.data import DeskData
from audit_lib.report.figures import finding_rows

__all__ = ["QUEUE_COLUMNS", "Filters", "build_queue"]

QUEUE_COLUMNS = [
    "case_no", "court_code", "handler", "stratum", "score", "rank", "population", "themes",
    "reasons", "because", "inspector", "state",
]  # fmt: skip
_STRATA = {"must": 0, "risk": 1, "random": 2}


@dataclass(frozen=True)
class Filters:
    """What is asked of the list; ``None`` or an empty text asks nothing.

    Attributes
    ----------
    drawn : only the cases that the round drew
    handler, stratum, theme, state : ids or names as they stand in the list
    text : words sought in number, handler, reasons and cause; all of them must be there
    """

    drawn: bool = True
    handler: str | None = None
    stratum: str | None = None
    theme: str | None = None
    state: str | None = None
    text: str = ""


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
        ``;`` between), ``reasons`` (of the score), ``because`` (why a must), ``inspector``,
        ``state``. The drawn by stratum, then by score, the highest first; then by number.
    """
    filters = filters or Filters()
    tables = data.court(court)
    rows = _scored(tables)
    if filters.drawn:
        rows = rows[rows["stratum"].notna()]
    themes = _themes(tables)
    rows = rows.assign(
        themes=[themes.get(number, "") for number in rows["case_no"]],
        state=[(states or {}).get(number, "todo") for number in rows["case_no"]],
    )
    for column in ("handler", "stratum", "state"):
        wanted = getattr(filters, column)
        if wanted:
            rows = rows[rows[column].eq(wanted)]
    if filters.theme:
        rows = rows[rows["themes"].str.split(";").map(lambda themes: filters.theme in themes)]
    words = filters.text.split()
    if words:
        cases = tables["cases"].drop_duplicates("case_no").set_index("case_no")["cause"]
        columns = ["case_no", "handler", "reasons", "because"]
        sought = rows["case_no"].map(cases).fillna("").astype(str)
        for column in columns:
            sought = sought + "\n" + rows[column].fillna("").astype(str)
        for word in words:
            rows = rows[sought.reindex(rows.index).str.contains(word, case=False, regex=False)]
    order = rows["stratum"].map(_STRATA).fillna(3)
    rows = rows.assign(_order=order, _minus=-rows["score"].fillna(-1))
    rows = rows.sort_values(["_order", "_minus", "case_no"], kind="stable", ignore_index=True)
    return rows[QUEUE_COLUMNS]


def _scored(tables) -> pd.DataFrame:
    """Join score and draw: a case drawn without a score (a must that is closed) stays."""
    score, select = tables["score"], tables["select"]
    drawn = select.drop_duplicates("case_no")
    own = [c for c in ("must_because", "inspector") if c in drawn]
    both = score.drop_duplicates("case_no").merge(
        drawn[["case_no", "court_code", "handler", "stratum", "score", "reasons", *own]],
        on="case_no", how="outer", suffixes=("", "_drawn"),
    )  # fmt: skip
    for column in ("court_code", "handler", "score", "reasons"):
        both[column] = both[column].where(both[column].notna(), both[f"{column}_drawn"])
    both = both.rename(columns={"must_because": "because"})
    for column in ("because", "inspector"):
        if column not in both:
            both[column] = pd.Series(pd.NA, index=both.index, dtype="object")
    return both


def _themes(tables) -> dict[str, str]:
    found = finding_rows(tables)[["case_no", "theme"]].dropna().drop_duplicates()
    return found.sort_values("theme").groupby("case_no")["theme"].agg(";".join).to_dict()
