"""Case money: what came in, went out, is kept and for how long; the findings on it."""

from audit_lib.report.blocks import Part, Picture, Text
from audit_lib.report.charts import bar_chart
from audit_lib.report.figures import finding_rows, money_held, rule_counts
from audit_lib.report.findings import rule_tables, rules_table
from audit_lib.report.sheet import Sheet, rows_of

__all__ = ["build_funds"]


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
        _by_age(sheet),
        rules_table(sheet, counts, "funds-rules", words("rules_table")),
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
        heads = dict(case_no="c") | columns
        caption = words("held_table")
        blocks.append(sheet.table("held", heads, rows, caption, len(held), frame="events"))
        blocks += [_receipts(sheet), _aid(sheet)]
        blocks += rule_tables(sheet, counts, finding_rows(tables))
    return sheet.part("funds", *blocks)


def _by_age(sheet: Sheet) -> Picture | None:
    """Return the money kept by the days since it came in."""
    words, funds = sheet.words, sheet.tables["funds"]
    if funds.empty or sheet.rule.smallest_count:
        return None
    oldest = funds.groupby("age_band")["age_days"].max().sort_values()
    sums = funds.groupby("age_band")["kept"].sum()
    rows = [
        {"name": words("fund_band", band=words.band(band)), "value": round(sums[band] / 1e4, 2)}
        for band in oldest.index
    ]
    if words.lang == "en":
        rows = [r | {"value": round(r["value"] * 1e4)} for r in rows]
    told = words("semicolon").join(
        f"{row['name']} {words.yuan(sums[band])}"
        for row, band in zip(rows, oldest.index, strict=True)
    )
    picture = bar_chart(rows, words("chart_age"), ",.2~f")
    return Picture(picture, words("funds_alt") + told, words("funds_caption"))


def _receipts(sheet: Sheet):
    """Return each receipt of which something is kept, the oldest first."""
    words, funds = sheet.words, sheet.tables["funds"]
    if not sheet.tables.given("funds"):
        return None
    listed = funds.sort_values(["age_days", "kept", "case_no"], ascending=[False, False, True])
    rows = [
        (
            sheet.case(r.case_no),
            sheet.text(r.handler),
            words.day(r.received_on),
            words.yuan(r.received),
            words.yuan(r.kept),
            words.number(r.age_days),
            words.of("campaign_fund_state", r.state),
            words.yes(r.legacy),
            sheet.text(words.evidence(r.evidence)),
        )
        for r in rows_of(listed, sheet.settings.rows.cases)
    ]
    columns = dict(case_no="c", handler="s", received_on=("d", "arrived_on"), received="n")
    columns |= dict(kept="n", age_days="n", state="t", legacy="s", evidence="t")
    caption = words("receipts_table")
    return sheet.table("receipts", columns, rows, caption, len(funds), frame="funds")


def _aid(sheet: Sheet):
    """Return livelihood cases without payment in which judicial aid might be asked for."""
    words, aid = sheet.words, sheet.tables["aid"]
    if not sheet.tables.given("aid"):
        return None
    listed = aid.sort_values(["open_days", "case_no"], ascending=[False, True])
    rows = [
        (
            sheet.case(r.case_no),
            sheet.text(r.handler),
            words.of("campaign_kind", r.kind),
            words.number(r.open_days),
            words.of("campaign_aid", r.why),
            words.of("campaign_aid", r.state),
        )
        for r in rows_of(listed, sheet.settings.rows.cases)
    ]
    columns = dict(case_no="c", handler="s", kind="t", open_days="n", why="t", state="t")
    caption, note = words("aid_table"), words("aid_note")
    return sheet.table("aid", columns, rows, caption, len(aid), note, frame="aid")
