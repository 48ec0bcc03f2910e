"""Writing the invented record in the received format: Chinese headers, one file a table.

Takes stories and what surrounds them, cuts them at a day, gives rows; then files as CSV (UTF-8
with BOM), XLSX or Parquet. The same rows give the same bytes.
"""

import csv
import io
import re
import zipfile
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook

from audit_lib.record.sample.story import Story
from audit_lib.record.tables import code_list, find_table, load_events, load_tables

__all__ = ["Rows", "cut_cases", "write_rows"]

_EPOCH = date(1970, 1, 1).toordinal()
_SECONDS = 86400


class Rows:
    """The rows of every table, column by column in the order of the contract."""

    def __init__(self):
        self.columns = {
            name: {column: [] for column in table.columns} for name, table in load_tables().items()
        }

    def add(self, table: str, values: tuple) -> None:
        """Add one row; values stand in the order of the table's columns."""
        for column, value in zip(self.columns[table].values(), values, strict=True):
            column.append(value)

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return len(next(iter(self.columns[table].values())))


@lru_cache(maxsize=16)
def words_of(name: str) -> dict:
    """Return code → Chinese word of a closed list; nothing stays nothing."""
    return {code: entry.zh for code, entry in code_list(name).items()} | {None: None}


@lru_cache(maxsize=1)
def _event_words() -> dict:
    return {code: event.zh for code, event in load_events().items()}


def _keyed_at(keyed: int, day: int, place: int, number: int) -> int:
    """Return the second at which an entry was keyed in; late entries come in the evening."""
    if keyed > day:
        second = 19 * 3600 + 37 * number % 5400
    else:
        second = 8 * 3600 + 1800 + (place * 7919 + number * 3571 + day * 13) % 31000
    return (keyed - _EPOCH) * _SECONDS + second


def cut_cases(rows: Rows, stories: list[Story], day: int, truth=None, passive_on=None) -> dict:
    """Add the cases, parties and events that the record shows on a day.

    Returns the planted faults seen by then: list of (case_no, court_code, fault, visible, detail).
    """
    kinds, roles = words_of("party_kind"), words_of("role")
    results, assets = words_of("result"), words_of("asset_kind")
    manners, marks_of = words_of("closing_manner"), words_of("category")
    obligations, yes_no = words_of("obligation"), words_of("yes_no")
    names = _event_words()
    events = rows.columns["events"]
    (e_case, e_name, e_day, e_at, e_amount, e_asset, e_kind, e_until, e_party, e_result, e_doc,
     e_by, e_note) = (column.append for column in events.values())  # fmt: skip
    planted = []
    for s in sorted(stories, key=lambda s: (s.filed, s.index)):
        if s.filed > day:
            continue
        number = s.number
        closed = s.closed is not None and s.closed <= day
        marks = ";".join(marks_of[m] for m, since in s.marks or () if since <= day) or None
        assigned = s.handler_day is None or s.handler_day <= day
        rows.add("cases", (
            number, s.court_code, s.applied if s.kind != "执复" else None, s.filed, s.cause,
            s.basis, s.basis_day, obligations["conduct" if s.conduct else "money"],
            yes_no["yes" if s.non_litigation else "no"], s.claim, s.handler if assigned else None,
            s.team if assigned else None, s.closed if closed else None,
            manners[s.manner] if closed else None, s.parent.number if s.parent else None,
            s.ground if closed else None, s.note, marks,
        ))  # fmt: skip
        place = int(s.index * 100) % 100003
        for n, (role, name, kind) in enumerate(_people(s, day)):
            rows.add("parties", (number, roles[role], name, kinds[kind], _id_no(kind, place, n)))
        for n, e in enumerate(sorted(s.events, key=_first)):
            on, code, amount, asset, kind, until, party, result, doc, note, keyed = e
            if on > day or keyed > day:
                continue
            e_case(number)
            e_name(names[code])
            e_day(on)
            e_at(_keyed_at(keyed, on, place, n))
            e_amount(amount)
            e_asset(asset)
            e_kind(assets[kind])
            e_until(until)
            e_party(party)
            e_result(results.get(result, result))
            e_doc(doc.number if isinstance(doc, Story) else doc)
            e_by(s.handler)
            e_note(note)
        for fault, visible, detail in s.faults:
            if visible <= day:
                planted.append((number, s.court_code, fault, visible, detail))
        if truth is not None:
            slow = any(a <= day < b for a, b in s.slow) and not closed
            truth.append((number, int(passive_on(s, day)), int(slow)))
    return planted


