"""Findings of law: the rectification card, by theme and rule, closures by 终本, money, silence."""

import pandas as pd

from audit_lib.report.blocks import Heading, Part, Picture, Text
from audit_lib.report.charts import rectification_chart, spread_chart
from audit_lib.report.figures import finding_rows, money_held, rule_counts, silent_cases
from audit_lib.report.rulebook import cite, rule_title
from audit_lib.report.sheet import Sheet, rows_of
from audit_lib.report.wording import truth

__all__ = ["DUTIES", "build_card", "build_findings", "build_funds", "build_terminations"]

DUTIES = ("property", "process", "sanction", "remedy", "explanation", "conduct")
_THEMES = ("passive", "chaotic", "coercion", "objection", "petition", "report")
_FAILED = ["late", "overdue", "breached"]


def duty_counts(check: pd.DataFrame) -> pd.DataFrame:
    """Count what was done, not done and not known of each of the six duties.

    Returns
    -------
    DataFrame, one row per duty
        ``met, late, overdue, breached, unknown, running, exempt`` obligations, ``cases`` with a
        finding, in the order of the notice.
    """
    outcomes = ["met", "late", "overdue", "breached", "unknown", "running", "exempt"]
    counts = pd.crosstab(check["duty"].astype(str), check["outcome"].astype(str))
    counts = counts.reindex(index=list(DUTIES), columns=outcomes, fill_value=0)
    failed = check[check["outcome"].isin(_FAILED)]
    counts["cases"] = failed.groupby("duty")["case_no"].nunique().reindex(DUTIES, fill_value=0)
    return counts


def build_card(sheet: Sheet) -> Part:
    """Build the rectification card: the six things that must be done in every case.

    References
    ----------
    泰中法办〔2016〕35号, 一、(二): 六个到位.
    """
    words, check = sheet.words, sheet.tables["check"]
    counts = duty_counts(check)
    rows = [
        (
            words.of("duty", duty),
            sheet.count(r["met"]),
            sheet.count(r["late"]),
            sheet.count(r["overdue"]),
            sheet.count(r["breached"]),
            sheet.count(r["unknown"]),
            words.share(r["met"], r["met"] + r[_FAILED].sum()),
            sheet.count(r["cases"]),
        )
        for duty, r in counts.iterrows()
    ]
    columns = dict(duty="t", met="n", late="n", overdue="n", breached="n", unknown="n")
    columns |= dict(met_share="n", cases="n")
    picture = None
    if len(check):
        drawn = [
            {
                "duty": words.of("duty", duty),
                "met": int(r["met"]),
                "failed": int(r[_FAILED].sum()),
                "unknown": int(r["unknown"]),
            }
            for duty, r in counts.iterrows()
        ]
        picture = Picture(
            rectification_chart(drawn, words), words("card_alt"), words("card_caption")
        )
    return sheet.part(
        "card",
        Text(words("card_lead")),
        sheet.absent("check"),
        sheet.table("card", columns, rows if len(check) else [], words("card_table")),
        picture,
    )


def build_findings(sheet: Sheet) -> Part:
    """Build the findings of law by theme and rule, with the cases behind each."""
    words = sheet.words
    found, counts = finding_rows(sheet.tables), rule_counts(sheet.tables)
    blocks = [
        Text(words("findings_lead")),
        sheet.absent("check"),
        _rules_table(sheet, counts, "rules", words("rules_table")),
    ]
    if sheet.rule.case_rows:
        for theme in _THEMES:
            of_theme = counts[counts["theme"] == theme]
            if of_theme.empty:
                continue
            blocks.append(Heading(words.of("theme", theme), 3, f"theme-{theme}"))
            blocks += _of_rules(sheet, of_theme, found)
        blocks += _silent(sheet)
    return sheet.part("findings", *blocks)


def _rules_table(sheet: Sheet, counts: pd.DataFrame, key: str, caption: str):
    words = sheet.words
    rows = [
        (
            rule_title(r.rule, words.lang),
            words.of("theme", r.theme),
            words.of("severity", r.severity),
            cite(r.source, r.article, words.lang),
            sheet.count(r.cases),
            sheet.count(r.overdue),
            sheet.count(r.breached),
            sheet.count(r.late),
            words.number(r.worst_days),
            "" if truth(r.verified) is not False else words("unverified_mark"),
        )
        for r in counts.itertuples(index=False)
    ]
    columns = dict(rule="t", theme="t", severity="t", article="t", cases="n", overdue="n")
    columns |= dict(breached="n", late="n", worst_days="n", verified="t")
    return sheet.table(key, columns, rows, caption)


def _of_rules(sheet: Sheet, counts: pd.DataFrame, found: pd.DataFrame):
    """Return one table a rule: its worst cases with due day, done day and rows."""
    words = sheet.words
    limit = sheet.settings.rows.findings_of_a_rule
    for rule in counts.itertuples(index=False):
        of_rule = found[found["rule"] == rule.rule]
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
        columns = dict(case_no="t", handler="t", outcome="t", due_on="d", done_on="d")
        columns |= dict(days_late="n", evidence="t")
        caption = words(
            "rule_caption",
            rule=rule_title(rule.rule, words.lang),
            article=cite(rule.source, rule.article, words.lang),
            cases=sheet.count(rule.cases),
        )
        note = words("unverified_note") if truth(rule.verified) is False else ""
        yield sheet.table(f"rule-{rule.rule}", columns, rows, caption, len(of_rule), note)


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
    columns = dict(case_no="t", handler="t", silent_days="n", silent_from="d", silent_until="d")
    columns |= dict(last_substantive="t", pauses="t")
    limit = sheet.settings.summary.silent_days
    caption = words("silence_table", days=limit)
    blocks.append(sheet.table("silence", columns, rows, caption, len(silent)))
    return blocks


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
    columns = dict(case_no="t", handler="t", closed_on="d", score="n", reasons="t")
    table = sheet.table("terminated", columns, rows, words("terminated_table"), len(closed))
    return sheet.part(
        "terminations",
        Text(words("terminations_lead")),
        sheet.absent("check", "score"),
        _rules_table(sheet, counts, "termination-rules", words("rules_table")),
        *(_of_rules(sheet, counts, finding_rows(tables)) if sheet.rule.case_rows else ()),
        table if "risk" not in sheet.rule.parts_left_out else None,
    )


def build_funds(sheet: Sheet) -> Part:
    """Build what came in, what went out, what is held, and the findings on money."""
    words, tables = sheet.words, sheet.tables
    money, counts = money_held(tables), rule_counts(tables)
    counts = counts[counts["theme"] == "funds"]
    sums = money[["received", "paid", "escrowed", "refunded", "held"]].sum()
    total = [tuple(words.yuan(value) for value in sums)] if len(money) else []
    columns = dict.fromkeys(("received", "paid", "escrowed", "refunded", "held"), "n")
    blocks = [
        Text(words("funds_lead")),
        sheet.absent("events", "check"),
        sheet.table("funds", columns, total, words("funds_table")),
        _rules_table(sheet, counts, "funds-rules", words("rules_table")),
    ]
    if sheet.rule.case_rows:
        held = money[money["held"] > 0]
        rows = [
            (
                sheet.case(r.case_no),
                *map(words.yuan, (r.received, r.paid, r.escrowed, r.refunded, r.held)),
            )
            for r in rows_of(held, sheet.settings.rows.cases)
        ]
        blocks.append(
            sheet.table("held", dict(case_no="t") | columns, rows, words("held_table"), len(held))
        )
        blocks += _of_rules(sheet, counts, finding_rows(tables))
    return sheet.part("funds", *blocks)
