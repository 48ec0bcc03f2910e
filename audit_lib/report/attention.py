"""Petitions against the record, the order of attention, the draw."""

from audit_lib.report.blocks import Part, Picture, Text
from audit_lib.report.charts import spread_chart
from audit_lib.report.findings import banded
from audit_lib.report.sheet import Sheet, rows_of
from audit_lib.report.wording import missing

__all__ = ["build_petitions", "build_risk"]

_VERDICTS = ("supported", "contradicted", "not_shown", "not_checkable")


def build_petitions(sheet: Sheet) -> Part:
    """Build petitions against the record: allegation, verdict, route, evidence."""
    words, claims = sheet.words, sheet.tables["claims"]
    rows = []
    for allegation, group in claims.groupby("allegation", sort=True):
        verdicts = group["verdict"].value_counts()
        counts = [sheet.count(verdicts.get(v, 0)) for v in _VERDICTS]
        rows.append(
            (words.of("allegation", allegation), sheet.linked(len(group), "claims"), *counts)
        )
    columns = dict(allegation="t", number="n") | dict.fromkeys(_VERDICTS, "n")
    blocks = [
        Text(words("petitions_lead")),
        sheet.absent("petitions", "claims"),
        sheet.table("allegations", columns, rows, words("allegations_table")),
        _routes(sheet),
    ]
    if sheet.rule.case_rows:
        blocks.append(_supported(sheet))
    return sheet.part("petitions", *blocks)


def _supported(sheet: Sheet):
    """Return petition and record side by side: the words, what speaks for them, and against."""
    words, claims = sheet.words, sheet.tables["claims"]
    order = {"supported": 0, "not_shown": 1, "contradicted": 2, "not_checkable": 3}
    listed = claims[claims["verdict"].isin(order)].assign(
        order=claims["verdict"].map(order), on=claims["received_on"]
    )
    listed = listed.sort_values(["order", "on", "petition_id", "allegation"])
    rows = [
        (
            sheet.text(r.petition_id),
            words.day(r.received_on),
            sheet.case(r.case_no),
            words.of("allegation", r.allegation),
            sheet.text(r.quote),
            sheet.text(_record_says(words, r)),
            words.of("verdict", r.verdict),
            words.of("route", r.route),
        )
        for r in rows_of(listed, sheet.settings.rows.petitions)
    ]
    columns = dict(petition_id="t", received_on="d", case_no="c", allegation="t", quote="t")
    columns |= dict(record_says="t", verdict="s", route="t")
    caption, note = words("claims_table"), words("claims_note")
    return sheet.table("claims", columns, rows, caption, len(listed), note, frame="claims")


def _record_says(words, row) -> str:
    """Say what the record has for and against one allegation, and what it lacks."""
    said = []
    for side in ("speaks_for", "speaks_against"):
        value = getattr(row, side, None)
        if not missing(value):
            said.append(words(side) + words.evidence(value))
    note = getattr(row, "note", None)
    if not missing(note):
        said.append(words.evidence(note))
    if not said and not missing(row.evidence):
        said.append(words.evidence(row.evidence))
    return words("semicolon").join(said) or "—"


def _routes(sheet: Sheet):
    """Return how many allegations of each verdict go which way."""
    words, claims = sheet.words, sheet.tables["claims"]
    rows = []
    for route, group in claims.groupby("route", sort=True):
        verdicts = group["verdict"].value_counts()
        counts = [sheet.count(verdicts.get(v, 0)) for v in _VERDICTS]
        rows.append((words.of("route", route), sheet.linked(len(group), "claims"), *counts))
    columns = dict(route="t", number="n") | dict.fromkeys(_VERDICTS, "n")
    return sheet.table("routes", columns, rows, words("routes_table"))


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
    columns = dict(rank="n", case_no="c", handler="s", score="n", reasons="t")
    caption = words("risk_table")
    blocks.append(sheet.table("risk", columns, rows, caption, len(open_cases), frame="score"))
    order = {"must": 0, "risk": 1, "random": 2}
    drawn = tables["select"].assign(order=tables["select"]["stratum"].map(order))
    drawn = drawn.sort_values(["order", "case_no"])
    rows = [
        (
            sheet.case(r.case_no),
            sheet.text(r.handler),
            words.of("stratum", r.stratum),
            words.share(r.probability, 1),
            words.number(r.frame),
            words.number(r.score),
            sheet.text(_why(words, r)),
        )
        for r in drawn.itertuples(index=False)
    ]
    columns = dict(case_no="c", handler="s", stratum="s", probability="n", frame="n", score="n")
    columns |= dict(reasons="t")
    seed = tables.facts.seed
    note = words("draw_note", seed=seed) if seed is not None else ""
    blocks.append(sheet.table("draw", columns, rows, words("draw_table"), note=note))
    return sheet.part("risk", *blocks)


def _why(words, row) -> str:
    """Say why a case was drawn: what makes it a must, then the reasons of its score."""
    must = getattr(row, "must_because", None)
    parts = [str(v) for v in (must, row.reasons) if not missing(v)]
    return words("semicolon").join(parts) or "—"
