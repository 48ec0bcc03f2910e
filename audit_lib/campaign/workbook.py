"""The monthly workbook: the form that a court fills in, and reading what courts send.

Writes an ``.xlsx`` with the open cases already listed; reads such a form, or a court's own
workbook, through the record room's reading of sheets, cell by cell: what cannot be used is a
row of ``problems``, never a guess.
"""

import datetime
import os
import re
import tempfile
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from audit_lib.campaign.settings import CATEGORIES
from audit_lib.errors import CannotWrite, UnreadableSource
from audit_lib.labels import Lang, label, labels
from audit_lib.record.batches import Balance, read_batches
from audit_lib.record.convert import convert_batch
from audit_lib.record.headers import match_headers
from audit_lib.record.problems import Problems
from audit_lib.record.sources import Sheet
from audit_lib.record.spreadsheets import list_sheets
from audit_lib.record.tables import code_list, load_tables

__all__ = ["ReturnBook", "read_return_workbook", "write_return_form"]

RETURN = ["court_code", "month", "category", "closed_count", "open_count", "submitted_on"]
ITEM = ["court_code", "month", "category", "case_no", "reason", "plan", "promised_on"]
WIDTHS = {"case_no": 26, "reason": 48, "plan": 48}
TITLE_MONTH = re.compile(r"(20\d{2})\s*年\s*(\d{1,2})\s*月")
HEADER_WITHIN = 20


@dataclass(frozen=True)
class ReturnBook:
    """What one workbook says.

    Attributes
    ----------
    returns : DataFrame, one row a category, columns of the table ``returns``
    items : DataFrame, one row a listed case, columns of ``return_items``
    measures : DataFrame, one row a question of the form's last sheet: ``item``, ``answer``
    problems : DataFrame, one row a fault, as ``ingest`` writes it
    """

    returns: pd.DataFrame
    items: pd.DataFrame
    measures: pd.DataFrame
    problems: pd.DataFrame


def write_return_form(
    path: str | Path,
    court_code: str,
    court_name: str,
    month: str,
    spans: pd.DataFrame,
    returns: pd.DataFrame | None = None,
    items: pd.DataFrame | None = None,
    lang: Lang = "zh",
) -> Path:
    """Write the form of a month for one court, its open cases already listed.

    Parameters
    ----------
    path : name ending in ``.xlsx``
    court_code, court_name, month : whose form, of which month (``2016-12``)
    spans : output of ``read_spans``; the court's open cases are listed
    returns, items : what is already known, to be filled in; None leaves the cells empty
    lang : language of titles and headers; what is read back is the same

    Returns
    -------
    Path

    Raises
    ------
    CannotWrite
        The folder cannot be written, or a text is longer than a cell can hold.

    Notes
    -----
    The counts are left for the court to state: a form that counts for it would ask nothing.
    Texts are stored as text, also those that begin with ``=``.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise CannotWrite(f"`{path.name}` is no name of a form.\nGive a name ending in .xlsx.")
    book = openpyxl.Workbook()
    book.remove(book.active)
    fixed = datetime.datetime(2000, 1, 1)
    book.properties.created = book.properties.modified = fixed
    book.properties.creator = ""
    year, number = month.split("-")
    said = {"court": court_name or court_code, "month": month, "year": year}
    said["number"] = int(number)
    sums = pd.DataFrame({"court_code": court_code, "month": month, "category": CATEGORIES})
    if returns is not None and len(returns):
        sums = returns
    _write_sheet(book, "returns", RETURN, sums, label("campaign_form", "sums", lang, **said), lang)
    if items is None:
        mine = spans["court_code"].eq(court_code) & spans["closed_on"].isna()
        listed = spans[mine & spans["on_closed_case"].ne("yes")]
        items = listed[["court_code", "category", "case_no"]].assign(month=month)
    _write_sheet(book, "return_items", ITEM, items,
                 label("campaign_form", "items", lang, **said), lang)  # fmt: skip
    _write_measures(book, label("campaign_form", "measures", lang, **said), lang)
    _save(book, path)
    return path


def _heading(column, table, lang):
    return load_tables()[table].columns[column].zh if lang == "zh" else column


def _put(cell, value, wrap=False):
    """Write one value; a text stays a text, whatever it begins with."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return
    if isinstance(value, pd.Timestamp):
        cell.value, cell.number_format = value.to_pydatetime(), "yyyy-mm-dd"
    elif isinstance(value, str):
        text = ILLEGAL_CHARACTERS_RE.sub("", value)
        if len(text) > 32_767:
            raise CannotWrite(f"A text of {len(text)} characters does not fit in a cell.")
        cell.value = text
        cell.data_type, cell.quotePrefix = "s", True
        cell.number_format = "@"
    else:
        cell.value = int(value)
    cell.alignment = Alignment(wrap_text=wrap, vertical="top")


