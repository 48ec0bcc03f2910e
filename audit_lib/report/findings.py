"""Findings of law by theme and rule, with the cases behind each, and the silence of open cases."""

import pandas as pd

from audit_lib.report.blocks import Cell, Heading, Part, Picture, Text
from audit_lib.report.charts import spread_chart
from audit_lib.report.figures import finding_rows, rule_counts, silent_cases
from audit_lib.report.rulebook import cite, rule_title
from audit_lib.report.sheet import Sheet, rows_of
from audit_lib.report.wording import truth

__all__ = ["banded", "build_findings", "rule_tables", "rules_table"]

_THEMES = ("passive", "chaotic", "coercion", "objection", "petition", "report")


def build_findings(sheet: Sheet) -> Part:
    """Build the findings of law by theme and rule, with the cases behind each."""
    words = sheet.words
    found, counts = finding_rows(sheet.tables), rule_counts(sheet.tables)
    blocks = [
        Text(words("findings_lead")),
        sheet.absent("check"),
        rules_table(sheet, counts, "rules", words("rules_table")),
    ]
    if sheet.rule.case_rows:
        blocks.append(_found_cases(sheet, found))
        for theme in _THEMES:
            of_theme = counts[counts["theme"] == theme]
            if of_theme.empty:
                continue
            blocks.append(Heading(words.of("theme", theme), 3, f"theme-{theme}"))
            blocks += rule_tables(sheet, of_theme, found)
        blocks += _silent(sheet)
        blocks += _selective(sheet)
    return sheet.part("findings", *blocks)


def _found_cases(sheet: Sheet, found: pd.DataFrame):
    """Return the cases with findings, those with most of high severity first."""
    words = sheet.words
    levels = found.assign(
        high=found["severity"] == "high", low=found["severity"].isin(["medium", "low"])
    )
    cases = levels.groupby("case_no", sort=True).agg(
        handler=("handler", "first"),
        high=("high", "sum"),
        low=("low", "sum"),
        worst=("days_late", "max"),
        rules=("rule", lambda r: list(dict.fromkeys(r))),
    )
    cases = cases.reset_index().sort_values(
        ["high", "low", "case_no"], ascending=[False, False, True]
    )
    rows = [
        (
            sheet.case(r.case_no),
            sheet.text(r.handler),
            words.number(r.high),
            words.number(r.low),
            words.number(r.worst),
            words("list_separator").join(rule_title(rule, words.lang) for rule in r.rules[:4]),
        )
        for r in rows_of(cases, sheet.settings.rows.cases)
    ]
    columns = dict(case_no="c", handler="s", high_findings="n", other_findings="n")
    columns |= dict(worst_days="n", rules="t")
    caption = words("found_table")
    return sheet.table("found", columns, rows, caption, len(cases), frame="check")


def _selective(sheet: Sheet):
    """Return like cases that were treated in another order than they came: a comparison."""
    words, pairs = sheet.words, sheet.tables["selective"]
    if not sheet.tables.given("selective"):
        return []
    rows = [
        (
            sheet.case(r.case_no),
            sheet.text(r.handler),
            words.day(r.filed_on),
            words.day(r.step_on),
            sheet.case(r.other_case_no),
            words.day(r.other_filed_on),
            words.day(r.other_step_on),
            words.of("law_step", r.step),
            words.of("law_like", r.like),
            words.number(r.days_apart),
            sheet.text(words.each("law_selective_doubt", r.doubt)),
        )
        for r in rows_of(pairs, sheet.settings.rows.cases)
    ]
    columns = dict(case_no="c", handler="s", filed_on="d", step_on="d", other_case="c")
    columns |= dict(other_filed="d", other_step="d", step="t", like="t", days_apart="n", doubt="t")
    table = sheet.table(
        "selective", columns, rows, words("selective_table"), len(pairs), frame="selective"
    )
    return [Heading(words("selective_title"), 3, "selective"), Text(words("selective_lead")), table]


