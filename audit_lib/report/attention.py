"""Petitions against the record, the order of attention, the draw."""

from audit_lib.report.blocks import Part, Picture, Text
from audit_lib.report.charts import spread_chart
from audit_lib.report.findings import banded
from audit_lib.report.sheet import Sheet, rows_of

__all__ = ["build_petitions", "build_risk"]

_VERDICTS = ("supported", "contradicted", "not_shown", "not_checkable")


def build_petitions(sheet: Sheet) -> Part:
    """Build petitions against the record: allegation, verdict, route, evidence."""
    words, claims = sheet.words, sheet.tables["claims"]
    rows = []
    for allegation, group in claims.groupby("allegation", sort=True):
        verdicts = group["verdict"].value_counts()
        counts = [sheet.count(verdicts.get(v, 0)) for v in _VERDICTS]
        rows.append((words.of("allegation", allegation), sheet.count(len(group)), *counts))
    columns = dict(allegation="t", number="n") | dict.fromkeys(_VERDICTS, "n")
    blocks = [
        Text(words("petitions_lead")),
        sheet.absent("petitions", "claims"),
        sheet.table("allegations", columns, rows, words("allegations_table")),
    ]
    if sheet.rule.case_rows:
        blocks.append(_supported(sheet))
    return sheet.part("petitions", *blocks)


def _supported(sheet: Sheet):
    words, claims = sheet.words, sheet.tables["claims"]
    order = {"supported": 0, "not_shown": 1, "contradicted": 2, "not_checkable": 3}
    listed = claims[claims["verdict"].isin(order)].assign(
        order=claims["verdict"].map(order), day=claims["received_on"]
    )
    listed = listed.sort_values(["order", "day", "petition_id", "allegation"])
    rows = [
        (
            sheet.text(r.petition_id),
            words.day(r.received_on),
            sheet.case(r.case_no),
            words.of("allegation", r.allegation),
            words.of("verdict", r.verdict),
            words.of("route", r.route),
            sheet.text(r.quote),
            sheet.text(words.evidence(r.evidence)),
        )
        for r in rows_of(listed, sheet.settings.rows.petitions)
    ]
    columns = dict(petition_id="t", received_on="d", case_no="t", allegation="t", verdict="t")
    columns |= dict(route="t", quote="t", evidence="t")
    return sheet.table("claims", columns, rows, words("claims_table"), len(listed))


def build_risk(sheet: Sheet) -> Part:
    """Build the order of attention and the cases drawn for inspection."""
    words, tables = sheet.words, sheet.tables
    score = tables["score"]
    open_cases = score[score["population"] == "open"].sort_values(["rank", "case_no"])
    blocks = [Text(words("risk_lead")), sheet.absent("score", "select")]
    if len(open_cases):
        bands = banded(open_cases["score"].dropna(), sheet.settings.score_bands, words)
        told = words("list_separator").join(f"{b['band']} {b['cases']}" for b in bands)
        picture = spread_chart(bands, words("chart_score"))
        blocks.append(Picture(picture, words("risk_alt") + told, words("risk_caption")))
    rows = [
        (
            words.number(r.rank),
            sheet.case(r.case_no),
            sheet.text(r.handler),
            words.number(r.score),
            sheet.text(r.reasons),
        )
        for r in rows_of(open_cases, sheet.settings.rows.cases)
    ]
    columns = dict(rank="n", case_no="t", handler="t", score="n", reasons="t")
    blocks.append(sheet.table("risk", columns, rows, words("risk_table"), len(open_cases)))
    order = {"must": 0, "risk": 1, "random": 2}
    drawn = tables["select"].assign(order=tables["select"]["stratum"].map(order))
    drawn = drawn.sort_values(["order", "case_no"])
    rows = [
        (
            sheet.case(r.case_no),
            sheet.text(r.handler),
            words.of("stratum", r.stratum),
            f"{r.probability:.3g}" if r.probability == r.probability else "—",
            words.number(r.frame),
            words.number(r.score),
            sheet.text(r.reasons),
        )
        for r in drawn.itertuples(index=False)
    ]
    columns = dict(case_no="t", handler="t", stratum="t", probability="n", frame="n", score="n")
    columns |= dict(reasons="t")
    seed = tables.facts.seed
    note = words("draw_note", seed=seed) if seed is not None else ""
    blocks.append(sheet.table("draw", columns, rows, words("draw_table"), note=note))
    return sheet.part("risk", *blocks)
