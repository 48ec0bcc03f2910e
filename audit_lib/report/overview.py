"""All courts of a round side by side: the overview that the office and the leaders read."""

from audit_lib.labels import Lang
from audit_lib.report.area import THEMES, Area, summaries, summarise_court
from audit_lib.report.blocks import Cell, Contents, Figure, Figures, Part, Picture, Table, Text
from audit_lib.report.card import DUTIES
from audit_lib.report.charts import progress_chart
from audit_lib.report.cleanups import left_of_backlog, target_state, whole
from audit_lib.report.court import Report
from audit_lib.report.ledger import STATES
from audit_lib.report.rulebook import cite, rule_title
from audit_lib.report.wording import missing

__all__ = ["overview_report", "summaries", "summarise_court"]

# Figure → its unit; sums of money have their own.
_SUMS = {
    "cases": "case",
    "open_cases": "case",
    "closed_cases": "case",
    "terminated_cases": "case",
    "cases_with_findings": "case",
    "findings": "item",
    "silent_cases": "case",
    "petitions": "case",
    "petitions_supported": "case",
    "money_received": None,
    "money_held": None,
}


def overview_report(courts, lang: Lang | None = None, audience: str | None = None) -> Report:
    """Build the overview of a round.

    Parameters
    ----------
    courts : folders of prepared tables, or :class:`CourtTables`, or :class:`CourtSummary`
    lang : ``zh`` or ``en``; the round's language when not given
    audience : an entry of ``parameters/audiences.yaml``; the round's when not given

    Returns
    -------
    Report
        Parts ``cover``, ``summary``, ``courts``, ``cleanups``, ``returns``, ``card``,
        ``compared``, ``strike``, ``follow_up``, ``interviews``, ``not_checkable``.

    Raises
    ------
    UnreadableSource
        There is no court at all.
    """
    area = Area(courts, lang, audience)
    parts = [
        _summary(area),
        _courts(area),
        _cleanups(area),
        _returns(area),
        _card(area),
        _compared(area),
        _strike(area),
        _follow_up(area),
        _interviews(area),
        _not_checkable(area),
    ]
    hidden = {"interviews", "follow_up", "strike"} if not area.sheet.rule.case_rows else set()
    parts = [part for part in parts if part.key not in hidden]
    words, facts = area.words, area.facts
    about = words(
        "about_area",
        courts=len(area.courts),
        round=words.round(facts.name),
        day=words.day(facts.as_of),
        audience=words.of("audience", area.audience),
    )
    cover = [Text(about, "centre")]
    if any(s.facts.invented for s in area.courts):
        cover.append(Text(words.of("notice", "invented"), "warning"))
    cover.append(Text(words.of("notice", "lead"), "notice"))
    contents = [Cell(part.title, f"#part-{part.key}") for part in parts]
    cover.append(Contents(words("contents"), contents))
    title = words("title_area", round=words.round(facts.name))
    return Report(title, (Part("cover", title, cover, words.lang), *parts), words.lang)


def _summary(area: Area) -> Part:
    figures = []
    for name, unit in _SUMS.items():
        value = area.total(name)
        counted = area.sheet.unit(unit) if unit and value is not None else ""
        shown = area.shown(name, value)
        figures.append(Figure(area.words.of("figure", name), shown, "#table-courts", unit=counted))
    return area.sheet.part("summary", Figures(figures))


def _courts(area: Area) -> Part:
    rows = []
    for s in area.courts:
        values = [area.shown(name, s.figures[name]) for name in _SUMS]
        with_findings, cases = s.figures["cases_with_findings"], s.figures["cases"]
        rows.append((s.facts.court_name, *values, area.words.share(with_findings, cases)))
    names = [area.words.column("court"), *(area.words.of("figure", n) for n in _SUMS)]
    names.append(area.words("share_with_findings"))
    kinds = "t" + "n" * (len(_SUMS) + 1)
    caption = area.words("courts_table")
    return area.sheet.part(
        "courts",
        Text(area.words("courts_lead")),
        Table("courts", names, rows, kinds, caption),
    )


