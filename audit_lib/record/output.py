"""Tables for people: CSV, XLSX or Parquet by the name's ending, whole or not at all.

Text that a spreadsheet would take for a formula is made harmless; the same table gives the same
bytes.
"""

import csv
import os
import re
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

import pandas as pd

from audit_lib.errors import CannotWrite, say

__all__ = ["neutral_text", "write_table"]

_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LONGEST_CELL = 32_767
_LONGEST_SHEET = 1_048_575
_FIXED = datetime(2000, 1, 1)


def neutral_text(text: str) -> str:
    """Make a text that a spreadsheet would run as a formula into plain text.

    Examples
    --------
    >>> neutral_text("=HYPERLINK(1)"), neutral_text("普通文字")
    ("'=HYPERLINK(1)", '普通文字')
    """
    text = _ILLEGAL.sub("", text)
    if text.lstrip(" \n\u3000").startswith(_STARTS):
        return "'" + text
    return text


def write_table(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write one table, beside its place first, then renamed into it.

    Parameters
    ----------
    frame : DataFrame
        Its index is not written. Days are written as days, moments as moments.
    path : name ending in ``.csv`` (UTF-8 with BOM), ``.xlsx`` or ``.parquet``

    Raises
    ------
    CannotWrite
        Another ending, a folder that cannot be written, a full disk, or a table too long for a
        sheet. Nothing half-written is left.
    """
    path = Path(path)
    writers = {".csv": _write_csv, ".xlsx": _write_xlsx, ".parquet": _write_parquet}
    write = writers.get(path.suffix.lower())
    if write is None:
        raise CannotWrite(
            say("table_ending", "`{name}` must end in .csv, .xlsx or .parquet.", name=path.name)
        )
    if path.is_dir():
        raise CannotWrite(say("is_folder", "`{path}` is a folder.", path=path))
    beside = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{path.name}.", suffix=f".tmp{path.suffix}", dir=path.parent
        )
        os.close(handle)
        beside = Path(name)
        write(frame.reset_index(drop=True), beside)
        beside.chmod(0o644)
        os.replace(beside, path)
    except OSError as error:
        raise CannotWrite.from_error(path, error) from None
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)
    return path


def _is_day(values: pd.Series) -> bool:
    known = values.dropna()
    return bool((known == known.dt.normalize()).all())


def _cells(frame: pd.DataFrame, days) -> list[list]:
    """Return the columns as lists of plain values, with None where nothing is known."""
    columns = []
    for name in frame.columns:
        values = frame[name]
        if values.dtype.kind == "M":
            columns.append(days(values))
        else:
            items = values.astype(object).where(values.notna(), None).tolist()
            columns.append([neutral_text(v) if isinstance(v, str) else v for v in items])
    return columns


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    def days(values):
        form = "%Y-%m-%d" if _is_day(values) else "%Y-%m-%d %H:%M:%S"
        return values.dt.strftime(form).astype(object).where(values.notna(), None).tolist()

    columns = _cells(frame, days)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([neutral_text(str(name)) for name in frame.columns])
        writer.writerows(zip(*columns, strict=True))


def _write_xlsx(frame: pd.DataFrame, path: Path) -> None:
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    if len(frame) > _LONGEST_SHEET:
        raise CannotWrite(
            say("sheet_too_long", "{rows} rows do not fit into one sheet of XLSX ({most}).\n"
                "Name a .csv or .parquet file instead.", rows=len(frame), most=_LONGEST_SHEET)
        )  # fmt: skip

    def days(values):
        only_day = _is_day(values)
        found = values.astype(object).where(values.notna(), None).tolist()
        return [
            None if v is None else v.to_pydatetime().date() if only_day else v.to_pydatetime()
            for v in found
        ]

    columns = _cells(frame, days)
    book = openpyxl.Workbook(write_only=True)
    book.properties.created = book.properties.modified = _FIXED
    book.properties.creator = ""
    sheet = book.create_sheet("table")
    sheet.freeze_panes = "A2"
    for position, (name, values) in enumerate(zip(frame.columns, columns, strict=True), start=1):
        longest = max([len(str(name)) * 1.6, *(_width(v) for v in values[:200])])
        sheet.column_dimensions[get_column_letter(position)].width = min(max(longest + 2, 8), 60)
    if len(frame.columns):
        last = get_column_letter(len(frame.columns))
        sheet.auto_filter.ref = f"A1:{last}{len(frame) + 1}"
    header = []
    for name in frame.columns:
        cell = WriteOnlyCell(sheet, neutral_text(str(name)))
        cell.font = Font(bold=True)
        header.append(cell)
    sheet.append(header)
    for row in zip(*columns, strict=True):
        sheet.append([_xlsx_cell(sheet, WriteOnlyCell, value) for value in row])
    book.save(path)
    _fix_times(path)


def _width(value) -> float:
    text = "" if value is None else str(value).split("\n")[0]
    return sum(1.9 if ord(c) > 0x2E80 else 1.1 for c in text[:60])


def _xlsx_cell(sheet, cell_type, value):
    """Return one cell; text is marked as text, whatever it looks like."""
    if isinstance(value, str):
        cell = cell_type(sheet, value[:_LONGEST_CELL])
        cell.data_type = "s"
        return cell
    if hasattr(value, "item"):
        return value.item()
    return value


def _fix_times(path: Path) -> None:
    """Pack a workbook again with fixed times, so that the same table gives the same bytes."""
    again = path.with_name(path.name + ".again")
    try:
        with (
            zipfile.ZipFile(path) as old,
            zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new,
        ):
            for name in sorted(old.namelist()):
                data = old.read(name)
                if name == "docProps/core.xml":
                    data = re.sub(
                        rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", data
                    )
                entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                new.writestr(entry, data)
        os.replace(again, path)
    finally:
        again.unlink(missing_ok=True)


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, engine="pyarrow", index=False, compression="zstd")
