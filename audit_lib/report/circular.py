"""The circular (通报) to the courts and the bulletin for the public: drafts to be reviewed."""

from dataclasses import replace

from audit_lib.campaign import build_bulletin_figures
from audit_lib.labels import Lang
from audit_lib.report.area import THEMES, Area
from audit_lib.report.blocks import Table, Text
from audit_lib.report.document import OfficialDocument, Section
from audit_lib.report.dossier import TABLE_SHAPES
from audit_lib.report.issuing import issuer_of, number_of
from audit_lib.report.rulebook import cite, rule_title
from audit_lib.report.wording import missing, truth

__all__ = ["bulletin", "circular"]


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
    area = Area(courts, lang, audience)
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
    area = Area(courts, lang, audience)
    words = area.words
    day = words.day(area.facts.as_of)
    texts = [Text(words("bulletin_lead", day=day, courts=len(area.courts)))]
    progress = area.categories()
    figures = build_bulletin_figures(progress) if len(progress) else progress
    rows = []
    for r in figures.itertuples(index=False):
        counts = [_told(words, v) for v in (r.backlog, r.cleared_strict, r.open)]
        category = words.of("category", r.category)
        values = dict(category=category, backlog=counts[0], closed=counts[1], open=counts[2])
        texts.append(Text(words("bulletin_category", **values)))
        share = words.share(r.share_strict, 1)
        rows.append((category, counts[0], counts[1], share, counts[2], words.day(r.target_on)))
    columns = dict(category="t", backlog="n", cleared_strict="n", cleared_share="n", open="n")
    columns |= dict(target_on="t")
    table = area.sheet.table("clearing", columns, rows, words("bulletin_table"))
    if isinstance(table, Table):
        texts += [replace(table, widths=TABLE_SHAPES["clearing"]), Text(words("bulletin_small"))]
    sections = [
        Section("general", words("bulletin_1"), texts),
        Section("asked", words("bulletin_2"), [Text(words("bulletin_rights"))]),
    ]
    return _document(area, words("bulletin_title", day=day), sections, "")


def _told(words, value) -> str:
    """Return a count, or that it is too small to be printed."""
    return words("too_small") if missing(value) else words.number(value)


def _document(area: Area, title: str, sections, addressee: str) -> OfficialDocument:
    words = area.words
    notices = [words("draft_notice")]
    if any(s.facts.invented for s in area.courts):
        notices.insert(0, words.of("notice", "invented"))
    courts = [s.facts.court_code for s in area.courts]
    return OfficialDocument(
        title=title,
        issuer=issuer_of(words, courts),
        number=number_of(words, courts, "circular", area.facts.as_of.year),
        sections=sections,
        day=area.facts.as_of,
        notices=notices,
        addressee=addressee,
        signature=issuer_of(words, courts),
        signed_on=words("sign_day"),
        lang=words.lang,
    )


def _general(area: Area, day: str) -> list[Text]:
    names = ("cases", "open_cases", "cases_with_findings", "silent_cases", "petitions_supported")
    values = {name: area.shown(name, area.total(name)) for name in names}
    return [Text(area.words("circular_general", day=day, courts=len(area.courts), **values))]


def _circular_courts(area: Area) -> list:
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
    said = [Text(text) for text in _behind(area)]
    return [
        *said,
        Table(
            "courts",
            table.columns,
            table.rows,
            table.kinds,
            table.caption,
            "",
            TABLE_SHAPES["courts"],
        ),
        *_standing(area),
    ]


def _problems(area: Area) -> list[Text]:
    words, texts = area.words, []
    rules = area.rules()
    for number, theme in enumerate([t for t in THEMES if t in set(rules["theme"])], start=1):
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


def _behind(area: Area) -> list[str]:
    """Say which courts missed a target, and which will not meet it at their present pace."""
    words = area.words
    progress, forecast = area.categories(), area.together("forecast")
    groups = {
        "behind": progress[progress["on_target"].map(truth).eq(False) & (progress["backlog"] > 0)],
        "slow": forecast[
            forecast["outlook"].isin(["too_late", "stands_still"]) & forecast["target_on"].notna()
        ],
    }
    said = []
    for code, rows in groups.items():
        rows = rows if code == "behind" else rows[rows["open_old"] > 0]
        named = [
            words("court_and_category", court=r.court, category=words.of("category", r.category))
            for r in rows.itertuples(index=False)
        ]
        if named:
            said.append(words(code, courts=words("list_separator").join(named)))
    if len(progress) and progress["target_on"].isna().all():
        return said or [words("no_target_here")]
    return said or [words("none_behind")]


def _standing(area: Area) -> list:
    """Set each court's share against what its own mix of cases leads one to expect."""
    words = area.words
    table = area.together("standing")
    table = table[(table["counting"] == "strict") & (table["old"] > 0)]
    enough = table[table["standing"].ne("too_few")]
    if enough.empty:
        return [Text(words("standing_too_few"))] if len(table) else []
    rows = [
        (
            r.court,
            words.of("category", r.category),
            area.sheet.count(r.old),
            area.sheet.count(r.cleared),
            words.share(r.share, 1),
            words.number(r.expected),
            words.of("campaign_standing", r.standing),
        )
        for r in enough.itertuples(index=False)
    ]
    columns = dict(court="t", category="t", old=("n", "backlog"), cleared=("n", "cleared_strict"))
    columns |= dict(share=("n", "cleared_share"), expected="n", standing="t")
    made = area.sheet.table("standing", columns, rows, words("standing_table"))
    return [Text(words("standing_lead")), replace(made, widths=TABLE_SHAPES["standing"])]
