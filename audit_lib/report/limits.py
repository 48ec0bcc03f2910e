"""What the record itself is worth, and what could not be checked."""

import pandas as pd

from audit_lib.report.blocks import Items, Part, Text
from audit_lib.report.figures import rule_counts
from audit_lib.report.rulebook import cite, rule_title
from audit_lib.report.sheet import Sheet, rows_of
from audit_lib.report.wording import truth

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
    """Build the record's own reliability: late keying, bursts, what is never recorded."""
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
    bursts = _bursts(events, limits.burst_share, limits.burst_entries)
    burst_rows = [
        (words.day(day), sheet.count(number), words.share(number, whole))
        for day, number, whole in bursts[: sheet.settings.rows.cases]
    ]
    late = events.assign(
        lag=(events["recorded_at"].dt.normalize() - events["day"]).dt.days
    ).sort_values(["lag", "case_no", "day"], ascending=[False, True, True])
    late = late[late["lag"] > limits.late_keying_days]
    late_rows = [
        (
            sheet.case(r.case_no),
            words.of("event", r.event),
            words.day(r.day),
            words.day(r.recorded_at),
            words.number(r.lag),
            words("row", file=sheet.text(r.source_file), row=words.number(r.source_row)),
        )
        for r in rows_of(late, sheet.settings.rows.cases)
    ]
    late_columns = dict(case_no="t", event="t", day="d", recorded_at="d", lag="n", evidence="t")
    burst_columns = dict(recorded_on="d", number="n", share="n")
    rules = rule_counts(tables)
    return sheet.part(
        "reliability",
        Text(words("reliability_lead")),
        sheet.absent("events"),
        sheet.table("keying", columns, rows if len(events) else [], words("keying_table")),
        sheet.table(
            "bursts",
            burst_columns,
            burst_rows,
            words("bursts_table"),
            len(bursts),
            words("bursts_note"),
        ),
        sheet.table("late-keyed", late_columns, late_rows, words("late_table"), len(late)),
        _unverified(sheet, rules),
    )


def _bursts(events: pd.DataFrame, share: float, least: int) -> list[tuple]:
    """Return days on which a large share of their month's entries were keyed in."""
    days = events["recorded_at"].dropna().dt.normalize()
    if days.empty:
        return []
    by_day = days.value_counts()
    months = by_day.groupby(by_day.index.to_period("M")).transform("sum")
    found = by_day[(by_day >= least) & (by_day / months >= share)]
    # One day is the whole of a month only where the month has more than one day on record.
    return sorted(
        ((day, int(n), int(months[day])) for day, n in found.items()), key=lambda r: (-r[1], r[0])
    )


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
    columns = dict(rule="t", article="t", reason="t", number="n", cases="n")
    lacking = [words.of("table", name) for name in sorted(tables.absent)]
    limits = [words(f"limit_{n}") for n in ("lead", "record", "silence", "score", "masked")]
    return sheet.part(
        "not_checkable",
        Text(words("not_checkable_lead")),
        sheet.table("unknown", columns, rows, words("unknown_table"), len(grouped)),
        Text(words("tables_absent", tables=words("list_separator").join(lacking)), "warning")
        if lacking
        else None,
        Items(limits),
    )
