"""What a court has to explain, each with its numbers and the way to its cases."""

from audit_lib.report.blocks import Cell
from audit_lib.report.figures import money_held, rule_counts, silent_cases
from audit_lib.report.ledger import build_ledger
from audit_lib.report.rulebook import cite, rule_title
from audit_lib.report.sheet import Sheet
from audit_lib.report.wording import truth

__all__ = ["explanations"]


def explanations(sheet: Sheet) -> list[Cell]:
    """Return the things that a court has to explain, in the order of the parameter file.

    Returns
    -------
    list of Cell
        One sentence with its numbers and the part where its cases stand.
    """
    found = []
    for kind in sheet.settings.summary.explain_order:
        cell = _EXPLAIN[kind](sheet)
        if cell is not None and (cell.href or not sheet.rule.case_rows):
            found.append(cell)
    return found


def _hidden_cases(sheet: Sheet) -> Cell | None:
    campaign = sheet.tables["campaign"]
    wrong = campaign[campaign["difference"].fillna(0) != 0]
    if wrong.empty:
        return None
    row = wrong.loc[wrong["difference"].abs().sort_values(kind="stable").index[-1]]
    words = sheet.words
    return Cell(
        words(
            "explain_return",
            category=words.of("category", row["category"]),
            returned=sheet.count(row["returned_open"]),
            open=sheet.count(row["open"]),
        ),
        sheet.way("faults", "returns"),
    )


def _rectification_overdue(sheet: Sheet) -> Cell | None:
    ledger = build_ledger(sheet.tables)
    wrong = ledger[ledger["state"].isin(["not_done", "came_back", "claimed"])]
    if wrong.empty:
        return None
    return Cell(
        sheet.words("explain_ledger", number=sheet.count(len(wrong))), sheet.way("ledger", "ledger")
    )


def _worst_rule(sheet: Sheet) -> Cell | None:
    rules = rule_counts(sheet.tables)
    if rules.empty:
        return None
    row, words = rules.iloc[0], sheet.words
    return Cell(
        words(
            "explain_rule",
            rule=rule_title(row["rule"], words.lang),
            cases=sheet.count(row["cases"]),
            article=cite(row["source"], row["article"], words.lang),
        ),
        sheet.way(f"rule-{row['rule']}", "findings"),
    )


def _corroborated(sheet: Sheet) -> Cell | None:
    claims = sheet.tables["claims"]
    number = claims.loc[claims["verdict"] == "supported", "petition_id"].nunique()
    if not number:
        return None
    return Cell(
        sheet.words("explain_petitions", number=sheet.count(number)),
        sheet.way("claims", "petitions"),
    )


def _silence(sheet: Sheet) -> Cell | None:
    silent = silent_cases(sheet.tables)
    if silent.empty:
        return None
    return Cell(
        sheet.words(
            "explain_silence",
            number=sheet.count(len(silent)),
            days=sheet.settings.summary.silent_days,
            longest=sheet.words.number(silent["silent_days"].iloc[0]),
        ),
        sheet.way("silence", "findings"),
    )


def _money(sheet: Sheet) -> Cell | None:
    check = sheet.tables["check"]
    late = check[(check["theme"] == "funds") & check["outcome"].isin(["overdue", "breached"])]
    if late.empty:
        return None
    held = money_held(sheet.tables)
    held = held.loc[held["case_no"].isin(set(late["case_no"])), "held"].clip(lower=0).sum()
    return Cell(
        sheet.words(
            "explain_money",
            cases=sheet.count(late["case_no"].nunique()),
            amount=sheet.words.yuan(held),
        ),
        sheet.way("held", "funds"),
    )


def _slipped(sheet: Sheet) -> Cell | None:
    number = sheet.tables["campaign"]["promises_slipped"].fillna(0).sum()
    if not number:
        return None
    return Cell(
        sheet.words("explain_promises", number=sheet.count(number)),
        sheet.way("promises", "returns"),
    )


def _late_return(sheet: Sheet) -> Cell | None:
    campaign = sheet.tables["campaign"]
    late = campaign[campaign["late_return"].map(truth).eq(True)]
    if late.empty:
        return None
    names = sheet.words("list_separator").join(
        sheet.words.of("category", c) for c in late["category"].dropna().unique()
    )
    return Cell(
        sheet.words("explain_late_return", categories=names), sheet.way("faults", "returns")
    )


_EXPLAIN = {
    "hidden_cases": _hidden_cases,
    "rectification_overdue": _rectification_overdue,
    "worst_rule": _worst_rule,
    "corroborated_petitions": _corroborated,
    "silence": _silence,
    "money": _money,
    "promises_slipped": _slipped,
    "late_return": _late_return,
}
