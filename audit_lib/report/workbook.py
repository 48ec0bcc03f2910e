"""Every table of a court as one spreadsheet: frozen heads, filters, days as days, no formulas."""

import io
from pathlib import Path

import pandas as pd

from audit_lib.labels import Lang
from audit_lib.record import load_tables
from audit_lib.record.tables import code_list
from audit_lib.report.courttables import TABLE_COLUMNS, CourtTables
from audit_lib.report.figures import count_figures, finding_rows
from audit_lib.report.issuing import issuer_of
from audit_lib.report.ledger import build_ledger
from audit_lib.report.page import save_bytes
from audit_lib.report.redact import mask_tables
from audit_lib.report.rulebook import rule_title
from audit_lib.report.settings import load_audience, load_settings
from audit_lib.report.wording import Words, missing

__all__ = ["workbook_bytes", "workbook_tables", "write_overview_workbook", "write_workbook"]

# Columns that hold codes, and the group of their wording; some mean another thing in one table.
_CODES = {
    "outcome": "outcome",
    "theme": "theme",
    "severity": "severity",
    "duty": "duty",
    "category": "category",
    "allegation": "allegation",
    "verdict": "verdict",
    "route": "route",
    "stratum": "stratum",
    "closing_manner": "closing_manner",
    "event": "event",
    "last_substantive": "event",
    "issue": "issue",
    "state": "state",
    "link": "link",
    "population": "inspection_population",
    "resistance": "event",
    "answers": "event",
    "condition": "law_condition",
    "step": "law_step",
    "like": "law_like",
    "fault": "campaign_fault",
    "doubt": "campaign_doubt",
    "outlook": "campaign_outlook",
    "standing": "campaign_standing",
    "counting": "campaign_counting",
    "target_state": "campaign_target_state",
    "trigger": "campaign_trigger",
    "kind": "campaign_kind",
    "why": "campaign_aid",
    "selected_as": "stratum",
    "scored_by": "score_by",
    "judged_by": "campaign_counting",
    "allegations": "allegation",
    "route_reason": "allegation",
}
_CODES_OF_TABLE = {
    "check": {"reason": "unknown_reason"},
    "categories": {"reason": "campaign_reason"},
    "proposals": {"reason": "campaign_trigger_reason"},
    "suspicion": {"kind": "law_suspicion"},
    "strike": {"state": "law_strike_state"},
    "conditions": {"state": "law_condition_state"},
    "funds": {"state": "campaign_fund_state"},
    "aid": {"state": "campaign_aid"},
    "selective": {"doubt": "law_selective_doubt"},
}
_YES = frozenset("marked_by_court old verified proposed legacy on_target late_return".split())
_EVIDENCE = frozenset("evidence speaks_for speaks_against pauses claimed found".split())
# Columns of use to programs alone.
_INNER = frozenset("id_no frame_hash decided_by article_verified".split())
# The size of a cell's text that spreadsheets can hold.
_LONGEST = 32_000
_CELLS_IN_MEMORY = 1_000_000
_LIKE_FORMULAS = frozenset("=+-@\t\r")


def workbook_tables(tables: CourtTables) -> dict[str, pd.DataFrame]:
    """Return the tables that an audience's spreadsheet holds, in order.

    Parameters
    ----------
    tables : CourtTables, masked for its audience

    Returns
    -------
    dict
        ``figures``, ``ledger``, ``check`` (findings only), then every other table that was
        computed and that the audience may have; rows of the audit's own order.
    """
    rule = load_audience(tables.audience or "inspectors")
    figures = count_figures(tables)
    frames = {
        "figures": pd.DataFrame({"measure": list(figures), "number": list(figures.values())}),
    }
    if tables.given("inspections"):
        frames["ledger"] = build_ledger(tables)
    for name in ("check", *(n for n in TABLE_COLUMNS if n != "check")):
        if tables.given(name):
            frames[name] = finding_rows(tables) if name == "check" else tables[name]
    if "follow_up" in rule.parts_left_out:
        frames.pop("ledger", None)
    return {
        name: _useful(name, frame)
        for name, frame in frames.items()
        if name not in rule.tables_left_out
    }


