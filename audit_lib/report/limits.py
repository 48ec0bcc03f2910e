"""What the record itself is worth, and what could not be checked."""

import pandas as pd

from audit_lib.report.blocks import Items, Part, Text
from audit_lib.report.figures import rule_counts
from audit_lib.report.rulebook import cite, rule_title
from audit_lib.report.sheet import Sheet, rows_of
from audit_lib.report.wording import missing, truth

__all__ = ["build_not_checkable", "build_reliability", "keying_counts"]

_INFERRED = "日期推定"


def keying_counts(events: pd.DataFrame, late_days: int) -> dict[str, float]:
    """Count how the entries of a record were keyed in.

    Returns
    -------
    dict
        ``entries``; ``untimed``: without an entry time; ``late``: keyed in more than `late_days`
        after their day; ``early``: keyed in before it; ``inferred``: whose day is marked as
        inferred; ``median_days`` between day and entry.
    """
    lag = (events["recorded_at"].dt.normalize() - events["day"]).dt.days
    inferred = events["note"].astype("str").str.contains(_INFERRED, regex=False, na=False)
    return {
        "entries": len(events),
        "untimed": int(events["recorded_at"].isna().sum()),
        "late": int((lag > late_days).sum()),
        "early": int((lag < 0).sum()),
        "inferred": int(inferred.sum()),
        "median_days": float(lag.median()) if lag.notna().any() else float("nan"),
    }


def build_reliability(sheet: Sheet) -> Part:
    """Build the record's own reliability: keying, what is in doubt, rules that fire on most."""
    words, tables, limits = sheet.words, sheet.tables, sheet.settings.reliability
    events = tables["events"]
    events = events[events["day"] <= tables.facts.as_of]
    counts = keying_counts(events, limits.late_keying_days)
    rows = [
        (
            words(f"keying_{name}", days=limits.late_keying_days),
            words.number(value),
            "—" if name in ("entries", "median_days") else words.share(value, counts["entries"]),
        )
        for name, value in counts.items()
    ]
    columns = dict(measure="t", number="n", share="n")
    rules = rule_counts(tables)
    return sheet.part(
        "reliability",
        Text(words("reliability_lead")),
        sheet.absent("events", "suspicion"),
        sheet.table("keying", columns, rows if len(events) else [], words("keying_table")),
        _suspicion_counts(sheet),
        _suspicion(sheet) if sheet.rule.case_rows else None,
        _suspects(sheet),
        _unverified(sheet, rules),
    )


def _suspicion_counts(sheet: Sheet):
    """Return how much of the record is in doubt, by the kind of doubt."""
    words, doubts = sheet.words, sheet.tables["suspicion"]
    rows = [
        (
            words.of("law_suspicion", kind),
            sheet.linked(len(group), "suspicion"),
            sheet.count(group["case_no"].nunique()) if group["case_no"].notna().any() else "—",
        )
        for kind, group in doubts.groupby("kind", sort=True)
    ]
    columns = dict(kind=("t", "suspicion_kind"), number="n", cases="n")
    return sheet.table("suspicion-kinds", columns, rows, words("suspicion_kinds_table"))


def _suspicion(sheet: Sheet):
    """Return the entries that are in doubt, with the rows they stand in."""
    words, doubts = sheet.words, sheet.tables["suspicion"]
    listed = doubts.sort_values(
        ["kind", "days", "case_no", "day"], ascending=[True, False, True, True]
    )
    rows = [
        (
            words.of("law_suspicion", r.kind),
            sheet.case(r.case_no),
            words.of("event", r.event),
            words.day(r.day),
            words.day(r.recorded_on),
            words.number(r.days),
            words.number(r.entries if not missing(r.entries) else r.cases),
            sheet.text(words.evidence(r.evidence)),
        )
        for r in rows_of(listed, sheet.settings.rows.cases)
    ]
    columns = dict(kind=("t", "suspicion_kind"), case_no="c", event="t", day="d", recorded_on="d")
    columns |= dict(lag="n", number="n", evidence="t")
    caption, note = words("suspicion_table"), words("suspicion_note")
    return sheet.table("suspicion", columns, rows, caption, len(doubts), note, frame="suspicion")


def _suspects(sheet: Sheet):
    """Return rules that fire on most of what they bind: rather our fault than theirs."""
    words, suspects = sheet.words, sheet.tables["suspects"]
    if suspects.empty:
        return None
    rows = [
        (
            rule_title(r.rule, words.lang),
            sheet.count(r.decided),
            sheet.count(r.fired),
            words.share(r.fired, r.decided),
        )
        for r in rows_of(suspects, sheet.settings.rows.cases)
    ]
    columns = dict(rule="t", decided="n", fired="n", share="n")
    note = words("suspects_note")
    return sheet.table("suspects", columns, rows, words("suspects_table"), len(suspects), note)


def _unverified(sheet: Sheet, rules: pd.DataFrame):
    doubtful = rules[rules["verified"].map(truth).eq(False)]
    if doubtful.empty:
        return None
    names = [rule_title(r.rule, sheet.words.lang) for r in doubtful.itertuples(index=False)]
    listed = sheet.words("list_separator").join(names)
    return Text(sheet.words("unverified_rules", rules=listed), "small")


def build_not_checkable(sheet: Sheet) -> Part:
    """Build what the record could not tell: tables not given, rules, cases and why."""
    words, tables = sheet.words, sheet.tables
    unknown = tables["check"][tables["check"]["outcome"] == "unknown"]
    grouped = (
        unknown.assign(reason=unknown["reason"].fillna(""))
        .groupby(["rule", "reason"], sort=True)
        .agg(
            number=("case_no", "size"),
            cases=("case_no", "nunique"),
            source=("source", "first"),
            article=("article", "first"),
        )
        .reset_index()
        .sort_values(["number", "rule", "reason"], ascending=[False, True, True])
    )
    rows = [
        (
            rule_title(r.rule, words.lang),
            cite(r.source, r.article, words.lang),
            words.of("unknown_reason", r.reason),
            sheet.count(r.number),
            sheet.count(r.cases),
        )
        for r in rows_of(grouped, sheet.settings.rows.cases)
    ]
    columns = dict(rule="t", article="t", reason=("t", "why_unknown"), number="n", cases="n")
    lacking = [words.of("table", name) for name in sorted(tables.absent)]
    limits = [words(f"limit_{n}") for n in ("lead", "record", "silence", "score", "masked")]
    return sheet.part(
        "not_checkable",
        Text(words("not_checkable_lead")),
        sheet.table("unknown", columns, rows, words("unknown_table"), len(grouped), frame="check"),
        _unknown_cases(sheet, unknown) if sheet.rule.case_rows else None,
        Text(words("tables_absent", tables=words("list_separator").join(lacking)), "warning")
        if lacking
        else None,
        Items(limits),
    )


def _unknown_cases(sheet: Sheet, unknown: pd.DataFrame):
    """Return the cases of which the record does not say enough."""
    words = sheet.words
    listed = unknown.sort_values(["rule", "case_no"])
    rows = [
        (
            sheet.case(r.case_no),
            sheet.text(r.handler),
            rule_title(r.rule, words.lang),
            words.of("unknown_reason", r.reason),
            sheet.text(words.basis(r.evidence, r.note)),
        )
        for r in rows_of(listed, sheet.settings.rows.cases)
    ]
    columns = dict(case_no="c", handler="s", rule="t", reason=("t", "why_unknown"), evidence="t")
    caption = words("unknown_cases_table")
    return sheet.table("unknown-cases", columns, rows, caption, len(unknown))
