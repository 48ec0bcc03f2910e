"""Sheets in batches of rows under our column names, with the place of each row.

Finds the header below title lines; names titles, totals, repeated headers, empty rows, unknown
and missing columns as problems. The cells are still what the source wrote.
"""

from collections.abc import Iterator
from itertools import chain, islice, pairwise, zip_longest

import numpy as np
import pandas as pd

from audit_lib.record.headers import match_headers, plain_name
from audit_lib.record.settings import load_ingest_parameters
from audit_lib.record.tables import load_tables
from audit_lib.record.textfiles import BrokenLine, CutLine

__all__ = ["Balance", "find_header", "read_batches"]

_BATCH = 100_000


class Balance:
    """Counts the rows read and refused of each table, and the columns that sources had."""

    def __init__(self):
        self.read = dict.fromkeys(load_tables(), 0)
        self.refused = dict.fromkeys(load_tables(), 0)
        self.given: dict[str, set[str]] = {table: set() for table in load_tables()}


def read_batches(sheet, problems, balance) -> Iterator[pd.DataFrame]:
    """Yield the rows of one sheet, 100,000 or so at a time.

    Yields
    ------
    DataFrame, one row a row of the source
        The columns of the contract that the source has, and ``source_file``, ``source_sheet``,
        ``source_row``; ``attrs["table"]`` and ``attrs["epoch_1904"]``.
    """
    if sheet.kind in ("parquet", "database"):
        yield from _from_frames(sheet, problems, balance)
    else:
        yield from _from_rows(sheet, problems, balance)


def _blank(cells) -> bool:
    return not any(cell.strip() for cell in cells)


def _from_rows(sheet, problems, balance):
    rows = sheet.rows(problems)
    header_row, header, titles, first = find_header(sheet, rows, problems)
    if header is None:
        return
    for number, text in titles:
        problems.add_file("title_row", table=sheet.table, file=sheet.file, sheet=sheet.sheet,
                          row=number, value=text, became="kept")  # fmt: skip
    columns, usable = _name_columns(sheet, header, header_row, problems, balance)
    plain_header = [plain_name(cell) for cell in header]
    rows = chain(first, rows)
    last_filled = header_row
    while chunk := list(islice(rows, _BATCH)):
        chunk, last_filled = _drop_blank(sheet, chunk, last_filled, problems)
        if not chunk:
            continue
        balance.read[sheet.table] += len(chunk)
        yield from _frame(sheet, chunk, header, plain_header, columns, usable, problems, balance)


def find_header(sheet, rows, problems):
    """Return the header row, its cells, the titles above it, and the rows read past it."""
    within = load_ingest_parameters().limits.header_within
    seen = []
    for number, cells in rows:
        if not _blank(cells):
            seen.append((number, cells))
        if len(seen) > within:
            break
    if not seen:
        return 0, None, [], []
    cells = [row for _, row in seen]
    headers = [(i, i, row) for i, row in enumerate(cells)]
    # Merged cells leave a header of two rows: a group above its columns, a blank below a name.
    headers += [(i, i + 1, _joined_header(*pair)) for i, pair in enumerate(pairwise(cells))]
    begins, ends, header = max(
        headers, key=lambda at: (_matched(sheet, at[2]), at[0] == at[1], -at[0])
    )
    titles = [(n, _first_filled(row)) for n, row in seen[:begins]]
    while header and not header[-1].strip():
        header = header[:-1]
    if ends > begins:
        problems.add_file("two_line_header", table=sheet.table, file=sheet.file, sheet=sheet.sheet,
                          row=seen[begins][0], value=_first_filled(cells[begins]),
                          became="kept")  # fmt: skip
    return seen[ends][0], header, titles, seen[ends + 1 :]


def _first_filled(cells) -> str:
    return next(cell.strip() for cell in cells if cell.strip())


def _matched(sheet, cells) -> int:
    return len(set(match_headers(sheet.table, cells).values()))


def _joined_header(above, below) -> list[str]:
    """Return one header of two rows: the lower cell, or the upper where the lower is blank."""
    return [low if low.strip() else high for high, low in zip_longest(above, below, fillvalue="")]


def _name_columns(sheet, header, row, problems, balance):
    """Match the header; return position → column, and whether the table can be used."""
    table = load_tables()[sheet.table]
    place = {"table": sheet.table, "file": sheet.file, "sheet": sheet.sheet, "row": row}
    columns: dict[int, str] = {}
    matched = match_headers(sheet.table, header)
    for position, name in enumerate(header):
        column = matched.get(position)
        if column is None:
            if str(name).strip():
                problems.add_file("unknown_column", **place, column=str(name).strip(),
                                  became="kept")  # fmt: skip
        elif column in columns.values():
            problems.add_file("repeated_column", **place, column=column, value=str(name).strip(),
                              became="kept")  # fmt: skip
        else:
            columns[position] = column
    missing = [name for name in table.required if name not in columns.values()]
    for column in missing:
        shown = "、".join(str(name).strip() for name in header if str(name).strip())
        problems.add_file("missing_column", **place, column=column, value=shown)
    balance.given[sheet.table] |= set(columns.values())
    return columns, not missing


