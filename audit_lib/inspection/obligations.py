"""Findings of law and petitions' claims, weighed case by case; one obligation counted once.

Takes the rows of ``check`` and of ``petitions``; the weights stand in ``parameters/risk.yaml``.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit_lib.errors import MissingColumn
from audit_lib.inspection.settings import Risk

__all__ = ["Habits", "find_habits", "weigh_claims", "weigh_findings"]

_MEASURE_OF = {"funds": "money_waiting", "termination": "termination_faults"}
_OTHER = ("chaotic", "objection", "coercion", "petition")
MEASURES = ("overdue_acts", "late_acts", "money_waiting", "termination_faults", "other_findings")


def need(frame, table, columns):
    """Refuse a table that lacks a column."""
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise MissingColumn.from_table(table, missing, frame.columns)


def _obligations(rule: pd.Series, risk: Risk) -> tuple[np.ndarray, list[str]]:
    """Return the obligation of each row as a number, and the obligations' names."""
    codes, rules = pd.factorize(rule)
    asked = [risk.findings.obligation_of.get(name, name) for name in rules]
    groups, names = pd.factorize(np.array(asked, dtype=object))
    return (groups[codes] if len(groups) else np.zeros(0, dtype=np.int64)), list(names)


@dataclass(frozen=True)
class Habits:
    """How often each handler's cases that were performed in full lack each act.

    Attributes
    ----------
    person : array, for each case asked about the number of its handler; -1 where unknown
    shares : obligation → array of shares, one a handler
    """

    person: np.ndarray
    shares: dict[str, np.ndarray]

    def share(self, place, obligation, names) -> np.ndarray:
        """Return for each finding how habitually its act is missing at its handler's."""
        out = np.zeros(len(place))
        person = self.person[place]
        for number, name in enumerate(names):
            if name in self.shares:
                rows = (obligation == number) & (person >= 0)
                out[rows] = self.shares[name][person[rows]]
        return out


def find_habits(findings, every_case: pd.DataFrame, cases: pd.DataFrame, as_of, risk: Risk):
    """Find which acts handlers do not write down even where a case was performed in full.

    Parameters
    ----------
    findings : DataFrame, one row per case and obligation, closed cases among them
    every_case : DataFrame, one row per case of the record: ``case_no``, ``court_code``,
        ``handler``, ``closed_on``, ``closing_manner``
    cases : DataFrame, one row per case asked about: ``court_code``, ``handler``
    as_of : date

    Returns
    -------
    Habits
    """
    settings = risk.findings.habit
    closed = (every_case["closed_on"] <= pd.Timestamp(as_of)).to_numpy(dtype=bool)
    done = every_case["closing_manner"].isin(list(settings.closed_as)).to_numpy(dtype=bool)
    done = every_case[done & closed & every_case["handler"].notna().to_numpy()]
    done = done.drop_duplicates("case_no")
    both = pd.concat([done[["court_code", "handler"]], cases[["court_code", "handler"]]])
    court, _ = pd.factorize(both["court_code"])
    name, _ = pd.factorize(both["handler"])
    person, people = pd.factorize(np.where(name >= 0, court * (name.max(initial=0) + 2) + name, -1))
    if (name < 0).any():
        person = np.where(name < 0, -1, person)
    of_done, court = person[: len(done)], court[: len(done)]
    size = np.bincount(of_done, minlength=len(people)).astype(float)
    court_of = np.zeros(len(people), dtype=np.int64)
    court_of[of_done] = court
    all_size = np.bincount(court, minlength=court.max(initial=0) + 1).astype(float)
    missing = findings[findings["outcome"].isin(["late", "overdue", "breached"])]
    place = _places(missing["case_no"], pd.Index(done["case_no"]))
    missing, place = missing[place >= 0], place[place >= 0]
    shares = {}
    obligation, names = _obligations(missing["rule"], risk)
    prior = settings.cases_of_prior
    for number, name in enumerate(names):
        if name in settings.exempt:
            continue
        rows = np.unique(place[obligation == number])
        here = np.bincount(of_done[rows], minlength=len(people))
        courts = np.bincount(court[rows], minlength=len(all_size)) / (all_size + prior)
        shares[name] = (here + prior * courts[court_of]) / (size + prior) * (size > 0)
    return Habits(person[len(done) :], shares)


def weigh_findings(
    findings: pd.DataFrame, cases: pd.Index, risk: Risk, habits: Habits | None = None
) -> pd.DataFrame:
    """Weigh the findings of each case; rules that ask for one thing count once.

    Parameters
    ----------
    findings : DataFrame, one row per case and obligation, as ``check_snapshot`` gives
        Rows that are not late, overdue or breached are passed over.
    cases : Index of case numbers
    risk : Risk
    habits : Habits, optional
        What each handler leaves unwritten even in cases done with; nothing where not given.

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
    obligation, names = _obligations(chosen["rule"], risk)
    if habits is not None:
        weight *= 1.0 - habits.share(place[rows], obligation, names)
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
