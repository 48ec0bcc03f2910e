"""What a source holds: which files and sheets are which table, and which are none.

Takes folders, files and database addresses; gives :class:`Sheet` objects that can be read in
batches. What cannot be read or is no table becomes a row of ``problems``; nothing here raises
because of what a file contains.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from audit_lib.errors import UnreadableSource, say
from audit_lib.record.headers import match_table
from audit_lib.record.problems import Problems
from audit_lib.record.settings import load_ingest_parameters
from audit_lib.record.spreadsheets import list_sheets, read_xls_rows, read_xlsx_rows
from audit_lib.record.textfiles import read_csv_rows, sniff_text

__all__ = ["Sheet", "find_sheets", "is_database"]

_MAGIC = {b"PK\x03\x04": ".xlsx", b"\xd0\xcf\x11\xe0": ".xls", b"PAR1": ".parquet"}
_ENDINGS = {".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".parquet", ".pq"}


@dataclass
class Sheet:
    """One table of one source: a file, a sheet of a workbook, or a table of a database.

    ``kind`` is csv, xlsx, xls, parquet or database; ``file`` is what ``source_file`` will say;
    ``table`` is one of ours, or "" where the name says nothing; ``folder`` is that of the file
    within its source.
    """

    table: str
    kind: str
    file: str
    sheet: str | None
    place: object
    options: dict = field(default_factory=dict)
    folder: str = ""

    def rows(self, problems: Problems) -> Iterator[tuple[int, list]]:
        """Yield (row number, cells) of a text file or spreadsheet."""
        if self.kind == "csv":
            return read_csv_rows(self, problems)
        if self.kind == "xlsx":
            return read_xlsx_rows(self, problems)
        return read_xls_rows(self, problems)

    def frames(self, problems: Problems) -> Iterator[tuple[pd.DataFrame, int]]:
        """Yield (frame as it came, number of its first row) of a Parquet file or database."""
        if self.kind == "database":
            from audit_lib.record.databases import read_database_table

            return read_database_table(self, problems)
        return _parquet_frames(self, problems)


def find_sheets(
    sources, problems: Problems, strangers: list[Sheet] | None = None
) -> tuple[list[Sheet], list[dict]]:
    """Find every table of the sources.

    Parameters
    ----------
    sources : paths of folders and files, and SQLAlchemy addresses
    problems : gets what is no table or cannot be read
    strangers : gets what can be read but has the name of no known table; its ``table`` is ""

    Returns
    -------
    (sheets, files)
        In a fixed order; `files` has one dict a file read, with its name and sha256.

    Raises
    ------
    UnreadableSource
        A source does not exist.
    """
    sources = [str(source) for source in sources]
    strangers = [] if strangers is None else strangers
    prefixes = _prefixes(sources)
    sheets: list[Sheet] = []
    files: list[dict] = []
    for source, prefix in zip(sources, prefixes, strict=True):
        if is_database(source):
            # Here, not above: SQLAlchemy takes a fifth of a second to come, and most bring files.
            from audit_lib.record.databases import list_tables, safe_name

            name = prefix + safe_name(source)
            for table_name in list_tables(source):
                table = match_table(table_name)
                if table is None:
                    problems.add_file("unknown_table", file=name, sheet=table_name)
                    strangers.append(Sheet("", "database", name, table_name, source))
                    continue
                sheets.append(Sheet(table, "database", name, table_name, source))
            files.append({"file": name, "sha256": None})
            continue
        path = Path(source)
        if not path.exists():
            raise UnreadableSource(
                say("no_source", "`{source}` does not exist.\nA source is a folder, a file, or an "
                    "address such as sqlite:///record.db.", source=source)
            )  # fmt: skip
        for file, name in _files(path, prefix):
            found = _inspect(file, name, problems, strangers)
            for sheet in found:
                sheet.folder = name.removeprefix(prefix).rpartition("/")[0]
            sheets.extend(found)
            if found:
                files.append({"file": name, "sha256": hash_file(file)})
    return sheets, files


def is_database(source: str) -> bool:
    r"""Say whether a source is an address such as ``sqlite:///record.db``.

    Examples
    --------
    >>> is_database("postgresql://host/record"), is_database("C:\\exports")
    (True, False)
    """
    return "://" in source


def _prefixes(sources: list[str]) -> list[str]:
    """Return what tells the files of several sources apart; nothing for a single one."""
    if len(sources) == 1:
        return [""]
    prefixes, seen = [], {}
    files = [Path(source).name for source in sources if not is_database(source)]
    for source in sources:
        name, file = "", ""
        if not is_database(source):
            path = Path(source)
            file = path.name if path.is_file() else ""
            if not file:
                name = path.resolve().name
            elif files.count(file) > 1:
                name = path.resolve().parent.name
        count = seen[name, file] = seen.get((name, file), 0) + 1
        again = f"~{count}" if count > 1 and name else ""
        prefixes.append(f"{name}{again}/" if name else "")
    return prefixes


def _files(path: Path, prefix: str) -> list[tuple[Path, str]]:
    """Return the files of a source: its own, and those of its folders, one level down."""
    if path.is_file():
        return [(path, prefix + path.name)]
    found = []
    for entry in sorted(os.scandir(path), key=lambda e: e.name):
        if _ignored(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            inner = sorted(os.scandir(entry.path), key=lambda e: e.name)
            found.extend(
                (Path(e.path), f"{prefix}{entry.name}/{e.name}")
                for e in inner
                if not _ignored(e.name)
            )
        else:
            found.append((Path(entry.path), prefix + entry.name))
    return found


def _ignored(name: str) -> bool:
    """Office's lock files and the hidden files of the desktop are no data."""
    return name.startswith((".", "~$")) or name in ("Thumbs.db", "desktop.ini", "__MACOSX")


