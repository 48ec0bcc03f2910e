"""All courts of a round side by side: overview, circular (通报), public bulletin.

Takes the prepared folders of the courts one after another, keeps counts only: no case, no name
of a person is in an overview.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from audit_lib.errors import UnreadableSource
from audit_lib.labels import Lang
from audit_lib.report.blocks import Cell, Contents, Figure, Figures, Part, Picture, Table, Text
from audit_lib.report.charts import progress_chart
from audit_lib.report.court import Report
from audit_lib.report.courttables import CourtTables, RoundFacts, load_court
from audit_lib.report.document import OfficialDocument, Section
from audit_lib.report.dossier import TABLE_SHAPES
from audit_lib.report.figures import count_figures, rule_counts
from audit_lib.report.findings import duty_counts
from audit_lib.report.ledger import STATES, build_ledger
from audit_lib.report.redact import mask_tables
from audit_lib.report.rulebook import cite, rule_title
from audit_lib.report.sheet import Sheet
from audit_lib.report.wording import Words, truth

__all__ = ["CourtSummary", "bulletin", "circular", "overview_report", "summarise_court"]

_SUMS = (
    "cases open_cases closed_cases terminated_cases cases_with_findings findings silent_cases "
    "petitions petitions_supported money_received money_held"
).split()
_THEMES = "passive chaotic termination funds objection coercion petition report".split()


@dataclass(frozen=True)
class CourtSummary:
    """One court in counts.

    Attributes
    ----------
    facts : RoundFacts
    figures : id → number or ``None``
    campaign : DataFrame, one row a category
    rules : DataFrame, one row a rule with a finding
    duties : DataFrame, one row a duty
    ledger : state → number of issues of earlier rounds
    absent : tables that were not computed
    """

    facts: RoundFacts
    figures: dict[str, float | None]
    campaign: pd.DataFrame
    rules: pd.DataFrame
    duties: pd.DataFrame
    ledger: dict[str, int]
    absent: frozenset[str]


def summarise_court(tables: CourtTables) -> CourtSummary:
    """Count one court for the overview."""
    return CourtSummary(
        tables.facts,
        count_figures(tables),
        tables["campaign"],
        rule_counts(tables),
        duty_counts(tables["check"]),
        build_ledger(tables)["state"].value_counts().to_dict(),
        tables.absent,
    )


def _summaries(courts: Iterable) -> list[CourtSummary]:
    found = []
    for court in courts:
        if not isinstance(court, CourtSummary):
            tables = court if isinstance(court, CourtTables) else load_court(court)
            court = summarise_court(tables)
        found.append(court)
    if not found:
        raise UnreadableSource("An overview needs the tables of at least one court.")
    return sorted(found, key=lambda s: s.facts.court_code)


class _Area:
    """The courts of a round being written about."""

    def __init__(self, courts, lang, audience):
        self.courts = _summaries(courts)
        facts = self.courts[0].facts
        self.facts = facts
        self.audience = audience or facts.audience
        self.words = Words(lang or facts.lang)
        # An empty court carries the audience's rules for counts; no row of a case gets here.
        empty = CourtTables(facts, {})
        self.sheet = Sheet(mask_tables(empty, self.audience), self.words)

    def total(self, figure: str) -> float | None:
        """Add a figure over the courts that have it."""
        known = [s.figures[figure] for s in self.courts if s.figures[figure] is not None]
        return sum(known) if known else None

    def shown(self, figure: str, value) -> str:
        """Return a figure in words."""
        if figure.startswith("money") and value is not None:
            return self.words.yuan(value)
        return self.sheet.count(value)

    def categories(self) -> pd.DataFrame:
        """Return the progress of every court and category, with the court's name."""
        frames = [
            s.campaign.assign(court=s.facts.court_name) for s in self.courts if len(s.campaign)
        ]
        if not frames:
            return self.courts[0].campaign.assign(court="")
        return pd.concat(frames, ignore_index=True)

    def rules(self) -> pd.DataFrame:
        """Return the rules with findings over all courts, most cases first."""
        frames = [s.rules.assign(courts=1) for s in self.courts if len(s.rules)]
        if not frames:
            return self.courts[0].rules.assign(courts=0)
        together = pd.concat(frames, ignore_index=True)
        counts = together.groupby("rule", sort=True).agg(
            theme=("theme", "first"),
            source=("source", "first"),
            article=("article", "first"),
            cases=("cases", "sum"),
            courts=("courts", "sum"),
        )
        return counts.reset_index().sort_values(["cases", "rule"], ascending=[False, True])


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
        ``compared``, ``follow_up``, ``interviews``, ``not_checkable``.

    Raises
    ------
    UnreadableSource
        There is no court at all.
    """
    area = _Area(courts, lang, audience)
    parts = [
        _summary(area),
        _courts(area),
        _cleanups(area),
        _returns(area),
        _card(area),
        _compared(area),
        _follow_up(area),
        _interviews(area),
        _not_checkable(area),
    ]
    hidden = {"interviews", "follow_up"} if not area.sheet.rule.case_rows else set()
    parts = [part for part in parts if part.key not in hidden]
    words, facts = area.words, area.facts
    about = words(
        "about_area",
        courts=len(area.courts),
        round=facts.name,
        day=words.day(facts.as_of),
        audience=words.of("audience", area.audience),
    )
    cover = [Text(about, "centre")]
    if any(s.facts.invented for s in area.courts):
        cover.append(Text(words.of("notice", "invented"), "warning"))
    cover.append(Text(words.of("notice", "lead"), "notice"))
    contents = [Cell(part.title, f"#part-{part.key}") for part in parts]
    cover.append(Contents(words("contents"), contents))
    title = words("title_area", round=facts.name)
    return Report(title, (Part("cover", title, cover, words.lang), *parts), words.lang)


def _summary(area: _Area) -> Part:
    figures = [
        Figure(area.words.of("figure", name), area.shown(name, area.total(name)), "#table-courts")
        for name in _SUMS
    ]
    return area.sheet.part("summary", Figures(figures))


def _courts(area: _Area) -> Part:
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


def _cleanups(area: _Area) -> Part:
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
                words.yes(r.on_target),
            )
            for r in group.itertuples(index=False)
        ]
        columns = dict(court="t", backlog="n", cleared_strict="n", cleared_with_termination="n")
        columns |= dict(open="n", cleared_share="n", target_on="d", on_target="t")
        blocks.append(area.sheet.table(f"cleanups-{category}", columns, cells, name))
        strict, both = group["cleared_strict"].sum(), group["cleared_with_termination"].sum()
        drawn.append(
            {
                "category": name,
                "closed": strict,
                "terminated": max(both - strict, 0),
                "open": group["open"].sum(),
            }
        )
    if drawn:
        svg = progress_chart(drawn, words)
        blocks.append(Picture(svg, words("cleanups_alt"), words("cleanups_caption")))
    else:
        blocks.append(Text(words("not_computed", tables=words.of("table", "campaign")), "warning"))
    return area.sheet.part("cleanups", *blocks)


def _returns(area: _Area) -> Part:
    words = area.words
    rows = [
        (
            r.court,
            words.of("category", r.category),
            area.sheet.count(r.returned_open),
            area.sheet.count(r.open),
            words.number(r.difference),
            words.yes(r.late_return),
            area.sheet.count(r.items_missing),
            area.sheet.count(r.promises_slipped),
        )
        for r in area.categories().itertuples(index=False)
    ]
    columns = dict(court="t", category="t", returned_open="n", open="n", difference="n")
    columns |= dict(late_return="t", items_missing="n", promises_slipped="n")
    table = area.sheet.table("returns", columns, rows, words("returns_table"))
    return area.sheet.part("returns", Text(words("returns_lead")), table)


def _card(area: _Area) -> Part:
    words = area.words
    duties = area.courts[0].duties.index
    names = [words.column("court"), *(words.of("duty", duty) for duty in duties)]
    rows = []
    for s in area.courts:
        failed = s.duties[["late", "overdue", "breached"]].sum(axis=1)
        shares = [words.share(s.duties["met"][d], s.duties["met"][d] + failed[d]) for d in duties]
        rows.append((s.facts.court_name, *shares))
    table = Table("card", names, rows, "t" + "n" * len(duties), words("card_shares"))
    return area.sheet.part("card", Text(words("card_lead")), table)


def _compared(area: _Area) -> Part:
    words = area.words
    rows = []
    for s in area.courts:
        sums = s.rules.groupby("theme")["findings"].sum() if len(s.rules) else {}
        rows.append((s.facts.court_name, *(area.sheet.count(sums.get(t, 0)) for t in _THEMES)))
    names = [words.column("court"), *(words.of("theme", t) for t in _THEMES)]
    themes = Table("themes", names, rows, "t" + "n" * len(_THEMES), words("themes_table"))
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


def _follow_up(area: _Area) -> Part:
    words = area.words
    names = [words.column("court"), *(words.of("state", state) for state in STATES)]
    rows = [
        (s.facts.court_name, *(area.sheet.count(s.ledger.get(state, 0)) for state in STATES))
        for s in area.courts
    ]
    table = Table("ledger", names, rows, "t" + "n" * len(STATES), words("ledger"))
    return area.sheet.part("follow_up", Text(words("follow_up_lead")), table)


def _interviews(area: _Area) -> Part:
    words = area.words
    rows = [
        (s.facts.court_name, str(i.get("by") or "—"), words.day(i.get("on")))
        for s in area.courts
        for i in s.facts.interviews
        if i.get("court") == s.facts.court_code
    ]
    columns = dict(court="t", by="t", on="d")
    table = area.sheet.table("interviews", columns, rows, words("interviews_table"))
    return area.sheet.part("interviews", Text(words("interviews_lead")), table)


def _not_checkable(area: _Area) -> Part:
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


def circular(courts, lang: Lang | None = None, audience: str | None = None) -> OfficialDocument:
    """Build the circular (通报) of a round as an official document, a draft for a person.

    Parameters
    ----------
    courts, lang, audience : as of :func:`overview_report`

    Returns
    -------
    OfficialDocument
        Progress by court, findings by theme and rule, what is asked of the courts.
    """
    area = _Area(courts, lang, audience)
    words = area.words
    day = words.day(area.facts.as_of)
    sections = [
        Section("general", words("circular_1"), _general(area, day)),
        Section("courts", words("circular_2"), _circular_courts(area)),
        Section("problems", words("circular_3"), _problems(area)),
        Section(
            "asked", words("circular_4"), [Text(words(f"circular_ask_{n}")) for n in (1, 2, 3)]
        ),
    ]
    return _document(area, words("circular_title", day=day), sections, words("circular_addressee"))


def bulletin(courts, lang: Lang | None = None, audience: str = "public") -> OfficialDocument:
    """Build the public bulletin: totals of the three clean-ups, and no court's faults.

    Returns
    -------
    OfficialDocument
        Counts of cases only; nothing of a single case, person or court.
    """
    area = _Area(courts, lang, audience)
    words = area.words
    day = words.day(area.facts.as_of)
    texts = [Text(words("bulletin_lead", day=day, courts=len(area.courts)))]
    for category, group in area.categories().groupby("category", sort=True):
        texts.append(
            Text(
                words(
                    "bulletin_category",
                    category=words.of("category", category),
                    backlog=area.sheet.count(group["backlog"].sum()),
                    closed=area.sheet.count(group["cleared_strict"].sum()),
                    open=area.sheet.count(group["open"].sum()),
                )
            )
        )
    sections = [
        Section("general", words("bulletin_1"), texts),
        Section("asked", words("bulletin_2"), [Text(words("bulletin_rights"))]),
    ]
    return _document(area, words("bulletin_title", day=day), sections, "")


def _document(area: _Area, title: str, sections, addressee: str) -> OfficialDocument:
    words = area.words
    notices = [words("draft_notice")]
    if any(s.facts.invented for s in area.courts):
        notices.insert(0, words.of("notice", "invented"))
    return OfficialDocument(
        title=title,
        issuer=words("issuer"),
        number=words("circular_number", year=area.facts.as_of.year),
        sections=sections,
        day=area.facts.as_of,
        notices=notices,
        addressee=addressee,
        signature=words("issuer"),
        signed_on=words("sign_day"),
        lang=words.lang,
    )


def _general(area: _Area, day: str) -> list[Text]:
    names = ("cases", "open_cases", "cases_with_findings", "silent_cases", "petitions_supported")
    values = {name: area.shown(name, area.total(name)) for name in names}
    return [Text(area.words("circular_general", day=day, courts=len(area.courts), **values))]


def _circular_courts(area: _Area) -> list:
    words, rows = area.words, []
    progress = area.categories()
    for s in area.courts:
        mine = progress[progress["court"] == s.facts.court_name]
        backlog, cleared = mine["backlog"].sum(), mine["cleared_strict"].sum()
        rows.append(
            (
                s.facts.court_name,
                area.sheet.count(backlog if len(mine) else None),
                area.sheet.count(cleared if len(mine) else None),
                words.share(cleared, backlog),
                area.sheet.count(mine["open"].sum() if len(mine) else None),
                area.sheet.count(s.figures["cases_with_findings"]),
                area.sheet.count(s.figures["silent_cases"]),
            )
        )
    columns = dict(court="t", backlog="n", cleared_strict="n", cleared_share="n", open="n")
    columns |= dict(cases="n", silent_cases="n")
    table = area.sheet.table("courts", columns, rows, words("courts_table"))
    behind = progress[progress["on_target"].map(truth).eq(False)]
    named = [f"{r.court}（{words.of('category', r.category)}）" for r in behind.itertuples()]
    said = (
        words("behind", courts=words("list_separator").join(named))
        if named
        else words("none_behind")
    )
    return [
        Text(said),
        Table(
            "courts",
            table.columns,
            table.rows,
            table.kinds,
            table.caption,
            "",
            TABLE_SHAPES["courts"],
        ),
    ]


def _problems(area: _Area) -> list[Text]:
    words, texts = area.words, []
    rules = area.rules()
    for number, theme in enumerate([t for t in _THEMES if t in set(rules["theme"])], start=1):
        texts.append(Text(f"{words.ordinal(number)}{words.of('theme', theme)}", "lead"))
        for r in rules[rules["theme"] == theme].head(3).itertuples(index=False):
            texts.append(
                Text(
                    words(
                        "circular_problem",
                        rule=rule_title(r.rule, words.lang),
                        article=cite(r.source, r.article, words.lang),
                        cases=area.sheet.count(r.cases),
                        courts=r.courts,
                    )
                )
            )
    return texts or [Text(words("none_found"))]
