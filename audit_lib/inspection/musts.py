"""Which cases must be inspected, and for what reason.

Three reasons, in the order in which they get places: a petition assigned from above that the
record bears out, a rectification that is overdue, and passivity that the law itself names.
"""

import numpy as np
import pandas as pd

from audit_lib.inspection.obligations import need
from audit_lib.inspection.outcomes import read_outcomes
from audit_lib.inspection.settings import Risk, load_risk

__all__ = ["list_musts"]

REASONS = ("assigned_petition", "rectification_overdue", "statutory_passivity")


def list_musts(
    as_of, findings=None, claims=None, petitions=None, inspections=None, risk: Risk | None = None
) -> pd.DataFrame:
    """List the cases that must be inspected as of a day.

    Parameters
    ----------
    as_of : date
    findings, claims, petitions, inspections : DataFrames, optional
        What ``check_snapshot`` and ``check_petitions`` gave, and the snapshot's tables. A table
        that is not given makes no case a must.
    risk : Risk, optional

    Returns
    -------
    DataFrame, one row per case, its first reason: ``case_no``, ``because`` (assigned_petition,
        rectification_overdue, statutory_passivity); sorted by number
    """
    risk = risk or load_risk()
    today = pd.Timestamp(as_of)
    found = {
        "assigned_petition": _assigned(claims, petitions, today, risk),
        "rectification_overdue": _overdue(inspections, as_of, risk),
        "statutory_passivity": _statutory(findings, risk),
    }
    rows = [(name, number) for number, reason in enumerate(REASONS) for name in found[reason]]
    out = pd.DataFrame(rows, columns=["case_no", "number"]).sort_values(["case_no", "number"])
    out = out.drop_duplicates("case_no", ignore_index=True)
    out["because"] = np.array(REASONS, dtype=object)[out.pop("number").to_numpy(dtype=int)]
    return out


def _assigned(claims, petitions, today, risk) -> set[str]:
    if claims is None or petitions is None or claims.empty or petitions.empty:
        return set()
    need(petitions, "petitions", ["petition_id", "channel", "received_on"])
    settings = risk.draw.must.assigned_petition
    from_above = petitions["channel"].isin(list(settings.channels))
    if "assigned_by" in petitions:
        from_above |= petitions["assigned_by"].notna()
    waiting = ~(petitions["received_on"] > today)
    if "resolved_on" in petitions:
        waiting &= ~(petitions["resolved_on"] <= today)
    ids = petitions.loc[from_above & waiting, "petition_id"]
    borne_out = claims["verdict"].isin(list(settings.verdicts)) & claims["case_no"].notna()
    borne_out &= claims["petition_id"].isin(ids) & (claims["link_confidence"] >= 0.5)
    borne_out &= ~claims["allegation"].isin(list(risk.claims.ignored))
    return set(claims.loc[borne_out, "case_no"])


def _overdue(inspections, as_of, risk) -> set[str]:
    if not risk.draw.must.rectification_overdue or inspections is None or inspections.empty:
        return set()
    past = read_outcomes(inspections, before=as_of)
    today = pd.Timestamp(as_of)
    late = (past["state"] == "found") & (past["rectify_by"] < today)
    late &= past["rectified_on"].isna() | (past["rectified_on"] > today)
    return set(past.loc[late, "case_no"])


def _statutory(findings, risk) -> set[str]:
    if findings is None or findings.empty:
        return set()
    need(findings, "check", ["case_no", "rule", "outcome", "days_late"])
    settings = risk.draw.must
    rows = findings["rule"].isin(list(settings.statutory_rules))
    rows &= findings["outcome"].isin(["overdue", "breached"])
    rows &= ~(findings["days_late"] < settings.statutory_days_late).fillna(False).astype(bool)
    return set(findings.loc[rows, "case_no"].dropna())
