"""The rectification ledger: what earlier rounds found, and what became of it.

Takes inspections and the findings of today, gives one row an issue that a person confirmed. A
promise kept and a fault that came back are told apart.
"""

import pandas as pd

from audit_lib.report.courttables import CourtTables
from audit_lib.report.figures import finding_rows
from audit_lib.report.wording import missing

__all__ = ["STATES", "build_ledger"]

STATES = ("not_done", "came_back", "claimed", "late", "open", "no_term", "done")
_THEMES = {
    "passive": {"passive"},
    "chaotic": {"chaotic", "objection", "coercion"},
    "termination": {"termination"},
    "funds": {"funds"},
    "petition": {"petition"},
}


def build_ledger(tables: CourtTables) -> pd.DataFrame:
    """Build the ledger of what earlier rounds told the court to put right.

    Parameters
    ----------
    tables : CourtTables

    Returns
    -------
    DataFrame, one row per case, round and issue confirmed before this round
        ``case_no, round, issue, inspected_on, rectify_by, rectified_on, state, days_late``;
        ``state``: ``done``, ``late`` (done after its term), ``not_done`` (term past),
        ``open`` (term not yet past), ``no_term`` (nobody set one), ``came_back`` (done, and the
        same theme has a new finding that started later), ``claimed`` (said to be done, but an
        obligation of the theme that was running then is still not done on record). What weighs
        most first.

    Notes
    -----
    Disputed and withdrawn issues, and ``none``, are not in it.
    """
    seen, as_of = tables["inspections"], tables.facts.as_of
    status = seen["status"].fillna("confirmed")
    kept = seen[
        (status == "confirmed")
        & (seen["issue"] != "none")
        & seen["issue"].notna()
        & (seen["round"].astype(str) != tables.facts.name)
        & ~(seen["inspected_on"] > as_of)
    ].copy()
    done = kept["rectified_on"].where(kept["rectified_on"] <= as_of)
    kept["rectified_on"] = done
    kept["state"] = "open"
    kept.loc[kept["rectify_by"].isna(), "state"] = "no_term"
    kept.loc[kept["rectify_by"] < as_of, "state"] = "not_done"
    kept.loc[done.notna(), "state"] = "done"
    kept.loc[done > kept["rectify_by"], "state"] = "late"
    end = done.where(done.notna(), as_of)
    kept["days_late"] = (end - kept["rectify_by"]).dt.days.clip(lower=0)
    found = finding_rows(tables)
    kept.loc[_still_there(kept, found[found["outcome"] == "overdue"], before=True), "state"] = (
        "claimed"
    )
    kept.loc[_still_there(kept, found, before=False), "state"] = "came_back"
    order = kept["state"].map({s: n for n, s in enumerate(STATES)})
    kept = kept.assign(order=order).sort_values(
        ["order", "days_late", "case_no", "round", "issue"],
        ascending=[True, False, True, True, True],
    )
    columns = "case_no round issue inspected_on rectify_by rectified_on state days_late note"
    return kept[columns.split()].drop_duplicates().reset_index(drop=True)


def _still_there(kept: pd.DataFrame, found: pd.DataFrame, before: bool) -> list[bool]:
    """Tell which issues done have a finding of their theme that started before, or after."""
    starts: dict[tuple[str, str], list[pd.Timestamp]] = {}
    for r in found.dropna(subset=["started_on"]).itertuples(index=False):
        starts.setdefault((r.case_no, r.theme), []).append(r.started_on)

    def is_there(row) -> bool:
        if missing(row.rectified_on):
            return False
        days = [d for t in _THEMES.get(row.issue, ()) for d in starts.get((row.case_no, t), ())]
        return any((d <= row.rectified_on) == before for d in days)

    return [is_there(row) for row in kept.itertuples(index=False)]
