"""The tables of a court's record, as data: names, columns, types and closed lists of codes.

Reads ``parameters/record.yaml`` and ``parameters/events.csv``; gives :class:`Table` objects that
reading, checking, storing and inventing records all share.
"""

import csv
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from audit_lib.errors import BadParameterFile, UnknownCode
from audit_lib.parameters import Parameters, load_parameters, parameters_folder

__all__ = [
    "CASE_TABLES",
    "COMPANIONS",
    "DERIVED",
    "Code",
    "Column",
    "EventCode",
    "RecordParameters",
    "Table",
    "code_list",
    "find_table",
    "load_events",
    "load_record_parameters",
    "load_tables",
]

ColumnType = Literal[
    "text", "long_text", "court", "case_no", "date", "timestamp", "month",
    "yuan", "integer", "share", "code", "codes", "code_or_text", "event",
]  # fmt: skip

#: Columns that the snapshot adds to a table, and their types.
DERIVED: dict[str, dict[str, str]] = {
    "cases": {
        "case_no_written": "text",
        "case_year": "integer",
        "case_kind": "text",
        "case_serial": "integer",
        "old_style": "text",
    },
    "parties": {"court_code": "text"},
    "events": {"court_code": "text"},
    "petitions": {"court_written": "text"},
    "inspections": {"court_code": "text"},
}

#: Where a row came from; every table carries these last.
COMPANIONS: dict[str, str] = {
    "source_file": "text",
    "source_sheet": "text",
    "source_row": "row",
}

#: Tables whose rows speak of a case of the record.
CASE_TABLES = ("parties", "events", "return_items", "inspections")


class Code(Parameters):
    """One code of a closed list, with its wording and other words that people write for it."""

    zh: str
    en: str
    also: list[str] = []


class Column(Parameters):
    """One column: its Chinese header, its type, and what is demanded of it."""

    zh: str
    type: ColumnType
    list: str | None = None
    required: bool = False
    past: bool = False
    personal: bool = False


class Table(Parameters):
    """One table: its names and its columns in order."""

    zh: str
    en: str
    columns: dict[str, Column]

    @property
    def required(self) -> list[str]:
        """The columns without which a row cannot be used."""
        return [name for name, column in self.columns.items() if column.required]

    def headers(self, lang: Literal["zh", "en"] = "zh") -> dict[str, str]:
        """Return column → header in one language.

        Examples
        --------
        >>> load_tables()["events"].headers()["day"]
        '日期'
        """
        return {name: c.zh if lang == "zh" else name for name, c in self.columns.items()}

    def stored(self) -> dict[str, str]:
        """Return every column of the snapshot, in order, with its type."""
        return (
            {name: column.type for name, column in self.columns.items()}
            | DERIVED.get(self.en, {})
            | COMPANIONS
        )


class CaseNumberWords(Parameters):
    """The vocabulary of case numbers."""

    read_as: dict[str, str]
    provinces: list[str]
    supreme: list[str]
    province_of_place: dict[str, str]
    kinds: list[str]
    starts: list[str]
    not_after_list: list[str]


class RecordParameters(Parameters):
    """What ``parameters/record.yaml`` holds."""

    lists: dict[str, dict[str, Code]]
    tables: dict[str, Table]
    case_numbers: CaseNumberWords

    @model_validator(mode="after")
    def _lists_exist(self):
        for name, table in self.tables.items():
            if table.en != name:
                raise ValueError(f"`tables.{name}.en` must be `{name}`")
            for column, spec in table.columns.items():
                needs = spec.type in ("code", "codes", "code_or_text")
                if needs != (spec.list is not None) or (needs and spec.list not in self.lists):
                    raise ValueError(f"`{name}.{column}` names no list of codes that exists")
        return self


class EventCode(Parameters):
    """One node of the procedure that a record can name."""

    code: str
    zh: str
    en: str
    node: str | None
    carries: tuple[str, ...]
    meaning: str


@lru_cache(maxsize=4)
def _load(folder: Path) -> RecordParameters:
    return load_parameters(folder / "record.yaml", RecordParameters)


def load_record_parameters() -> RecordParameters:
    """Return what ``parameters/record.yaml`` says."""
    return _load(parameters_folder())


def load_tables() -> dict[str, Table]:
    """Return the tables of the record by English name, in the order of the contract.

    Examples
    --------
    >>> list(load_tables())[:4]
    ['courts', 'cases', 'parties', 'events']
    >>> load_tables()["cases"].required
    ['case_no', 'court_code', 'filed_on']
    """
    return load_record_parameters().tables


def find_table(name: str) -> Table:
    """Return one table by its English name.

    Raises
    ------
    UnknownCode
        There is no such table.
    """
    tables = load_tables()
    if name not in tables:
        raise UnknownCode.from_value("table", name, tables)
    return tables[name]


def code_list(name: str) -> dict[str, Code]:
    """Return one closed list: code → :class:`Code`.

    Examples
    --------
    >>> code_list("role")["debtor"].zh
    '被执行人'
    """
    lists = load_record_parameters().lists
    if name not in lists:
        raise UnknownCode.from_value("list of codes", name, lists)
    return lists[name]


@lru_cache(maxsize=4)
def _events(path: Path) -> dict[str, EventCode]:
    events: dict[str, EventCode] = {}
    names: dict[str, int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames != ["code", "zh", "en", "node", "carries", "meaning"]:
                raise BadParameterFile.from_place(
                    path, 1, "The header must be: code,zh,en,node,carries,meaning."
                )
            for line, row in enumerate(reader, start=2):
                if None in row or None in row.values() or not (row["code"] and row["zh"]):
                    raise BadParameterFile.from_place(path, line, "The row is not complete.")
                for name in (row["code"], row["zh"]):
                    if name in names:
                        raise BadParameterFile.from_place(
                            path, line, f"`{name}` stands twice, first on line {names[name]}."
                        )
                    names[name] = line
                events[row["code"]] = EventCode(
                    code=row["code"],
                    zh=row["zh"],
                    en=row["en"],
                    node=row["node"] or None,
                    carries=tuple(row["carries"].split()),
                    meaning=row["meaning"],
                )
    except (OSError, UnicodeDecodeError) as error:
        raise BadParameterFile.from_place(path, None, f"It cannot be read: {error}") from None
    return events


def load_events() -> dict[str, EventCode]:
    """Return the nodes of the procedure by code, in the order of ``parameters/events.csv``.

    Examples
    --------
    >>> load_events()["notice_issued"].zh
    '发出执行通知书'
    """
    return _events(parameters_folder() / "events.csv")