def _drop_blank(sheet, chunk, last_filled, problems):
    """Leave out blank rows; name a run of them only where data follow."""
    kept = []
    for number, cells in chunk:
        if any(cells) and not _blank(cells):
            if number > last_filled + 1 and last_filled:
                problems.add_file("empty_row", table=sheet.table, file=sheet.file,
                                  sheet=sheet.sheet, row=last_filled + 1,
                                  value=number - last_filled - 1, became="kept")  # fmt: skip
            last_filled = number
            kept.append((number, cells))
    return kept, last_filled


def _frame(sheet, chunk, header, plain_header, columns, usable, problems, balance):
    width, first = len(header), header[0].strip()
    numbers = np.array([number for number, _ in chunk], dtype="int64")
    cut = _empty_half_cell(sheet, chunk[-1][1], columns)
    broken = [i for i, (_, cells) in enumerate(chunk) if isinstance(cells, BrokenLine)]
    longer = [i for i, (_, c) in enumerate(chunk) if len(c) > width and not _blank(c[width:])]
    again = [
        i
        for i, (_, cells) in enumerate(chunk)
        if cells[0].strip() == first
        and [plain_name(c) for c in cells[:width]] == plain_header[: len(cells)]
    ]
    required = [p for p, name in columns.items() if name in load_tables()[sheet.table].required]
    totals = {plain_name(word) for word in load_ingest_parameters().totals}
    sums = [
        i
        for i, (_, cells) in enumerate(chunk)
        if any(p >= len(cells) or not cells[p].strip() for p in required)
        and plain_name(next((c for c in cells if c.strip()), "")) in totals
    ]
    data = {
        name: pd.Series([c[p] if p < len(c) else "" for _, c in chunk], dtype="str")
        for p, name in columns.items()
    }
    frame = _with_place(pd.DataFrame(data, index=range(len(chunk))), sheet, numbers)
    dropped = np.zeros(len(chunk), dtype=bool)
    faults = [("broken_quotes", broken), ("repeated_header", again), ("totals_row", sums),
              ("too_many_cells", longer)]  # fmt: skip
    for reason, where in faults:
        where = [i for i in where if not dropped[i]]
        values = [_shown(chunk[i][1], columns) for i in where]
        problems.add_rows(reason, frame, where, values=values)
        dropped[where] = True
    if cut is not None:
        problems.add_rows("cut_off", frame, [len(chunk) - 1], *cut, "kept")
    if not usable:
        problems.add_rows("unusable_table", frame, np.flatnonzero(~dropped))
        dropped[:] = True
    balance.refused[sheet.table] += int(dropped.sum())
    if not dropped.all():
        attrs = frame.attrs
        frame = frame[~dropped].reset_index(drop=True)
        frame.attrs = attrs
        yield frame


def _shown(cells, columns) -> str | None:
    """Return the cell by which a person finds a row; never one that may be a personal number."""
    if "id_no" in columns.values():
        return cells[0] if columns.get(0) not in ("id_no", None) else None
    return next((cell for cell in cells if cell.strip()), None)


def _empty_half_cell(sheet, cells, columns):
    """Empty the last cell of a line that was cut off, unless a row must have it.

    Returns
    -------
    (column, values) as a problem shows them, or None where the line is whole
    """
    if not isinstance(cells, CutLine):
        return None
    place = len(cells) - 1
    name, value = columns.get(place), cells[place]
    if name is not None and name not in load_tables()[sheet.table].required:
        cells[place] = ""
    return name, [value]


def _with_place(frame, sheet, numbers) -> pd.DataFrame:
    frame["source_file"] = pd.Series(sheet.file, index=frame.index, dtype="str")
    frame["source_sheet"] = pd.Series(sheet.sheet, index=frame.index, dtype="str")
    frame["source_row"] = numbers
    frame.attrs = {"table": sheet.table, "epoch_1904": sheet.options.get("epoch_1904", False)}
    return frame


def _from_frames(sheet, problems, balance):
    columns = None
    for frame, first in sheet.frames(problems):
        if columns is None:
            columns, usable = _name_columns(sheet, list(frame.columns), 1, problems, balance)
        numbers = np.arange(first, first + len(frame), dtype="int64")
        frame = frame.iloc[:, list(columns)].set_axis(list(columns.values()), axis=1)
        frame = _with_place(frame.reset_index(drop=True), sheet, numbers)
        if not len(frame):
            continue
        balance.read[sheet.table] += len(frame)
        if usable:
            yield frame
        else:
            problems.add_rows("unusable_table", frame, np.arange(len(frame)))
            balance.refused[sheet.table] += len(frame)
