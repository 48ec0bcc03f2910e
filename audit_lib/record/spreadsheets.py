"""Workbooks: XLSX by openpyxl, XLS by xlrd, row by row and within bounded memory.

Cells arrive as text: a date as ``2016-12-28 00:00:00``, a number without an exponent, a formula
with a mark that the reading of cells refuses.
"""

import re
import struct
import zipfile
from pathlib import Path
from xml.etree.ElementTree import ParseError

import openpyxl
import xlrd
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.exceptions import InvalidFileException

from audit_lib.record.cells import FORMULA, value_text
from audit_lib.record.settings import load_ingest_parameters

__all__ = ["list_sheets", "read_xls_rows", "read_xlsx_rows"]

# What a damaged workbook makes the two libraries raise.
_DAMAGED = (
    zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, AttributeError,
    IndexError, EOFError, OSError, ParseError, SyntaxError, NotImplementedError, AssertionError,
    RuntimeError, ArithmeticError, MemoryError, struct.error, xlrd.XLRDError,
    xlrd.compdoc.CompDocError,
)  # fmt: skip
try:
    from lxml.etree import LxmlError

    _DAMAGED = (*_DAMAGED, LxmlError)
except ImportError:  # openpyxl then reads with the standard library
    pass
try:
    from zlib import error as _zlib_error

    _DAMAGED = (*_DAMAGED, _zlib_error)
except ImportError:
    pass


def _too_large(path: Path) -> str | None:
    """Say why a workbook would unpack to too much, or None; nothing is unpacked for it."""
    limits = load_ingest_parameters().limits
    with zipfile.ZipFile(path) as packed:
        parts = packed.infolist()
        whole = sum(part.file_size for part in parts)
        if whole > limits.largest_unpacked_bytes:
            return f"{whole} bytes"
        for part in parts:
            ratio = part.file_size / max(part.compress_size, 1)
            if part.file_size > 10_000_000 and ratio > limits.largest_unpack_ratio:
                return f"{part.filename}: {part.file_size} bytes from {part.compress_size}"
        if len(parts) > 10_000:
            return f"{len(parts)} parts"
    return None


def _has_entities(path: Path) -> bool:
    """Say whether a part declares entities, which no workbook of an office program does."""
    with zipfile.ZipFile(path) as packed:
        for part in packed.infolist():
            if part.filename.endswith((".xml", ".rels")):
                with packed.open(part) as file:
                    if re.search(rb"<!(DOCTYPE|ENTITY)", file.read(4096)):
                        return True
    return False


def list_sheets(path: Path, name: str, real: str, problems):
    """Return (title, hidden, filled) of each sheet, or None where the workbook cannot be read."""
    try:
        if real == ".xls":
            with xlrd.open_workbook(str(path), on_demand=True, logfile=open_nothing()) as book:
                found = []
                for title in book.sheet_names():
                    sheet = book.sheet_by_name(title)
                    found.append((title, sheet.visibility != 0, sheet.nrows > 0))
                    book.unload_sheet(title)
                return found
        reason = _too_large(path)
        if reason is not None:
            problems.add_file("too_large", file=name, value=reason)
            return None
        if _has_entities(path):
            problems.add_file("unreadable_file", file=name, value="DOCTYPE")
            return None
        book = openpyxl.load_workbook(path, read_only=True, data_only=False)
        try:
            return [
                (sheet.title, sheet.sheet_state != "visible", _is_filled(sheet))
                for sheet in book.worksheets
            ]
        finally:
            book.close()
    except _DAMAGED as error:
        problems.add_file("unreadable_file", file=name, value=f"{type(error).__name__}: {error}")
        return None


class _Nothing:
    def write(self, _text):
        """Take xlrd's remarks, which are not for our readers."""


def open_nothing():
    """Return a file that forgets what is written to it."""
    return _Nothing()


def _is_filled(sheet) -> bool:
    for row in sheet.iter_rows(values_only=True):
        if any(value not in (None, "") for value in row):
            return True
    return False


def _cell_text(value) -> str:
    return value_text(value) or ""


def read_xlsx_rows(sheet, problems):
    """Yield (row number, cells) of one sheet of an XLSX workbook."""
    number = 0
    try:
        book = openpyxl.load_workbook(sheet.place, read_only=True, data_only=False)
        try:
            sheet.options["epoch_1904"] = book.epoch == CALENDAR_MAC_1904
            worksheet = book[sheet.sheet]
            # The stored size of a sheet is often wrong; the rows themselves are read.
            worksheet.reset_dimensions()
            for number, row in enumerate(worksheet.iter_rows(), start=1):
                yield (
                    number,
                    [
                        FORMULA + str(cell.value)
                        if cell.data_type == "f"
                        else _cell_text(cell.value)
                        for cell in row
                    ],
                )
        finally:
            book.close()
    except _DAMAGED as error:
        problems.add_file(
            "unreadable_file", table=sheet.table, file=sheet.file, sheet=sheet.sheet,
            row=number + 1, value=f"{type(error).__name__}: {error}",
        )  # fmt: skip


def read_xls_rows(sheet, problems):
    """Yield (row number, cells) of one sheet of an XLS workbook.

    The format keeps the last result of a formula and xlrd gives only that, so a formula cannot be
    told from a value here.
    """
    number = -1
    try:
        with xlrd.open_workbook(
            str(sheet.place), on_demand=True, logfile=open_nothing()
        ) as book:  # fmt: skip
            sheet.options["epoch_1904"] = bool(book.datemode)
            worksheet = book.sheet_by_name(sheet.sheet)
            for number in range(worksheet.nrows):
                yield number + 1, [_xls_text(cell, book) for cell in worksheet.row(number)]
    except _DAMAGED as error:
        problems.add_file(
            "unreadable_file", table=sheet.table, file=sheet.file, sheet=sheet.sheet,
            row=number + 2, value=f"{type(error).__name__}: {error}",
        )  # fmt: skip


def _xls_text(cell, book) -> str:
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _cell_text(xlrd.xldate_as_datetime(cell.value, book.datemode))
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return _cell_text(bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#VALUE!")
    return _cell_text(cell.value if cell.ctype else None)