def _write_sheet(book, table, columns, frame, title, lang):
    sheet = book.create_sheet(load_tables()[table].zh if lang == "zh" else table)
    _title(sheet, title, len(columns))
    line = Side(style="thin", color="808080")
    wording = code_list("category")
    for number, column in enumerate(columns, 1):
        cell = sheet.cell(2, number, _heading(column, table, lang))
        cell.font, cell.border = Font(bold=True), Border(line, line, line, line)
        cell.fill = PatternFill("solid", fgColor="E7E6E6")
        cell.alignment = Alignment(horizontal="center")
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(column, 16)
    rows = frame.reindex(columns=columns)
    for row, values in enumerate(rows.itertuples(index=False), 3):
        for number, (column, value) in enumerate(zip(columns, values, strict=True), 1):
            if column == "category" and lang == "zh" and value in wording:
                value = wording[value].zh
            cell = sheet.cell(row, number)
            _put(cell, value, wrap=column in ("reason", "plan"))
            cell.border = Border(line, line, line, line)
            if column.endswith("_on"):
                cell.number_format = "yyyy-mm-dd"
    _validate(sheet, columns, wording, 3, max(len(rows), 1) + 202, lang)
    sheet.freeze_panes = "A3"
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(columns))}{max(len(rows) + 2, 3)}"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(
        fitToPage=True
    )


def _title(sheet, title, width):
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    cell = sheet.cell(1, 1, title)
    cell.data_type, cell.font = "s", Font(bold=True, size=14)
    cell.alignment = Alignment(horizontal="center")


def _validate(sheet, columns, wording, first, last, lang):
    """Let the spreadsheet itself refuse what could not be read."""
    names = [wording[c].zh if lang == "zh" else c for c in CATEGORIES]
    rules = {
        "category": DataValidation(type="list", formula1='"' + ",".join(names) + '"'),
        "closed_count": DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0"),
        "open_count": DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0"),
        "submitted_on": DataValidation(type="date", operator="greaterThan", formula1="36526"),
        "promised_on": DataValidation(type="date", operator="greaterThan", formula1="36526"),
    }
    for number, column in enumerate(columns, 1):
        if column in rules:
            rule, letter = rules[column], get_column_letter(number)
            rule.allow_blank = True
            sheet.add_data_validation(rule)
            rule.add(f"{letter}{first}:{letter}{last}")


def _write_measures(book, title, lang):
    sheet = book.create_sheet(label("campaign_form", "measures_sheet", lang))
    _title(sheet, title, 2)
    for row, text in enumerate(labels("campaign_measure", lang).values(), 2):
        _put(sheet.cell(row, 1), text, wrap=True)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 30, 80


def _save(book, path):
    """Write beside the place and rename, with fixed times: the same form has the same bytes."""
    handle = None
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        book.save(beside)
        with zipfile.ZipFile(beside) as old:
            parts = {name: old.read(name) for name in sorted(old.namelist())}
        stamp = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as new:
            for name, data in parts.items():
                if name == "docProps/core.xml":
                    data = stamp.sub(rb"\g<1>2000-01-01T00:00:00Z", data)
                entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                new.writestr(entry, data)
        os.replace(beside, path)
    except OSError as error:
        if handle is not None:
            Path(beside).unlink(missing_ok=True)
        raise CannotWrite(f"`{path}` could not be written: {error.strerror or error}.") from None


class _Completed(Sheet):
    """A court's own sheet, completed by what its title or its sender says of every row."""

    def rows(self, problems):
        """Yield the rows with the missing columns added behind."""
        found, added = self.options["header_row"], self.options["added"]
        for number, cells in super().rows(problems):
            if number == found:
                yield number, [*cells, *added]
            elif number > found and any(cell.strip() for cell in cells):
                wide = [*cells, *[""] * (self.options["width"] - len(cells))]
                yield number, [*wide[: self.options["width"]], *added.values()]
            else:
                yield number, cells


