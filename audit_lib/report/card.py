"""The rectification card (六个到位) and its trend, as the law room counts them."""

import pandas as pd

from audit_lib.law import build_card as count_card
from audit_lib.report.blocks import Cell, Part, Picture, Text
from audit_lib.report.charts import rectification_chart, trend_chart
from audit_lib.report.courttables import CourtTables
from audit_lib.report.figures import finding_rows
from audit_lib.report.rulebook import rule_title
from audit_lib.report.sheet import Sheet

__all__ = ["DUTIES", "build_card", "card_counts"]

DUTIES = ("property", "process", "sanction", "remedy", "explanation", "conduct")


def card_counts(tables: CourtTables) -> pd.DataFrame:
    """Return the card of a court today, indexed by duty in the order of the notice.

    Returns
    -------
    DataFrame, one row a duty
        The columns of :func:`audit_lib.law.build_card`, and ``cases`` with a finding.
    """
    check = tables["check"]
    counts = count_card(check.assign(court_code=tables.facts.court_code))
    counts = counts.set_index("duty").reindex(DUTIES)
    columns = ["met", "late", "outstanding", "unknown", "due"]
    counts[columns] = counts[columns].fillna(0).astype(int)
    found = finding_rows(tables)
    cases = found.groupby("duty")["case_no"].nunique()
    return counts.assign(cases=cases.reindex(DUTIES, fill_value=0))


def build_card(sheet: Sheet) -> Part:
    """Build the rectification card: the six things that must be done in every case.

    References
    ----------
    泰中法办〔2016〕35号, 一、(二): 六个到位.
    """
    words, tables = sheet.words, sheet.tables
    counts = card_counts(tables)
    change = _change(tables)
    rows = [
        (
            words.of("duty", duty),
            sheet.count(r["due"]),
            sheet.count(r["met"]),
            sheet.count(r["late"]),
            sheet.count(r["outstanding"]),
            sheet.count(r["unknown"]),
            words.share(r["met"], r["due"]),
            words.points(change.get(duty)),
            sheet.linked(r["cases"], "duty-rules"),
        )
        for duty, r in counts.iterrows()
    ]
    columns = dict(duty="t", due="n", met="n", late="n", outstanding="n", unknown="n")
    columns |= dict(met_share="n", change="n", cases="n")
    given = tables.given("check") and len(tables["check"])
    picture = None
    if given:
        drawn = [
            {
                "duty": words.of("duty", duty),
                "met": int(r["met"]),
                "failed": int(r["late"] + r["outstanding"]),
                "unknown": int(r["unknown"]),
            }
            for duty, r in counts.iterrows()
        ]
        # A court without cases has no bars to show: the table says that nothing was counted.
        if any(r["met"] or r["failed"] or r["unknown"] for r in drawn):
            picture = Picture(
                rectification_chart(drawn, words), words("card_alt"), words("card_caption")
            )
    return sheet.part(
        "card",
        Text(words("card_lead")),
        sheet.absent("check"),
        sheet.table("card", columns, rows if given else [], words("card_table")),
        picture,
        _trend(sheet),
        _rules(sheet),
    )


def _change(tables: CourtTables) -> dict[str, float]:
    trend = tables["trend"]
    today = trend[trend["as_of"] == tables.facts.as_of]
    return dict(zip(today["duty"], today["change"], strict=True))


def _trend(sheet: Sheet):
    """Return the lines of the six duties over the days that were judged."""
    words, trend = sheet.words, sheet.tables["trend"]
    shown = trend[trend["share_met"].notna() & (trend["due"] > 0)].sort_values("as_of")
    if shown["as_of"].nunique() < 2:
        return None
    rows = [
        {"day": words.day(r.as_of), "duty": words.of("duty", r.duty), "share": float(r.share_met)}
        for r in sorted(shown.itertuples(index=False), key=lambda r: DUTIES.index(r.duty))
    ]
    order = [words.day(d) for d in sorted(shown["as_of"].unique())]
    rows.sort(key=lambda r: order.index(r["day"]))
    told = words("semicolon").join(
        f"{duty} "
        + words("list_separator").join(
            f"{r['day']} {words.share(r['share'], 1)}" for r in rows if r["duty"] == duty
        )
        for duty in dict.fromkeys(r["duty"] for r in rows)
    )
    return Picture(trend_chart(rows, words), words("trend_alt") + told, words("trend_caption"))


def _rules(sheet: Sheet):
    """Return which rules stand behind each duty's findings; each leads to its cases."""
    if not sheet.rule.case_rows:
        return None
    words, found = sheet.words, finding_rows(sheet.tables)
    counts = found.groupby(["duty", "rule"]).agg(cases=("case_no", "nunique")).reset_index()
    counts = counts[counts["duty"].isin(DUTIES)]
    counts["order"] = counts["duty"].map(DUTIES.index)
    counts = counts.sort_values(["order", "cases", "rule"], ascending=[True, False, True])
    rows = [
        (
            words.of("duty", r.duty),
            Cell(rule_title(r.rule, words.lang), f"#table-rule-{r.rule}"),
            sheet.count(r.cases),
        )
        for r in counts.itertuples(index=False)
    ]
    columns = dict(duty="t", rule="t", cases="n")
    return sheet.table("duty-rules", columns, rows, words("duty_rules"))
