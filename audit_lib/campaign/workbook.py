"""The monthly workbook: the form that a court fills in, and reading what courts send.

Writes an ``.xlsx`` with the open cases already listed; reads such a form, or a court's own
workbook, through the record room's reading of sheets, cell by cell: what cannot be used is a
row of ``problems``, never a guess.
"""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from audit_lib.campaign.form import ITEM, RETURN
from audit_lib.campaign.settings import CATEGORIES
from audit_lib.errors import UnreadableSource, say
from audit_lib.labels import labels
from audit_lib.record.batches import Balance, read_batches
from audit_lib.record.convert import convert_batch
from audit_lib.record.headers import match_headers
from audit_lib.record.problems import Problems
from audit_lib.record.sources import Sheet
from audit_lib.record.spreadsheets import list_sheets
from audit_lib.record.tables import code_list, load_tables

__all__ = ["ReturnBook", "read_return_workbook", "read_return_workbooks"]

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


class _Completed(Sheet):
    """A court's own sheet, completed by what its title or its sender says of every row."""

    def rows(self, problems):
        """Yield the rows with the missing columns added behind and the known blanks filled."""
        found, added = self.options["header_row"], self.options["added"]
        width, filled = self.options["width"], self.options["filled"]
        for number, cells in super().rows(problems):
            if number == found:
                yield number, [*cells[:width], *added]
            elif number > found and any(cell.strip() for cell in cells):
                wide = [*cells, *[""] * (width - len(cells))][:width]
                wide = [c if c.strip() else filled.get(n, c) for n, c in enumerate(wide)]
                yield number, [*wide, *added.values()]
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
        raise UnreadableSource(say("no_file", "`{path}` does not exist or is no file.", path=path))
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
            say("no_return_sheet", "`{name}` holds no sheet of counts or of open cases.{first}\n"
                "Expected the headers of the form, in Chinese or English.", name=path.name,
                first=first)
        )  # fmt: skip
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
    columns = match_headers(table, header)
    there = set(columns.values())
    title = " ".join([*above, sheet.sheet])
    dated = TITLE_MONTH.search(title)
    spoken = [c for c in CATEGORIES if code_list("category")[c].zh in title]
    given = {
        "court_code": court_code or _only_value(sheet, row, columns, "court_code"),
        "month": month or (f"{dated[1]}-{int(dated[2]):02d}" if dated else None),
        "category": spoken[0] if len(spoken) == 1 else None,
    }
    added = {name: value for name, value in given.items() if value and name not in there}
    # In a row that a clerk added, whose form it is and of which month may be left out.
    filled = {n: given[c] for n, c in columns.items() if c in ("court_code", "month") and given[c]}
    options = sheet.options | {
        "header_row": row, "added": added, "filled": filled, "width": len(header),
    }  # fmt: skip
    kind = _Completed if added or filled else Sheet
    done = kind(table, sheet.kind, sheet.file, sheet.sheet, sheet.place, options)
    return replace(done, table=table)


def _only_value(sheet, header_row, columns, wanted) -> str | None:
    """Return the one value that stands in a column, or None where there are several."""
    place = next((n for n, column in columns.items() if column == wanted), None)
    if place is None:
        return None
    cells = (cells for number, cells in sheet.rows(Problems()) if number > header_row)
    values = {c[place].strip() for c in cells if len(c) > place} - {""}
    return values.pop() if len(values) == 1 else None


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


def read_return_workbooks(
    paths: Iterable[str | Path],
    day: datetime.date,
    court_code: str | None = None,
    month: str | None = None,
) -> dict[str, pd.DataFrame]:
    """Read several workbooks into the tables of the received record.

    Returns
    -------
    dict
        ``returns`` and ``return_items`` as ``ingest`` takes them; ``measures``: what the courts
        say that they did, one row a workbook and question; ``return_problems``: each cell that
        could not be used, with file, sheet and row. Of two workbooks for one month both stand
        there: the check shows them as two returns.

    Raises
    ------
    UnreadableSource
        One of them is no workbook of returns.
    """
    parts = {"returns": [], "return_items": [], "measures": [], "return_problems": []}
    for path in paths:
        book = read_return_workbook(path, day, court_code, month)
        parts["returns"].append(book.returns.reindex(columns=RETURN))
        parts["return_items"].append(book.items.reindex(columns=ITEM))
        parts["measures"].append(book.measures.assign(file=Path(path).name))
        parts["return_problems"].append(book.problems)
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}
