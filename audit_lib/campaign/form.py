"""The form of a monthly return that a court fills in, its open cases already listed.

Takes the spans of the categories, writes an ``.xlsx`` workbook of three sheets: counts, open
cases, what was done. What is known is locked, what is asked for is open; days, counts and
categories are held to their kind by the spreadsheet itself. It is read back by
:func:`audit_lib.campaign.read_return_workbook`.
"""

import datetime
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from audit_lib.campaign.calendar import month_of
from audit_lib.campaign.settings import CATEGORIES, load_campaign
from audit_lib.errors import CannotWrite, UnknownCode, say
from audit_lib.labels import Lang, label, labels
from audit_lib.record.tables import code_list, load_tables

__all__ = ["ITEM", "RETURN", "write_return_form", "write_return_forms"]

RETURN = ["court_code", "month", "category", "closed_count", "open_count", "submitted_on"]
ITEM = ["court_code", "month", "category", "case_no", "reason", "plan", "promised_on"]
ASKED = {"closed_count", "open_count", "submitted_on", "reason", "plan", "promised_on"}
WIDTHS = {"case_no": 26, "reason": 48, "plan": 48}
FIRST_ROW = 4  # below title, guidance and header
SPARE_ROWS = 200  # for cases that the list lacks
LINE = Side(style="thin", color="808080")
EDGES = Border(LINE, LINE, LINE, LINE)
NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
KNOWN = PatternFill("solid", fgColor="EDEDED")


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
        raise CannotWrite(
            say("form_ending", "`{name}` is no name of a form.\nGive a name ending in .xlsx.",
                name=path.name)
        )  # fmt: skip
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
            raise CannotWrite(
                say("text_too_long", "A text of {count} characters does not fit in a cell.",
                    count=len(text))
            )  # fmt: skip
        cell.value = text
        cell.data_type, cell.quotePrefix = "s", True
        cell.number_format = "@"
    else:
        cell.value = int(value)
    cell.alignment = Alignment(wrap_text=wrap, vertical="top")


def _write_sheet(book, table, columns, frame, title, lang):
    sheet = book.create_sheet(load_tables()[table].zh if lang == "zh" else table)
    _title(sheet, title, label("campaign_form", f"{table}_guide", lang), len(columns))
    wording = code_list("category")
    for number, column in enumerate(columns, 1):
        cell = sheet.cell(FIRST_ROW - 1, number, _heading(column, table, lang))
        cell.font, cell.border = Font(bold=True), EDGES
        cell.fill = PatternFill("solid", fgColor="D9D9D9")
        cell.alignment = Alignment(horizontal="center")
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(column, 16)
    rows = frame.reindex(columns=columns)
    for row, values in enumerate(rows.itertuples(index=False), FIRST_ROW):
        for number, (column, value) in enumerate(zip(columns, values, strict=True), 1):
            if column == "category" and lang == "zh" and value in wording:
                value = wording[value].zh
            cell = sheet.cell(row, number)
            _put(cell, value, wrap=column in ("reason", "plan"))
            _dress(cell, column, open_=column in ASKED)
    last = FIRST_ROW + len(rows) - 1
    if table == "return_items":
        for row in range(last + 1, last + 1 + SPARE_ROWS):
            for number, column in enumerate(columns, 1):
                _dress(sheet.cell(row, number), column, open_=True)
        last += SPARE_ROWS
    _validate(sheet, columns, wording, FIRST_ROW, max(last, FIRST_ROW), lang)
    sheet.freeze_panes = sheet.cell(FIRST_ROW, columns.index("category") + 2)
    header = FIRST_ROW - 1
    sheet.auto_filter.ref = f"A{header}:{get_column_letter(len(columns))}{max(last, FIRST_ROW)}"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{header}:{header}"
    _protect(sheet)


def _dress(cell, column, open_):
    """Give a cell its border, its kind, and whether it may be written in."""
    cell.border, cell.protection = EDGES, Protection(locked=not open_)
    if not open_:
        cell.fill = KNOWN
    if column.endswith("_on"):
        cell.number_format = "yyyy-mm-dd"
    elif column.endswith("_count"):
        cell.number_format = "0"
    else:
        cell.number_format = "@"
    if column in ("reason", "plan"):
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _protect(sheet):
    """Lock what is known; without a password, so that nobody is shut out of his own form."""
    sheet.protection.sheet = True
    for allowed in ("formatColumns", "formatRows", "autoFilter", "sort", "insertRows"):
        setattr(sheet.protection, allowed, False)  # False means: not forbidden