def _inspect(path: Path, name: str, problems: Problems, strangers: list) -> list[Sheet]:
    """Find the tables of one file, by its real content."""
    table = match_table(path.stem)
    ending = path.suffix.lower()
    try:
        state = os.lstat(path)
        if not stat.S_ISREG(state.st_mode):
            problems.add_file("not_a_regular_file", table=table, file=name)
            return []
        if ending not in _ENDINGS:
            problems.add_file("unknown_table", file=name)
            return []
        if state.st_size > load_ingest_parameters().limits.largest_file_bytes:
            problems.add_file("too_large", table=table, file=name, value=state.st_size)
            return []
        with path.open("rb") as file:
            magic = _MAGIC.get(file.read(4))
    except OSError as error:
        problems.add_file("unreadable_file", table=table, file=name, value=error.strerror)
        return []
    real = magic or ".csv"
    claimed = {".txt": ".csv", ".tsv": ".csv", ".xlsm": ".xlsx", ".pq": ".parquet"}.get(
        ending, ending
    )
    if state.st_size == 0 or real != claimed:
        if table is None and claimed == ".csv":
            problems.add_file("unknown_table", file=name)
        elif state.st_size == 0 or (magic is None and not sniff_text(path)):
            problems.add_file("unreadable_file", table=table, file=name)
        else:
            problems.add_file("wrong_extension", table=table, file=name, value=real)
        return []
    if real in (".xlsx", ".xls"):
        return _workbook(path, name, real, table, problems, strangers)
    encoding = sniff_text(path) if real == ".csv" else None
    if table is not None and real == ".csv" and encoding is None:
        problems.add_file("unreadable_file", table=table, file=name)
        return []
    options = {"encoding": encoding} if encoding else {}
    sheet = Sheet(table or "", real[1:], name, None, path, options)
    if table is None:
        problems.add_file("unknown_table", file=name)
        if encoding or real != ".csv":
            strangers.append(sheet)
        return []
    return [sheet]


def _workbook(path, name, real, file_table, problems, strangers) -> list[Sheet]:
    listed = list_sheets(path, name, real, problems)
    if listed is None:
        return []
    sheets, unnamed = [], []
    named = {match_table(title) for title, _, _ in listed} - {None}
    for title, hidden, filled in listed:
        table = match_table(title)
        if hidden and filled:
            problems.add_file("hidden_sheet", table=table, file=name, sheet=title)
        elif table is not None:
            sheets.append(Sheet(table, real[1:], name, title, path))
        elif filled:
            unnamed.append(title)
    if not named and file_table is not None and unnamed:
        sheets.append(Sheet(file_table, real[1:], name, unnamed.pop(0), path))
    for title in unnamed:
        problems.add_file("unknown_table", file=name, sheet=title)
        strangers.append(Sheet("", real[1:], name, title, path))
    return sheets


def _parquet_frames(sheet: Sheet, problems: Problems) -> Iterator[tuple[pd.DataFrame, int]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    first = 2
    try:
        with pq.ParquetFile(sheet.place) as file:
            for batch in file.iter_batches(batch_size=262_144):
                frame = batch.to_pandas(types_mapper=_pandas_type, ignore_metadata=True)
                yield frame, first
                first += len(frame)
    except (pa.ArrowException, OSError) as error:
        problems.add_file(
            "unreadable_file", table=sheet.table, file=sheet.file, row=first, value=str(error)
        )


def _pandas_type(arrow_type):
    import pyarrow as pa

    if pa.types.is_string(arrow_type) or pa.types.is_large_string(arrow_type):
        return pd.StringDtype("pyarrow", na_value=float("nan"))
    if pa.types.is_integer(arrow_type):
        return pd.Int64Dtype()
    return None


def hash_file(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