def read_return_workbook(
    path: str | Path,
    day: datetime.date,
    court_code: str | None = None,
    month: str | None = None,
) -> ReturnBook:
    """Read a court's monthly workbook as it was sent.

    Parameters
    ----------
    path : ``.xlsx`` or ``.xls``
    day : date, the day on which it was received; nothing in it can have happened later
    court_code, month : of whom and when, where the workbook has no such columns; the month is
        also read off the title lines, the category off a title or a sheet's name

    Returns
    -------
    ReturnBook

    Raises
    ------
    UnreadableSource
        No sheet of it holds counts or listed cases.

    Notes
    -----
    Sheets are told by their headers, so their names do not matter; hidden sheets are named and
    not read. Formulas, totals, repeated headers and titles are named as ``ingest`` does.
    """
    path = Path(path)
    problems, balance = Problems(), Balance()
    if not path.is_file():
        raise UnreadableSource(f"`{path}` does not exist or is no file.")
    kind = "xls" if path.read_bytes()[:4] == b"\xd0\xcf\x11\xe0" else "xlsx"
    frames = {"returns": [], "return_items": []}
    measures = []
    for title, hidden, filled in list_sheets(path, path.name, f".{kind}", problems) or []:
        if hidden or not filled:
            if filled:
                problems.add_file("hidden_sheet", file=path.name, sheet=title)
            continue
        sheet = Sheet("returns", kind, path.name, title, path)
        told = _recognise(sheet, problems)
        if told is None:
            answers = _answers(sheet, problems)
            measures += answers
            if not answers:
                problems.add_file("unknown_table", file=path.name, sheet=title)
            continue
        sheet = _complete(sheet, told, court_code, month)
        for batch in read_batches(sheet, problems, balance):
            frames[sheet.table].append(convert_batch(batch, day, problems, balance))
    faults = problems.frame()
    if not any(frames.values()):
        first = "" if faults.empty else f" ({faults['wording_en'].iloc[0]})"
        raise UnreadableSource(
            f"`{path.name}` holds no sheet of counts or of open cases.{first}\n"
            "Expected the headers of the form, in Chinese or English."
        )
    return ReturnBook(
        _joined(frames["returns"], "returns"), _joined(frames["return_items"], "return_items"),
        pd.DataFrame(measures, columns=["item", "answer"]), faults,
    )  # fmt: skip


def _joined(parts, table):
    if parts:
        return pd.concat(parts, ignore_index=True)
    return pd.DataFrame({c: pd.Series(dtype=object) for c in load_tables()[table].columns})


def _recognise(sheet, problems):
    """Return (table, header row, header, title lines) of a sheet by its headers, or None."""
    telling = {"return_items": {"case_no"}, "returns": {"closed_count", "open_count"}}
    above = []
    for number, cells in sheet.rows(problems):
        for table, needed in telling.items():
            known = set(match_headers(table, cells).values())
            if needed <= known and len(known) >= 2:
                return table, number, cells, above
        above.append("".join(cells))
        if number >= HEADER_WITHIN:
            break
    return None


def _complete(sheet, told, court_code, month):
    """Add the columns that a sheet lacks and its title, name or sender gives."""
    table, row, header, above = told
    while header and not header[-1].strip():
        header = header[:-1]
    there = set(match_headers(table, header).values())
    title = " ".join([*above, sheet.sheet])
    dated = TITLE_MONTH.search(title)
    spoken = [c for c in CATEGORIES if code_list("category")[c].zh in title]
    given = {
        "court_code": court_code,
        "month": month or (f"{dated[1]}-{int(dated[2]):02d}" if dated else None),
        "category": spoken[0] if len(spoken) == 1 else None,
    }
    added = {name: value for name, value in given.items() if value and name not in there}
    options = sheet.options | {"header_row": row, "added": added, "width": len(header)}
    kind = _Completed if added else Sheet
    done = kind(table, sheet.kind, sheet.file, sheet.sheet, sheet.place, options)
    return replace(done, table=table)


def _answers(sheet, problems):
    """Read the sheet of measures: a question of the form, and what stands beside it."""
    asked = {
        w: code for lang in ("zh", "en") for code, w in labels("campaign_measure", lang).items()
    }
    found = []
    for _, cells in sheet.rows(problems):
        if cells and cells[0].strip() in asked:
            answer = next((c.strip() for c in cells[1:] if c.strip()), None)
            found.append({"item": asked[cells[0].strip()], "answer": answer})
    return found