def _title(sheet, title, guide, width):
    for row, text, font in ((1, title, Font(bold=True, size=14)), (2, guide, Font(size=10))):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
        cell = sheet.cell(row, 1, text)
        cell.data_type, cell.font = "s", font
        cell.alignment = Alignment(
            horizontal="center" if row == 1 else "left", vertical="center", wrap_text=True
        )
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height = 24, 34


def _validate(sheet, columns, wording, first, last, lang):
    """Let the spreadsheet itself refuse what could not be read."""
    names = [wording[c].zh if lang == "zh" else c for c in CATEGORIES]
    count = {"type": "whole", "operator": "greaterThanOrEqual", "formula1": "0"}
    day = {"type": "date", "operator": "greaterThan", "formula1": "36526"}
    kinds = {
        "category": ("choose", {"type": "list", "formula1": '"' + ",".join(names) + '"'}),
        "closed_count": ("count", count), "open_count": ("count", count),
        "submitted_on": ("day", day), "promised_on": ("day", day),
    }  # fmt: skip
    for number, column in enumerate(columns, 1):
        if column not in kinds:
            continue
        name, kind = kinds[column]
        rule, letter = DataValidation(**kind, allow_blank=True), get_column_letter(number)
        rule.showErrorMessage = rule.showInputMessage = True
        rule.error = rule.prompt = label("campaign_form", name, lang)
        rule.errorTitle = rule.promptTitle = _heading(
            column, "returns" if column in RETURN else "return_items", lang
        )
        sheet.add_data_validation(rule)
        rule.add(f"{letter}{first}:{letter}{last}")


def _write_measures(book, title, lang):
    sheet = book.create_sheet(label("campaign_form", "measures_sheet", lang))
    _title(sheet, title, label("campaign_form", "measures_guide", lang), 2)
    for row, text in enumerate(labels("campaign_measure", lang).values(), FIRST_ROW - 1):
        question, answer = sheet.cell(row, 1), sheet.cell(row, 2)
        _put(question, text, wrap=True)
        question.border, question.fill = EDGES, KNOWN
        answer.border, answer.protection = EDGES, Protection(locked=False)
        answer.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 30, 80
    _protect(sheet)


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
        raise CannotWrite.from_error(path, error) from None


def write_return_forms(
    folder: str | Path,
    courts: pd.DataFrame,
    spans: pd.DataFrame,
    as_of: datetime.date,
    month: str | None = None,
    only: Iterable[str] = (),
    lang: Lang = "zh",
) -> list[Path]:
    """Write the form of one month for each court that must report.

    Parameters
    ----------
    folder : where the forms go; made if it is not there
    courts : DataFrame, one row a court, as in a snapshot
    spans : output of ``read_spans`` for that day
    as_of : date; its month is the month of the form where none is given
    month : ``2016-12``, or None
    only : court codes; empty for all courts of the levels ``returns.due_from``
    lang : language of titles and headers

    Returns
    -------
    list of Path, one ``<month>_<court code>_<court name>.xlsx`` a court

    Raises
    ------
    UnknownCode
        `only` names a court that is not in `courts`, or `month` is no month of the campaign.
    """
    settings = load_campaign().returns
    month = month or month_of(as_of)
    known = [str(m) for m in pd.period_range(settings.first_month, settings.last_month, freq="M")]
    if month not in known:
        raise UnknownCode.from_value(say("what_month", "month of the campaign"), month, known)
    for code in only:
        if code not in set(courts["court_code"]):
            what = say("what_court_of_snapshot", "court of this snapshot")
            raise UnknownCode.from_value(what, code, list(courts["court_code"]))
    due = courts["level"].isin(settings.due_from) | courts["level"].isna()
    chosen = courts[courts["court_code"].isin(only)] if only else courts[due]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for court in chosen.sort_values("court_code").itertuples():
        name = NOT_IN_NAMES.sub("", f"{month}_{court.court_code}_{court.court_name}")
        path = folder / f"{name}.xlsx"
        written.append(
            write_return_form(path, court.court_code, court.court_name, month, spans, lang=lang)
        )
    return written