def rules_table(sheet: Sheet, counts: pd.DataFrame, key: str, caption: str):
    """Return one row a rule; its count leads to the table of its cases."""
    words = sheet.words
    rows = [
        (
            _named(sheet, r.rule),
            words.of("theme", r.theme),
            words.of("severity", r.severity),
            _cited(words, r),
            sheet.linked(r.cases, f"rule-{r.rule}"),
            sheet.count(r.overdue),
            sheet.count(r.breached),
            sheet.count(r.late),
            words.number(r.worst_days),
        )
        for r in counts.itertuples(index=False)
    ]
    columns = dict(rule="t", theme="s", severity="s", article="t", cases="n", overdue="n")
    columns |= dict(breached="n", late="n", worst_days="n")
    return sheet.table(key, columns, rows, caption)


def _named(sheet: Sheet, rule: str) -> Cell | str:
    title = rule_title(rule, sheet.words.lang)
    return Cell(title, f"#table-rule-{rule}") if sheet.rule.case_rows else title


def _cited(words, row) -> str:
    """Return the citation of a rule, with a mark where nobody has re-read the text."""
    text = cite(row.source, row.article, words.lang)
    mark = "" if truth(row.verified) is not False else words("unverified_mark")
    return f"{text}{mark}"


def rule_tables(sheet: Sheet, counts: pd.DataFrame, found: pd.DataFrame):
    """Return one table a rule: its worst cases with due day, done day and rows."""
    words = sheet.words
    limit = sheet.settings.rows.findings_of_a_rule
    groups = dict(list(found.groupby("rule", sort=False)))
    for rule in counts.itertuples(index=False):
        of_rule = groups[rule.rule]
        rows = [
            (
                sheet.case(r.case_no),
                sheet.text(r.handler),
                words.of("outcome", r.outcome),
                words.day(r.due_on),
                words.day(r.done_on),
                words.number(r.days_late),
                sheet.text(words.basis(r.evidence, r.note)),
            )
            for r in rows_of(of_rule, limit)
        ]
        columns = dict(case_no="c", handler="s", outcome="s", due_on="d", done_on="d")
        columns |= dict(days_late="n", evidence="t")
        caption = words(
            "rule_caption",
            rule=rule_title(rule.rule, words.lang),
            article=cite(rule.source, rule.article, words.lang),
            cases=sheet.count(rule.cases),
        )
        note = words("unverified_note") if truth(rule.verified) is False else ""
        yield sheet.table(
            f"rule-{rule.rule}", columns, rows, caption, len(of_rule), note, frame="check"
        )


def _silent(sheet: Sheet):
    """Return the picture of silence over all open cases and the longest silences."""
    words, silence = sheet.words, sheet.tables["silence"]
    blocks = [Heading(words("silence_title"), 3, "silence"), sheet.absent("silence")]
    if len(silence.dropna(subset=["silent_days"])):
        bands = banded(silence["silent_days"].dropna(), sheet.settings.silence_bands, words)
        blocks.append(
            Picture(
                spread_chart(bands, words("chart_silent_days")),
                words("silence_alt")
                + words("list_separator").join(f"{b['band']} {b['cases']}" for b in bands),
                words("silence_caption"),
            )
        )
    silent = silent_cases(sheet.tables)
    rows = [
        (
            sheet.case(r.case_no),
            sheet.text(r.handler),
            words.number(r.silent_days),
            words.day(r.silent_from),
            words.day(r.silent_until),
            words.of("event", r.last_substantive),
            sheet.text(words.evidence(r.pauses)),
        )
        for r in rows_of(silent, sheet.settings.rows.cases)
    ]
    columns = dict(case_no="c", handler="s", silent_days="n", silent_from="d", silent_until="d")
    columns |= dict(last_substantive="t", pauses="t")
    limit = sheet.settings.summary.silent_days
    caption = words("silence_table", days=limit)
    table = sheet.table("silence", columns, rows, caption, len(silent), frame="silence")
    return [*blocks, table]


def banded(values: pd.Series, ends: list[int], words) -> list[dict]:
    """Count values in bands; the last one is open."""
    starts = [0, *ends]
    rows = []
    for start, end in zip(starts, [*ends, None], strict=True):
        inside = values >= start if start else values == values
        if end is not None:
            inside &= values < end
        name = f"{start}–{end}" if end is not None else words("and_more", number=start)
        rows.append({"band": name, "cases": int(inside.sum())})
    return rows