def _cleanups(area: Area) -> Part:
    words, rows = area.words, area.categories()
    blocks: list = [Text(words("cleanups_lead"))]
    drawn = []
    for category, group in rows.groupby("category", sort=True):
        name = words.of("category", category)
        cells = [
            (
                r.court,
                area.sheet.count(r.backlog),
                area.sheet.count(r.cleared_strict),
                area.sheet.count(r.cleared_with_termination),
                area.sheet.count(r.open),
                words.share(r.cleared_strict, r.backlog),
                words.day(r.target_on),
                target_state(words, r),
            )
            for r in group.itertuples(index=False)
        ]
        columns = dict(court="t", backlog="n", cleared_strict="n", cleared_with_termination="n")
        columns |= dict(open="n", cleared_share="n", target_on="d", on_target="s")
        blocks.append(area.sheet.table(f"cleanups-{category}", columns, cells, name))
        strict, both = whole(group["cleared_strict"].sum()), group["cleared_with_termination"].sum()
        drawn.append(
            {
                "category": name,
                "closed": strict,
                "terminated": max(whole(both) - strict, 0),
                "open": sum(left_of_backlog(r) for r in group.itertuples(index=False)),
            }
        )
    if drawn:
        svg = progress_chart(drawn, words)
        told = words("semicolon").join(words("cleanups_told", **d) for d in drawn)
        blocks.append(Picture(svg, words("cleanups_alt") + told, words("cleanups_caption")))
        blocks.append(_pace(area))
    else:
        blocks.append(Text(words("not_computed", tables=words.of("table", "campaign")), "warning"))
    return area.sheet.part("cleanups", *blocks)


def _pace(area: Area):
    """Return when each court's backlog will be gone at its present pace."""
    words = area.words
    rows = [
        (
            r.court,
            words.of("category", r.category),
            area.sheet.count(r.open_old),
            area.sheet.count(r.cleared),
            area.sheet.count(r.inflow),
            words.day(r.clears_on),
            words.of("campaign_outlook", r.outlook),
        )
        for r in area.together("forecast").itertuples(index=False)
        if r.open_old
    ]
    columns = dict(court="t", category="s", left="n", cleared_in_window="n", inflow="n")
    columns |= dict(clears_on="d", outlook="t")
    days = area.together("forecast")["days"].max()
    caption = words("forecast_table", days=words.number(days))
    return area.sheet.table("forecast", columns, rows, caption, note=words("forecast_note"))


def _returns(area: Area) -> Part:
    words = area.words
    rows = [
        (
            r.court,
            words.of("category", r.category),
            area.sheet.count(r.returned_open),
            area.sheet.count(r.open),
            words.signed(r.difference),
            words.yes(r.late_return),
            area.sheet.count(r.items_missing),
            area.sheet.count(r.promises_slipped),
        )
        for r in area.categories().itertuples(index=False)
    ]
    columns = dict(court="t", category="s", returned_open="n", open=("n", "recorded_open"))
    columns |= dict(difference="n", late_return="s", items_missing="n", promises_slipped="n")
    table = area.sheet.table("returns", columns, rows, words("returns_table"))
    return area.sheet.part("returns", Text(words("returns_lead")), table)


def _card(area: Area) -> Part:
    words = area.words
    duties = DUTIES
    names = [words.column("court"), *(words.of("duty", duty) for duty in duties)]
    rows = []
    for s in area.courts:
        shares = [words.share(s.duties["met"][d], s.duties["due"][d]) for d in duties]
        rows.append((s.facts.court_name, *shares))
    table = Table("card", names, rows, "t" + "n" * len(duties), words("card_shares"))
    return area.sheet.part("card", Text(words("card_lead")), table)


