"""The circular (通报) to the courts and the bulletin for the public: drafts to be reviewed."""

from audit_lib.labels import Lang
from audit_lib.report.area import THEMES, Area
from audit_lib.report.blocks import Table, Text
from audit_lib.report.document import OfficialDocument, Section
from audit_lib.report.dossier import TABLE_SHAPES
from audit_lib.report.rulebook import cite, rule_title
from audit_lib.report.wording import truth

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


def _document(area: Area, title: str, sections, addressee: str) -> OfficialDocument:
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
