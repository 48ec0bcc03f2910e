"""The way into a round: first what failed, then every court, then how to check the files."""

from pathlib import PurePosixPath
from urllib.parse import quote

from audit_lib.labels import label
from audit_lib.report import page_html
from audit_lib.report.blocks import Cell, Items, Part, Table, Text
from audit_lib.report.wording import Words
from audit_lib.rounds.units import OVERVIEW

__all__ = ["index_html"]


def index_html(round_, courts: list[dict], lang: str, invented: bool, unplaced: int = 0) -> str:
    """Return the index page of a round.

    Parameters
    ----------
    round_ : Round
    courts : one dict a court, in order: ``court``, ``name``, ``cases``, ``units`` (each with
        ``notebook``, ``state``, ``error``, ``cell``, ``files``); the overview is one of them
    lang : ``zh`` or ``en``
    invented : whether the record is invented
    unplaced : petitions that name no court; they are listed beside the overview

    Returns
    -------
    text
        One page that needs no network; its links are relative.
    """

    def words(key: str, **values) -> str:
        return label("rounds", key, lang, **values)

    say = Words(lang)
    title = words("index_title", round=say.round(round_.name))
    cover = [Text(label("notice", "lead", lang), "notice")]
    if invented:
        cover.insert(0, Text(label("notice", "invented", lang), "warning"))
    cover.append(Text(words("index_note", as_of=say.day(round_.as_of))))
    if unplaced:
        cover.append(Text(words("unplaced", count=unplaced), "warning"))
        cover.append(Items([Cell(words("unplaced_list"), f"{OVERVIEW}/petitions.csv")]))
    parts = [
        Part("cover", title, cover, lang),
        _failures(courts, words, lang),
        _courts(courts, words, lang),
        *_documents(courts, words, lang),
        Part("proof", words("proof"), [Text(words("proof_note"))], lang),
    ]
    return page_html(title, parts, lang)


def _failures(courts, words, lang) -> Part:
    rows = [
        (
            Cell(f"{entry['name']}", _link(entry["court"], unit, ".ipynb")),
            label("rounds_notebook", unit["notebook"], lang),
            "" if unit["cell"] is None else str(unit["cell"]),
            unit["error"] or "",
        )
        for entry in courts
        for unit in entry["units"]
        if unit["state"] == "failed"
    ]
    if not rows:
        return Part("failures", words("failures"), [Text(words("no_failures"))], lang)
    columns = [words("court"), words("notebook"), words("cell"), words("error")]
    table = Table("failures", columns, rows, "ttnt", words("failures"), note=words("failures_note"))
    return Part("failures", words("failures"), [table], lang)


def _courts(courts, words, lang) -> Part:
    rows = []
    for entry in courts:
        units = {unit["notebook"]: unit for unit in entry["units"]}
        links = [
            Cell(label("rounds_notebook", name, lang), _link(entry["court"], unit, ".html"))
            for name, unit in units.items()
        ]
        code = "" if entry["court"] == OVERVIEW else entry["court"]
        cases = "" if entry["court"] == OVERVIEW else str(entry["cases"])
        states = {unit["state"] for unit in entry["units"]}
        state = label("rounds_state", "failed" if "failed" in states else "done", lang)
        dossier = links[1] if len(links) > 1 else ""
        rows.append((entry["name"], code, cases, state, links[0], dossier))
    columns = [words(k) for k in ("court", "code", "cases", "state", "reports", "dossier")]
    table = Table("courts", columns, rows, "ttnttt", words("courts"))
    return Part("courts", words("courts"), [table], lang)


#: What an overview writes beside its report, in the order of the page.
_DOCUMENTS = {
    "circular": ("circular.html", "circular.docx", "circular.pdf"),
    "bulletin": ("bulletin.html", "bulletin.docx", "bulletin.pdf"),
    "workbook": ("round_overview.xlsx",),
}


def _documents(courts, words, lang) -> list[Part]:
    made = {
        name: entry["court"]
        for entry in courts
        if entry["court"] == OVERVIEW
        for unit in entry["units"]
        for name in unit["files"]
    }
    items = [
        Cell(f"{words(kind)} {PurePosixPath(name).suffix[1:].upper()}", f"{made[name]}/{name}")
        for kind, names in _DOCUMENTS.items()
        for name in names
        if name in made
    ]
    return [Part("documents", words("documents"), [Items(items)], lang)] if items else []


def _link(court: str, unit: dict, ending: str) -> str | None:
    """Return the relative address of one of a unit's files, if the unit made it."""
    name = unit["notebook"] + ending
    if name not in unit["files"]:
        return None
    return quote(str(PurePosixPath(court) / name))
