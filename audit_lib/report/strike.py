"""The strike at resistance (打击抗拒执行), terms that end soon, and the load of the handlers."""

from audit_lib.report.blocks import Part, Text
from audit_lib.report.sheet import Sheet, rows_of

__all__ = ["build_strike", "build_teams", "build_terms"]

_STATES = ("unanswered", "waiting", "answered", "ended", "no_resistance")


def build_strike(sheet: Sheet) -> Part:
    """Build what resistance is on record and what the court did about it.

    References
    ----------
    泰中法办〔2016〕35号, 一、(三): 打击抗拒执行.
    """
    words, strike = sheet.words, sheet.tables["strike"]
    states = strike["state"].value_counts()
    given = sheet.tables.given("strike")
    sums = [
        (words.of("law_strike_state", state), sheet.linked(states.get(state, 0), "strike"))
        for state in _STATES
    ]
    sums.append((words("strike_criminal"), sheet.count(strike["criminal_on"].notna().sum())))
    blocks = [
        Text(words("strike_lead")),
        sheet.absent("strike"),
        sheet.table("strike-states", dict(state="t", cases="n"), sums if len(strike) else [],
                    words("strike_states_table")) if given else None,
    ]  # fmt: skip
    if sheet.rule.case_rows and given:
        order = strike["state"].map({s: n for n, s in enumerate(_STATES)})
        listed = strike.assign(order=order).sort_values(["order", "resisted_on", "case_no"])
        rows = [
            (
                sheet.case(r.case_no),
                sheet.text(r.handler),
                words.day(r.resisted_on),
                words.each("event", r.resistance),
                words.of("law_strike_state", r.state),
                words.day(r.answered_on),
                words.each("event", r.answers),
                words.number(r.days),
                words.day(r.criminal_on),
                sheet.text(words.evidence(r.evidence)),
            )
            for r in rows_of(listed, sheet.settings.rows.cases)
        ]
        columns = dict(case_no="c", handler="s", resisted_on="d", resistance="t", state="s")
        columns |= dict(answered_on="d", answers="t", days_between="n", criminal_on="d")
        columns |= dict(evidence="t")
        caption = words("strike_table")
        blocks.append(sheet.table("strike", columns, rows, caption, len(strike), frame="strike"))
    return sheet.part("strike", *blocks)


def build_terms(sheet: Sheet) -> Part:
    """Build the terms of seizures, listings and extensions that end soon."""
    words, terms = sheet.words, sheet.tables["terms"]
    counts = terms["within"].value_counts().sort_index()
    said = words("semicolon").join(
        words("terms_within", days=words.number(days), number=sheet.count(number))
        for days, number in counts.items()
    )
    blocks = [Text(words("terms_lead")), sheet.absent("terms")]
    if said:
        blocks.append(Text(said + words("full_stop")))
    if sheet.rule.case_rows and sheet.tables.given("terms"):
        listed = terms.sort_values(["ends_on", "case_no"])
        rows = [
            (
                sheet.case(r.case_no),
                sheet.text(r.handler),
                words.of("event", r.event),
                sheet.text(r.subject),
                words.day(r.ends_on),
                words.number(r.days_left),
                sheet.text(words.evidence(r.evidence)),
            )
            for r in rows_of(listed, sheet.settings.rows.cases)
        ]
        columns = dict(case_no="c", handler="s", event="t", subject="t", ends_on="d")
        columns |= dict(days_left="n", evidence="t")
        caption = words("terms_table")
        blocks.append(sheet.table("terms", columns, rows, caption, len(terms), frame="terms"))
    return sheet.part("terms", *blocks)


def build_teams(sheet: Sheet) -> Part:
    """Build the load and the outcome of each handler: an explanation, and never a fault."""
    words, teams = sheet.words, sheet.tables["teams"]
    listed = teams.sort_values(["open", "handler"], ascending=[False, True])
    rows = [
        (
            sheet.text(r.handler),
            sheet.count(r.open),
            sheet.count(r.open_cleanup),
            words.number(r.median_days),
            words.number(r.oldest_days),
            sheet.count(r.closed),
            sheet.count(r.closed_without_termination),
            words.share(r.share_strict, 1),
        )
        for r in rows_of(listed, sheet.settings.rows.cases)
    ]
    columns = dict(handler="t", open="n", open_cleanup="n", median_days="n", oldest_days="n")
    columns |= dict(closed="n", closed_without_termination="n", share_strict="n")
    table = sheet.table("teams", columns, rows, words("teams_table"), len(teams), frame="teams")
    shown = sheet.rule.case_rows
    return sheet.part(
        "teams", Text(words("teams_lead")), sheet.absent("teams"), table if shown else None
    )