def _first(event):
    return event[0]


def _people(s, day):
    yield "creditor", s.creditor, s.creditor_kind
    for name, kind in s.debtors:
        yield "debtor", name, kind
    for other in s.others:
        if other[4] <= day:
            yield other[0], other[1], other[2]


def _id_no(kind, place, n):
    """Return an identity number that cannot exist: region 000000, month 13, check X0."""
    if kind == "natural_person":
        return f"0000001900130{(place * 7 + n) % 10**4:04d}0"
    if kind == "legal_person":
        return f"00000000{(place * 11 + n) % 10**9:09d}0"
    return None


_DAYS = {"date": pa.date32(), "timestamp": pa.timestamp("us"), "yuan": pa.float64(),
         "integer": pa.int64(), "share": pa.float64()}  # fmt: skip


def _arrow(table: str, columns: dict) -> pa.Table:
    """Return a table with Chinese headers and real types."""
    spec = find_table(table).columns
    arrays, names = [], []
    for name, values in columns.items():
        kind = spec[name].type
        if kind == "date":
            array = pa.array([v and v - _EPOCH for v in values], pa.int32()).cast(pa.date32())
        elif kind == "timestamp":
            array = pa.array([v and v * 1_000_000 for v in values], pa.int64()).cast(
                pa.timestamp("us")
            )
        else:
            array = pa.array(values, _DAYS.get(kind, pa.string()))
        arrays.append(array)
        names.append(spec[name].zh)
    return pa.Table.from_arrays(arrays, names=names)


def _plain(kind: str):
    """Return how a cell of one type is written in text, and as a spreadsheet's value."""
    if kind == "date":
        return lambda v: "" if v is None else date.fromordinal(v).isoformat()
    if kind == "timestamp":
        zero = datetime(1970, 1, 1)
        return lambda v: "" if v is None else str(zero + timedelta(seconds=v))
    if kind == "yuan":
        return lambda v: "" if v is None else f"{v:.2f}"
    return lambda v: "" if v is None else str(v)


def write_rows(rows: Rows, folder: Path, form: str, tables=None) -> None:
    """Write the tables into a folder, one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables or rows.columns:
        columns = rows.columns[table]
        if form == "parquet":
            pq.write_table(_arrow(table, columns), folder / f"{table}.parquet", compression="zstd")
            continue
        spec = find_table(table).columns
        texts = [
            [plain(v) for v in values]
            for plain, values in ((_plain(spec[n].type), v) for n, v in columns.items())
        ]
        header = [spec[name].zh for name in columns]
        lines = zip(*texts, strict=True) if texts else ()
        if form == "csv":
            write_csv(folder / f"{table}.csv", header, lines)
        else:
            _write_xlsx(folder / f"{table}.xlsx", find_table(table).zh, header, lines)


def write_csv(path: Path, header, lines) -> None:
    """Write one CSV file, UTF-8 with BOM, so that Excel shows Chinese."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)


def _write_xlsx(path: Path, title: str, header, lines) -> None:
    """Write one workbook whose bytes repeat: its times are fixed."""
    book = Workbook(write_only=True)
    fixed = datetime(2016, 12, 28)
    book.properties.created = book.properties.modified = fixed
    sheet = book.create_sheet(title)
    sheet.append(header)
    for line in lines:
        sheet.append([value or None for value in line])
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as given, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in given.namelist():
            content = given.read(name)
            if name == "docProps/core.xml":
                content = _fixed_times(content)
            out.writestr(
                zipfile.ZipInfo(name, (2016, 12, 28, 0, 0, 0)), content, zipfile.ZIP_DEFLATED
            )


def _fixed_times(content: bytes) -> bytes:
    return re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2016-12-28T00:00:00Z", content)
