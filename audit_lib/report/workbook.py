"""Every table of a court as one spreadsheet: frozen heads, filters, days as days, no formulas."""

import io
from pathlib import Path

import pandas as pd

from audit_lib.labels import Lang
from audit_lib.record import load_tables
from audit_lib.report.courttables import TABLE_COLUMNS, CourtTables
from audit_lib.report.figures import count_figures, finding_rows
from audit_lib.report.ledger import build_ledger
from audit_lib.report.page import save_bytes
from audit_lib.report.redact import mask_tables
from audit_lib.report.rulebook import rule_title
from audit_lib.report.settings import load_audience, load_settings
from audit_lib.report.wordfile import repeatable_zip
from audit_lib.report.wording import Words, missing

__all__ = ["workbook_bytes", "workbook_tables", "write_workbook"]

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
}
# The size of a cell's text that spreadsheets can hold.
_LONGEST = 32_000


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
        name: frame.drop(columns=["id_no"], errors="ignore")
        for name, frame in frames.items()
        if name not in rule.tables_left_out
    }


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
    """Return the spreadsheet; the same tables give the same bytes."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    moment = tables.facts.as_of.to_pydatetime()
    book.properties.created = book.properties.modified = moment
    book.properties.title = f"{tables.facts.court_name} {tables.facts.name}"
    book.properties.creator = words("issuer")
    for name, frame in workbook_tables(tables).items():
        _write_sheet(book, name, frame, words)
    raw = io.BytesIO()
    book.save(raw)
    # openpyxl stamps the time of saving over the one that was set.
    return repeatable_zip(raw.getvalue(), modified=moment)


def _heads(name: str, frame: pd.DataFrame, words: Words) -> list[str]:
    if words.lang == "en":
        return [str(c) for c in frame.columns]
    known = load_tables()
    received = known[name].headers("zh") if name in known else {}
    own = {c: words.of("column", c) for c in frame.columns}
    return [received.get(c) or own[c] for c in frame.columns]


def _write_sheet(book, name: str, frame: pd.DataFrame, words: Words) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(words.of("table", name)[:31])
    heads = _heads(name, frame, words)
    limit = load_settings().workbook_rows
    shown = frame.head(limit)
    columns = [_values(name, column, shown[column], words) for column in shown.columns]
    sheet.freeze_panes = "A2"
    last = get_column_letter(max(len(heads), 1))
    sheet.auto_filter.ref = f"A1:{last}{len(shown) + 1}"
    for number, (head, values) in enumerate(zip(heads, columns, strict=True), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = _width(head, values)
    sheet.print_title_rows = "1:1"
    bold, fill = Font(bold=True), PatternFill("solid", fgColor="F3F1EC")
    cells = []
    for head in heads:
        cell = WriteOnlyCell(sheet, head)
        cell.font, cell.fill, cell.alignment = bold, fill, Alignment(wrap_text=True)
        cells.append(cell)
    sheet.append(cells)
    for row in zip(*columns, strict=True):
        sheet.append([_cell(WriteOnlyCell, sheet, value) for value in row])
    if len(frame) > limit:
        sheet.append([words("sheet_cut", shown=limit, total=len(frame))])


def _values(name: str, column: str, values: pd.Series, words: Words) -> list:
    """Return a column as spreadsheet values: days as days, codes in words, texts as texts."""
    if name == "figures" and column == "measure":
        return [words.of("figure", v) for v in values]
    if column == "rule":
        return [None if missing(v) else rule_title(v, words.lang) for v in values]
    if column in _CODES:
        return [None if missing(v) else words.of(_CODES[column], v) for v in values]
    if pd.api.types.is_datetime64_any_dtype(values):
        return [None if missing(v) else v.to_pydatetime() for v in values]
    if pd.api.types.is_numeric_dtype(values):
        return [None if missing(v) else int(v) if v == round(v) else float(v) for v in values]
    return [None if missing(v) else str(v)[:_LONGEST] for v in values]


def _cell(make, sheet, value):
    if isinstance(value, str):
        if value[:1] not in "=+-@\t\r":
            return value
        cell = make(sheet, value)
        # openpyxl reads a leading `=` as a formula; the type set here keeps it a text.
        cell.data_type, cell.quotePrefix = "s", True
        return cell
    if hasattr(value, "hour"):
        cell = make(sheet, value)
        whole = value.hour == value.minute == value.second == 0
        cell.number_format = "yyyy-mm-dd" if whole else "yyyy-mm-dd hh:mm"
        return cell
    return value


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