def _useful(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out what serves programs, and of made tables the columns that hold nothing."""
    frame = frame.drop(columns=list(_INNER), errors="ignore")
    if name in load_tables():
        return frame
    filled = frame.columns if frame.empty else frame.columns[frame.notna().any()]
    return frame[[c for c in filled if c != "court_code"]]


def write_workbook(
    tables: CourtTables, path, lang: Lang | None = None, audience: str | None = None
) -> Path:
    """Write the tables of one court as a spreadsheet.

    Parameters
    ----------
    tables : CourtTables, from :func:`load_court`
    path : ``.xlsx`` file, written beside and renamed
    lang, audience : the round's when not given

    Raises
    ------
    CannotWrite
        The file could not be written.

    Notes
    -----
    A text that begins like a formula is stored as text. A table longer than a sheet may be is
    cut, and its last row says so.
    """
    masked = mask_tables(tables, audience or tables.facts.audience)
    return save_bytes(path, workbook_bytes(masked, Words(lang or tables.facts.lang)))


def workbook_bytes(tables: CourtTables, words: Words) -> bytes:
    """Return the spreadsheet of one court; the same tables give the same bytes."""
    title = f"{tables.facts.court_name} {tables.facts.name}"
    issuer = issuer_of(words, [tables.facts.court_code])
    return book_bytes(workbook_tables(tables), words, title, tables.facts.as_of, issuer)


def book_bytes(
    frames: dict[str, pd.DataFrame], words: Words, title: str, day, issuer: str
) -> bytes:
    """Return tables as one spreadsheet, a sheet each.

    Parameters
    ----------
    frames : table name → DataFrame
    words : Words
    title : of the file
    day : written as the file's time of making
    issuer : of the file
    """
    from xlsxwriter import Workbook

    raw = io.BytesIO()
    sizes = [
        min(len(frame), load_settings().workbook_rows) * len(frame.columns)
        for frame in frames.values()
    ]
    # A text that begins like a formula, an address or a number stays the text it is.
    options = {f"strings_to_{kind}": False for kind in ("formulas", "urls", "numbers")}
    # Row by row to the disk where the cells would fill the memory; slower, and the same to read.
    options |= {"in_memory": True, "constant_memory": max(sizes, default=0) > _CELLS_IN_MEMORY}
    book = Workbook(raw, options)
    book.set_properties({"title": title, "author": issuer, "created": day.to_pydatetime()})
    formats = {
        "head": {"bold": True, "bg_color": "#F3F1EC", "text_wrap": True},
        "day": {"num_format": "yyyy-mm-dd"},
        "moment": {"num_format": "yyyy-mm-dd hh:mm"},
        "quoted": {"quote_prefix": True},
    }
    made = {name: book.add_format(given) for name, given in formats.items()}
    for name, frame in frames.items():
        _write_sheet(book, made, name, frame, words)
    book.close()
    return raw.getvalue()


def write_overview_workbook(courts, path, lang: Lang | None = None, audience=None) -> Path:
    """Write the counts of every court of a round as one spreadsheet: no case, no person.

    Parameters
    ----------
    courts, lang, audience : as of :func:`audit_lib.report.overview_report`
    path : ``.xlsx`` file, written beside and renamed
    """
    from audit_lib.report.area import Area

    area = Area(courts, lang, audience)
    named = [(s.facts.court_name, s) for s in area.courts]
    figures = pd.DataFrame([{"court": name, **s.figures} for name, s in named])
    duties = [s.duties.reset_index().assign(court=name) for name, s in named]
    ledger = pd.DataFrame([{"court": name, **s.ledger} for name, s in named])
    frames = {
        "courts_figures": figures,
        "campaign": area.together("campaign"),
        "forecast": area.together("forecast"),
        "standing": area.together("standing"),
        "card": pd.concat(duties, ignore_index=True),
        "rules": area.together("rules"),
    }
    if area.sheet.rule.case_rows:
        frames["courts_ledger"] = ledger
        frames["proposals"] = area.together("proposals").drop(columns=["cases", "evidence"])
    hidden = ["court_code", *_INNER, "cases"] if not area.sheet.rule.case_rows else ["court_code"]
    shown = {
        name: frame[["court", *[c for c in frame.columns if c not in ("court", *hidden)]]]
        for name, frame in frames.items()
    }
    title = area.words("title_area", round=area.words.round(area.facts.name))
    issuer = issuer_of(area.words, [s.facts.court_code for s in area.courts])
    return save_bytes(path, book_bytes(shown, area.words, title, area.facts.as_of, issuer))


def _heads(name: str, frame: pd.DataFrame, words: Words) -> list[str]:
    known = load_tables()
    received = known[name].headers("zh") if name in known and words.lang == "zh" else {}
    return [received.get(c) or _head(name, c, words) for c in frame.columns]


def _head(name: str, column: str, words: Words) -> str:
    if name == "courts_figures" and column != "court":
        return words.of("figure", column)
    if name == "courts_ledger" and column != "court":
        return words.of("state", column)
    head = words.of("column", column)
    return head.replace("_", " ").capitalize() if head == column else head


def _write_sheet(book, formats: dict, name: str, frame: pd.DataFrame, words: Words) -> None:
    sheet = book.add_worksheet(words.of("table", name)[:31])
    heads = _heads(name, frame, words)
    limit = load_settings().workbook_rows
    shown = frame.head(limit)
    columns = [_values(name, column, shown[column], words) for column in shown.columns]
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, len(shown), max(len(heads) - 1, 0))
    for at, (head, values) in enumerate(zip(heads, columns, strict=True)):
        sheet.set_column(at, at, _width(head, values))
        sheet.write_string(0, at, head, formats["head"])
    for line, row in enumerate(zip(*columns, strict=True), start=1):
        for at, value in enumerate(row):
            if value is not None:
                _write_cell(sheet, line, at, value, formats)
    if len(frame) > limit:
        sheet.write_string(limit + 1, 0, words("sheet_cut", shown=limit, total=len(frame)))


def _write_cell(sheet, line: int, at: int, value, formats: dict) -> None:
    if isinstance(value, str):
        quoted = (formats["quoted"],) if value[:1] in _LIKE_FORMULAS else ()
        sheet.write_string(line, at, value, *quoted)
    elif hasattr(value, "hour"):
        whole = value.hour == value.minute == value.second == 0
        sheet.write_datetime(line, at, value, formats["day" if whole else "moment"])
    else:
        sheet.write_number(line, at, value)


def _values(name: str, column: str, values: pd.Series, words: Words) -> list:
    """Return a column as spreadsheet values: days as days, codes in words, texts as texts."""
    if name == "figures" and column == "measure":
        return [words.of("figure", v) for v in values]
    if column == "rule":
        return [None if missing(v) else rule_title(v, words.lang) for v in values]
    known = _received_codes(name, column, words.lang)
    if known:
        return [None if missing(v) else _in_words(v, known, words) for v in values]
    group = _CODES_OF_TABLE.get(name, {}).get(column) or _CODES.get(column)
    if group is not None and not pd.api.types.is_numeric_dtype(values):
        return [None if missing(v) else words.each(group, v) for v in values]
    if column in _YES:
        return [None if missing(v) else words.yes(v) for v in values]
    if column in _EVIDENCE:
        return [None if missing(v) else words.evidence(v)[:_LONGEST] for v in values]
    if name == "check" and column == "note":
        return [None if missing(v) else words.basis(None, v) for v in values]
    if pd.api.types.is_datetime64_any_dtype(values):
        return [None if missing(v) else v.to_pydatetime() for v in values]
    if pd.api.types.is_numeric_dtype(values):
        return [None if missing(v) else int(v) if v == round(v) else float(v) for v in values]
    return [None if missing(v) else str(v)[:_LONGEST] for v in values]


def _received_codes(name: str, column: str, lang: Lang) -> dict[str, str]:
    """Return the words of the closed list that a column of the record is written in."""
    tables = load_tables()
    spec = tables[name].columns.get(column) if name in tables else None
    if spec is None or spec.list is None:
        return {}
    return {code: getattr(entry, lang) for code, entry in code_list(spec.list).items()}


def _in_words(value, known: dict[str, str], words: Words) -> str:
    """Return one or several codes in words; free text beside them stays as it is."""
    parts = [known.get(part.strip(), part.strip()) for part in str(value).split(";")]
    return words("list_separator").join(filter(None, parts))[:_LONGEST]


def _width(head: str, values: list) -> float:
    sizes = [
        sum(2 if ord(c) > 255 else 1 for c in str(v)[:60]) for v in values[:200] if v is not None
    ]
    return float(
        min(
            max([11 if hasattr(v, "hour") else 0 for v in values[:20]] + sizes + [len(head) * 2])
            + 2,
            48,
        )
    )
