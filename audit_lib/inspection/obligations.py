"""Findings of law and petitions' claims, weighed case by case; one obligation counted once.

Takes the rows of ``check`` and of ``petitions``; the weights stand in ``parameters/risk.yaml``.
"""

import numpy as np
import pandas as pd

from audit_lib.errors import MissingColumn
from audit_lib.inspection.settings import Risk

__all__ = ["weigh_claims", "weigh_findings"]

_MEASURE_OF = {"funds": "money_waiting", "termination": "termination_faults"}
_OTHER = ("chaotic", "objection", "coercion", "petition")
MEASURES = ("overdue_acts", "late_acts", "money_waiting", "termination_faults", "other_findings")


def need(frame, table, columns):
    """Refuse a table that lacks a column."""
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise MissingColumn.from_table(table, missing, frame.columns)


def weigh_findings(findings: pd.DataFrame, cases: pd.Index, risk: Risk) -> pd.DataFrame:
    """Weigh the findings of each case; rules that ask for one thing count once.

    Parameters
    ----------
    findings : DataFrame, one row per case and obligation, as ``check_snapshot`` gives
        Rows that are not late, overdue or breached are passed over.
    cases : Index of case numbers
    risk : Risk

    Returns
    -------
    DataFrame, one row per case, in the order of `cases`
        Weighted numbers of obligations: ``overdue_acts``, ``late_acts``, ``money_waiting``,
        ``termination_faults``, ``other_findings``.

    Examples
    --------
    >>> from audit_lib.inspection.settings import load_risk
    >>> rows = pd.DataFrame({
    ...     "case_no": ["a", "a", "a"], "theme": ["passive"] * 3, "severity": ["high"] * 3,
    ...     "rule": ["exec_notice_10d", "exec_notice_3d_internal", "verify_clue_5d"],
    ...     "outcome": ["overdue", "overdue", "late"], "days_late": [400, 407, 200]})
    >>> weigh_findings(rows, pd.Index(["a", "b"]), load_risk())[["overdue_acts", "late_acts"]]
       overdue_acts  late_acts
    0           1.0        1.0
    1           0.0        0.0
    """
    need(findings, "check", ["case_no", "rule", "theme", "outcome", "days_late", "severity"])
    weights = risk.findings
    out = {name: np.zeros(len(cases)) for name in MEASURES}
    outcome = _mapped(findings["outcome"], weights.outcome, 0.0)
    place = np.where(outcome > 0, _places(findings["case_no"], cases), -1)
    skipped = _mapped(findings["rule"], dict.fromkeys(weights.not_counted, 1.0), 0.0) > 0
    theme, themes = pd.factorize(findings["theme"])
    measures = [_measure(name) for name in themes]
    measure = np.array([MEASURES.index(m) if m else -1 for m in measures] + [-1])[theme]
    rows = np.flatnonzero((place >= 0) & (measure >= 0) & ~skipped)
    if not len(rows):
        return pd.DataFrame(out)
    chosen = findings.iloc[rows]
    late = (chosen["outcome"] == "late").to_numpy(dtype=bool, na_value=False)
    days = pd.to_numeric(chosen["days_late"]).to_numpy(dtype=float, na_value=np.nan)
    grown = np.clip(days / weights.lateness.full_at_days, 0, 1)
    # A rule without a clock has no days: it weighs in full.
    grown = np.where(np.isnan(grown), 1.0, grown)
    weight = outcome[rows] * _mapped(chosen["severity"], weights.severity, 0.0)
    weight *= weights.lateness.floor + (1 - weights.lateness.floor) * grown
    rule, rules = pd.factorize(chosen["rule"])
    groups, _ = pd.factorize(np.array([weights.obligation_of.get(r, r) for r in rules], object))
    obligation = groups[rule]
    place, measure = place[rows], measure[rows]
    measure = np.where(late & (measure != MEASURES.index("termination_faults")), 1, measure)
    order = np.lexsort((weight, ~late, obligation, place))
    last = np.r_[(np.diff(place[order]) != 0) | (np.diff(obligation[order]) != 0), True]
    kept = order[last]
    for number, name in enumerate(MEASURES):
        mine = kept[measure[kept] == number]
        out[name] = np.bincount(place[mine], weights=weight[mine], minlength=len(cases))
    return pd.DataFrame(out)


def weigh_claims(claims: pd.DataFrame, cases: pd.Index, as_of, risk: Risk) -> pd.DataFrame:
    """Weigh the petitions' allegations about each case; one allegation counts once.

    Parameters
    ----------
    claims : DataFrame, one row per petition and allegation, as ``check_petitions`` gives
    cases : Index of case numbers
    as_of : date
        Petitions received later are not seen.
    risk : Risk

    Returns
    -------
    DataFrame, one row per case: ``petition_claims`` weighted number, ``petition_repeats`` number
        of petitions of the last year.
    """
    need(
        claims, "petitions", ["petition_id", "case_no", "allegation", "verdict", "link_confidence"]
    )
    out = {"petition_claims": np.zeros(len(cases)), "petition_repeats": np.zeros(len(cases))}
    place = _places(claims["case_no"], cases)
    today = pd.Timestamp(as_of)
    received = _days_of(claims, "received_on")
    seen = (place >= 0) & ~(received > today)
    about = ~claims["allegation"].isin(list(risk.claims.ignored)).to_numpy(dtype=bool)
    sure = pd.to_numeric(claims["link_confidence"]).to_numpy(dtype=float, na_value=0.0)
    weight = _mapped(claims["verdict"], risk.claims.verdict, 0.0) * np.clip(sure, 0, 1)
    rows = np.flatnonzero(seen & about & claims["allegation"].notna().to_numpy())
    if len(rows):
        allegation, _ = pd.factorize(claims["allegation"].iloc[rows])
        best = pd.Series(weight[rows]).groupby([place[rows], allegation]).max()
        owner = best.index.get_level_values(0).to_numpy()
        out["petition_claims"] = np.bincount(owner, weights=best.to_numpy(), minlength=len(cases))
    since = today - pd.Timedelta(days=risk.claims.repeats_within_days)
    recent = np.flatnonzero(seen & about & ((received > since) | np.isnat(received)))
    if len(recent):
        pairs = pd.DataFrame(
            {"place": place[recent], "petition": claims["petition_id"].iloc[recent].to_numpy()}
        ).drop_duplicates()
        counts = np.bincount(pairs["place"].to_numpy(), minlength=len(cases))
        out["petition_repeats"] = counts.astype(float)
    return pd.DataFrame(out)


def _measure(theme):
    if theme == "passive":
        return "overdue_acts"
    return _MEASURE_OF.get(theme, "other_findings" if theme in _OTHER else None)


def _places(case_no: pd.Series, cases: pd.Index) -> np.ndarray:
    return cases.get_indexer(pd.Index(case_no))


def _mapped(column: pd.Series, values: dict, otherwise: float) -> np.ndarray:
    codes, names = pd.factorize(column)
    return np.array([values.get(n, otherwise) for n in names] + [otherwise], dtype=float)[codes]


def _days_of(frame, name) -> np.ndarray:
    if name not in frame.columns:
        return np.full(len(frame), np.datetime64("NaT"), dtype="datetime64[us]")
    return pd.to_datetime(frame[name]).to_numpy(dtype="datetime64[us]")
