"""Every figure of a report, counted once: HTML, PDF, DOCX, XLSX and CSV all take them from here.

Takes :class:`CourtTables`, gives plain numbers and the cases behind each. Reads
``parameters/report.yaml``.
"""

import pandas as pd

from audit_lib.report.courttables import CourtTables
from audit_lib.report.settings import load_settings

__all__ = ["count_figures", "finding_rows", "money_held", "rule_counts", "silent_cases"]

_SEVERITY = {"high": 0, "medium": 1, "low": 2}
_OUTCOME = {"overdue": 0, "breached": 1, "late": 2}


def finding_rows(tables: CourtTables) -> pd.DataFrame:
    """Return the findings, what weighs most first.

    Returns
    -------
    DataFrame, one row per finding
        The rows of ``check`` whose outcome counts as a finding, by severity, outcome, days late,
        case and rule.
    """
    return tables.once("finding_rows", _finding_rows)


def _finding_rows(tables: CourtTables) -> pd.DataFrame:
    check = tables["check"]
    found = check[check["outcome"].isin(load_settings().summary.finding_outcomes)]
    order = pd.DataFrame(
        {
            "severity": found["severity"].map(_SEVERITY).fillna(3),
            "outcome": found["outcome"].map(_OUTCOME).fillna(3),
            "days": -found["days_late"].fillna(0),
            "case": found["case_no"].astype(str),
            "rule": found["rule"].astype(str),
            "subject": found["subject"].astype(str),
        }
    )
    return found.loc[order.sort_values(list(order)).index].reset_index(drop=True)


def rule_counts(tables: CourtTables) -> pd.DataFrame:
    """Count the outcomes of each rule.

    Returns
    -------
    DataFrame, one row per rule with a finding
        ``rule, theme, severity, source, article, verified, cases, findings, overdue, breached,
        late, worst_days``, what weighs most first.
    """
    return tables.once("rule_counts", _rule_counts)


def _rule_counts(tables: CourtTables) -> pd.DataFrame:
    found = finding_rows(tables)
    if found.empty:
        return pd.DataFrame(
            columns="rule theme severity source article verified cases findings overdue breached "
            "late worst_days".split()
        )
    counts = found.groupby("rule", sort=True).agg(
        theme=("theme", "first"),
        severity=("severity", "first"),
        source=("source", "first"),
        article=("article", "first"),
        verified=("verified", "first"),
        cases=("case_no", "nunique"),
        findings=("case_no", "size"),
        worst_days=("days_late", "max"),
    )
    for outcome in _OUTCOME:
        rows = found[found["outcome"] == outcome]
        counts[outcome] = rows.groupby("rule").size().reindex(counts.index, fill_value=0)
    counts["weight"] = counts["severity"].map(_SEVERITY).fillna(3)
    counts = counts.reset_index().sort_values(
        ["weight", "cases", "rule"], ascending=[True, False, True]
    )
    return counts.drop(columns="weight").reset_index(drop=True)


def silent_cases(tables: CourtTables) -> pd.DataFrame:
    """Return the open cases silent for longer than the limit, longest first."""
    silence = tables["silence"]
    long = silence[silence["silent_days"] >= load_settings().summary.silent_days]
    return long.sort_values(["silent_days", "case_no"], ascending=[False, True])


def money_held(tables: CourtTables) -> pd.DataFrame:
    """Add up the money of each case as the events record it.

    Returns
    -------
    DataFrame, one row per case with money received
        ``case_no, received, paid, escrowed, refunded, held`` in yuan, largest rest first. Costs
        are not in it where the record has no row for them.
    """
    return tables.once("money_held", _money_held)


def _money_held(tables: CourtTables) -> pd.DataFrame:
    events, as_of = tables["events"], tables.facts.as_of
    events = events[events["day"] <= as_of]
    kinds = {
        "received": "money_received",
        "paid": "money_paid",
        "escrowed": "money_escrowed",
        "refunded": "refunded_to_debtor",
    }
    sums = {
        name: events[events["event"] == code].groupby("case_no")["amount"].sum()
        for name, code in kinds.items()
    }
    money = pd.DataFrame(sums).fillna(0.0)
    money = money[money["received"] > 0]
    money["held"] = money["received"] - money["paid"] - money["escrowed"] - money["refunded"]
    money.index.name = "case_no"
    return money.reset_index().sort_values(["held", "case_no"], ascending=[False, True])


def count_figures(tables: CourtTables) -> dict[str, float | None]:
    """Count the key figures of one court.

    Returns
    -------
    dict
        id of the figure → number, or ``None`` where the table it needs was not computed.
    """
    cases, as_of = tables["cases"], tables.facts.as_of
    cases = cases[~(cases["filed_on"] > as_of)]
    closed = cases[cases["closed_on"] <= as_of]
    figures: dict[str, float | None] = dict.fromkeys(
        "cases open_cases closed_cases terminated_cases findings cases_with_findings "
        "overdue breached late high_findings unknown petitions petitions_supported "
        "silent_cases money_received money_held drawn_cases returns_difference".split()
    )
    if tables.given("cases"):
        figures["cases"] = len(cases)
        figures["open_cases"] = len(cases) - len(closed)
        figures["closed_cases"] = len(closed)
        figures["terminated_cases"] = int(
            (closed["closing_manner"] == "procedure_terminated").sum()
        )
    if tables.given("check"):
        found = finding_rows(tables)
        figures["findings"] = len(found)
        figures["cases_with_findings"] = found["case_no"].nunique()
        for outcome in ("overdue", "breached", "late"):
            figures[outcome] = int((tables["check"]["outcome"] == outcome).sum())
        figures["high_findings"] = int((found["severity"] == "high").sum())
        figures["unknown"] = int((tables["check"]["outcome"] == "unknown").sum())
    if tables.given("petitions"):
        figures["petitions"] = tables["petitions"]["petition_id"].nunique()
    if tables.given("claims"):
        supported = tables["claims"][tables["claims"]["verdict"] == "supported"]
        figures["petitions_supported"] = supported["petition_id"].nunique()
    if tables.given("silence"):
        figures["silent_cases"] = len(silent_cases(tables))
    if tables.given("events"):
        money = money_held(tables)
        figures["money_received"] = float(money["received"].sum())
        figures["money_held"] = float(money["held"].clip(lower=0).sum())
    if tables.given("select"):
        figures["drawn_cases"] = tables["select"]["case_no"].nunique()
    if tables.given("campaign") and tables["campaign"]["difference"].notna().any():
        figures["returns_difference"] = float(tables["campaign"]["difference"].abs().sum())
    return figures