def _compared(area: Area) -> Part:
    words = area.words
    rows = []
    for s in area.courts:
        sums = s.rules.groupby("theme")["findings"].sum() if len(s.rules) else {}
        rows.append((s.facts.court_name, *(area.sheet.count(sums.get(t, 0)) for t in THEMES)))
    names = [words.column("court"), *(words.of("theme", t) for t in THEMES)]
    themes = Table("themes", names, rows, "t" + "n" * len(THEMES), words("themes_table"))
    rules = [
        (
            rule_title(r.rule, words.lang),
            words.of("theme", r.theme),
            cite(r.source, r.article, words.lang),
            area.sheet.count(r.cases),
            words.number(r.courts),
        )
        for r in area.rules().itertuples(index=False)
    ]
    columns = dict(rule="t", theme="t", article="t", cases="n", courts="n")
    table = area.sheet.table("rules", columns, rules, words("rules_table"))
    return area.sheet.part("compared", Text(words("findings_lead")), themes, table)


def _follow_up(area: Area) -> Part:
    words = area.words
    names = [words.column("court"), *(words.of("state", state) for state in STATES)]
    rows = [
        (s.facts.court_name, *(area.sheet.count(s.ledger.get(state, 0)) for state in STATES))
        for s in area.courts
    ]
    table = Table("ledger", names, rows, "t" + "n" * len(STATES), words("ledger"))
    return area.sheet.part("follow_up", Text(words("follow_up_lead")), table)


def _interviews(area: Area) -> Part:
    words = area.words
    rows = [
        (s.facts.court_name, str(i.get("by") or "—"), words.day(i.get("on")))
        for s in area.courts
        for i in s.facts.interviews
        if i.get("court") == s.facts.court_code
    ]
    columns = dict(court="t", by="t", on="d")
    table = area.sheet.table("interviews", columns, rows, words("interviews_table"))
    return area.sheet.part("interviews", Text(words("interviews_lead")), table, _proposed(area))


def _proposed(area: Area):
    """Return the proposals to call a court, each with its figures; a person decides."""
    words = area.words
    proposals = area.together("proposals")
    if not len(proposals):
        return None
    rows = [
        (
            r.court,
            words.of("campaign_trigger", r.trigger),
            words.of("category", r.category),
            words.number(r.figure),
            words.number(r.of),
            words.share(r.share, 1),
            words.of("campaign_trigger_reason", r.reason),
            words.each("campaign_doubt", r.doubt),
            words.day(r.decided_on) if not missing(r.decided_on) else words("undecided"),
        )
        for r in proposals[proposals["proposed"].eq("yes")].itertuples(index=False)
    ]
    columns = dict(court="t", trigger="t", category="s", figure="n", of="n", share="n")
    columns |= dict(reason=("t", "why"), doubt="t", decided_on="s")
    caption, note = words("proposals_table"), words("proposals_note")
    return area.sheet.table("proposals", columns, rows, caption, note=note)


def _strike(area: Area) -> Part:
    """Return how each court answered recorded resistance."""
    words = area.words
    states = ("unanswered", "waiting", "answered", "ended")
    names = [words.column("court"), *(words.of("law_strike_state", state) for state in states)]
    rows = [
        (s.facts.court_name, *(area.sheet.count(s.strike.get(state, 0)) for state in states))
        for s in area.courts
    ]
    table = Table("strike", names, rows, "tnnnn", words("strike_states_table"))
    return area.sheet.part("strike", Text(words("strike_lead")), table)


def _not_checkable(area: Area) -> Part:
    words = area.words
    rows = [
        (
            s.facts.court_name,
            area.sheet.count(s.figures["unknown"]),
            words("list_separator").join(words.of("table", n) for n in sorted(s.absent)) or "—",
        )
        for s in area.courts
    ]
    columns = dict(court="t", unknown="n", absent="t")
    table = area.sheet.table("unknown", columns, rows, words("unknown_area"))
    return area.sheet.part("not_checkable", Text(words("not_checkable_lead")), table)
