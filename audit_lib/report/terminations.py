"""The pages on closures by 终本: each condition of each ruling, and the order of attention."""

from audit_lib.report.blocks import Part, Text
from audit_lib.report.figures import finding_rows, rule_counts
from audit_lib.report.findings import rule_tables, rules_table
from audit_lib.report.rulebook import cite
from audit_lib.report.sheet import Sheet, rows_of
from audit_lib.report.wording import missing

__all__ = ["build_terminations"]

_STATES = ("met", "missing", "unknown", "not_required")


def build_terminations(sheet: Sheet) -> Part:
    """Build the pages on closures by 终本: what each needed, and which lack it."""
    words, tables = sheet.words, sheet.tables
    counts = rule_counts(tables)
    counts = counts[counts["theme"] == "termination"]
    score = tables["score"]
    closed = score[score["population"] == "terminated"].sort_values(["rank", "case_no"])
    cases = tables["cases"].drop_duplicates("case_no").set_index("case_no")
    rows = [
        (
            sheet.case(r.case_no),
            sheet.text(r.handler),
            words.day(cases["closed_on"].get(r.case_no)),
            words.number(r.score),
            sheet.text(r.reasons),
        )
        for r in rows_of(closed, sheet.settings.rows.cases)
    ]
    columns = dict(case_no="c", handler="s", closed_on="d", score="n", reasons="t")
    caption = words("terminated_table")
    table = sheet.table("terminated", columns, rows, caption, len(closed), frame="score")
    return sheet.part(
        "terminations",
        Text(words("terminations_lead")),
        sheet.absent("check", "score", "conditions"),
        _conditions(sheet),
        _rulings(sheet) if sheet.rule.case_rows else None,
        rules_table(sheet, counts, "termination-rules", words("rules_table")),
        *(rule_tables(sheet, counts, finding_rows(tables)) if sheet.rule.case_rows else ()),
        table if "risk" not in sheet.rule.parts_left_out else None,
    )


def _conditions(sheet: Sheet):
    """Return how often each condition stood, was missing, or cannot be told."""
    words, rows = sheet.words, []
    conditions = sheet.tables["conditions"]
    for (_, name), group in conditions.groupby(["rule", "condition"], sort=True):
        states = group["state"].value_counts()
        first = group.sort_values("ruled_on").iloc[-1]
        rows.append(
            (
                words.of("law_condition", name),
                cite(first["source"], first["article"], words.lang),
                *(
                    sheet.linked(states.get(state, 0), "rulings")
                    if state == "missing"
                    else sheet.count(states.get(state, 0))
                    for state in _STATES
                ),
            )
        )
    columns = dict(condition="t", article="t", condition_met="n", condition_missing="n")
    columns |= dict(condition_unknown="n", condition_not_required="n")
    return sheet.table("conditions", columns, rows, words("conditions_table"))


def _rulings(sheet: Sheet):
    """Return each ruling with what stands on record and what does not, most missing first."""
    words, conditions = sheet.words, sheet.tables["conditions"]
    found: dict[tuple, dict[str, list]] = {}
    for r in conditions.itertuples(index=False):
        page = found.setdefault((r.case_no, r.ruled_on, r.handler), {s: [] for s in _STATES})
        page.setdefault(str(r.state), []).append(words.of("law_condition", r.condition))
        if not missing(r.evidence):
            page.setdefault("evidence", []).append(r.evidence)
    pages = [
        (case, handler, ruled_on, {k: list(dict.fromkeys(v)) for k, v in page.items()})
        for (case, ruled_on, handler), page in found.items()
    ]
    pages.sort(key=lambda p: (-len(p[3]["missing"]), -len(p[3]["unknown"]), -p[2].value, p[0]))
    join = words("list_separator").join
    rows = [
        (
            sheet.case(case),
            sheet.text(handler),
            words.day(ruled_on),
            join(named["missing"]) or "—",
            join(named["unknown"]) or "—",
            join(named["met"]) or "—",
            sheet.text(words.evidence("; ".join(named.get("evidence", [])))),
        )
        for case, handler, ruled_on, named in pages[: sheet.settings.rows.cases]
    ]
    columns = dict(case_no="c", handler="s", ruled_on="d", condition_missing="t")
    columns |= dict(condition_unknown="t", condition_met="t", evidence="t")
    caption = words("rulings_table")
    return sheet.table("rulings", columns, rows, caption, len(pages), frame="conditions")
