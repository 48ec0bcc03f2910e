"""What an export holds and how it would be read, before it is read: ``audit ingest --explain``.

Takes the same sources as an ingest and writes nothing. Says which file or sheet is which table,
which header is which column, what is not recognised, and proposes the lines for
``parameters/ingest.yaml`` that a person may take over. A proposal is never applied by itself.
"""

import re
from bisect import bisect
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import pandas as pd
import yaml
from rapidfuzz.fuzz import ratio

from audit_lib.labels import Lang, label
from audit_lib.record.batches import find_header
from audit_lib.record.convert import readable_share
from audit_lib.record.headers import column_words, match_headers, plain_name
from audit_lib.record.problems import Problems, mask_numbers
from audit_lib.record.sources import Sheet, find_sheets
from audit_lib.record.tables import load_tables

__all__ = ["Explained", "explain_sources"]

_ROWS = 200
# Below these a proposal would be a guess: likeness of the names, share of cells that can be read.
_ALIKE, _READABLE = 0.6, 0.8
# English names share their letters and endings (filed_on, visible_on); Chinese ones do not.
_ALIKE_ASCII = 0.85
# Types that few other columns can pass for, so that their cells alone make a proposal.
_TELLING = ("case_no", "event", "code", "codes", "court")
# A table that lacks a required column is spoken of where so many of its columns are there.
_PARTLY = 3
_COURT = re.compile(r"[\u4e00-\u9fff]{1,3}\d{0,4}|最高法")
# Where the first letters of Chinese readings begin in the order of GB 2312.
_LETTERS = dict(zip(
    (0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC,
     0xC2E8, 0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9,
     0xD4D1),
    "abcdefghjklmnopqrstwxyz", strict=True,
))  # fmt: skip


@dataclass(frozen=True)
class Explained:
    """How an export would be read.

    Attributes
    ----------
    tables : DataFrame, one row a file or sheet
        ``file``, ``sheet``, ``table`` (missing where nothing fits), ``how`` (recognised,
        proposed, partly: it lacks a required column, unknown), ``header_row``, ``missing``
        (required columns that are not there).
    columns : DataFrame, one row a header
        ``file``, ``sheet``, ``table``, ``header``, ``column``, ``how`` (recognised, proposed,
        unknown), ``readable`` (share of the first cells that can be read as that column),
        ``example`` (one cell, long numbers masked).
    problems : DataFrame, one row a fault of a file or header
    proposal : text for ``parameters/ingest.yaml``; empty where nothing is proposed
    """

    tables: pd.DataFrame
    columns: pd.DataFrame
    problems: pd.DataFrame
    proposal: str

    def lines(self, lang: Lang = "zh") -> list[str]:
        """Return the whole as lines for a person."""
        lines = []
        for table in self.tables.itertuples():
            place = table.file if table.sheet is None else f"{table.file}#{table.sheet}"
            spec = load_tables()[table.table] if table.table else None
            name = "" if spec is None else spec.zh if lang == "zh" else table.table
            lines.append(label("ingest", f"table_{table.how}", lang, place=place, table=name))
            same = [
                row
                for row in self.columns.itertuples()
                if (row.file, row.sheet) == (table.file, table.sheet)
            ]
            headers = spec.headers(lang) if spec else {}
            for row in same:
                column = headers.get(row.column, "")
                shown = " ".join(row.header.split())
                line = label("ingest", f"column_{row.how}", lang, header=shown, column=column)
                if row.readable is not None:
                    line += label("ingest", "readable", lang, share=f"{row.readable:.0%}")
                if row.how != "recognised" and row.example is not None:
                    line += label("ingest", "example", lang, text=row.example)
                lines.append(line)
            if table.missing:
                missing = "、".join(headers[column] for column in table.missing)
                lines.append(label("ingest", "columns_missing", lang, columns=missing))
        told = ("unknown_table", "unknown_column")
        for row in self.problems[~self.problems["reason"].isin(told)].itertuples():
            lines.append(f"{row.file}: {row.wording_zh if lang == 'zh' else row.wording_en}")
        if self.proposal:
            lines += [label("ingest", "proposal", lang), self.proposal]
        return lines


def explain_sources(sources) -> Explained:
    r"""Say how exports would be read, and propose how the rest could be.

    Parameters
    ----------
    sources : folders, files or SQLAlchemy addresses, as for
        :func:`audit_lib.record.ingest_sources`

    Raises
    ------
    UnreadableSource
        A source does not exist.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> text = "案号,执行法院代字,立案的日期\n（2016）鲁0902执1号,鲁0902,2016-03-01\n"
    >>> _ = (folder / "案件.csv").write_text(text, encoding="utf-8")
    >>> found = explain_sources([folder])
    >>> found.columns[["header", "column", "how"]].values.tolist()
    [['案号', 'case_no', 'recognised'], ['执行法院代字', 'court_code', 'recognised'],
     ['立案的日期', 'filed_on', 'proposed']]
    >>> print(found.proposal)
    headers:
      cases:
        filed_on: [立案的日期]
    """
    sources = [sources] if isinstance(sources, str) else list(sources)
    problems, strangers = Problems(), []
    sheets, _ = find_sheets(sources, problems, strangers)
    tables, columns = [], []
    for sheet in [*sheets, *strangers]:
        row, header, cells = _sample(sheet, problems)
        if sheet.table:
            name, how = sheet.table, "recognised"
            found = _explain_columns(name, header, cells)
        else:
            name, found, whole = _likely_table(header, cells)
            how = "unknown" if not name else "proposed" if whole else "partly"
        place = {"file": sheet.file, "sheet": sheet.sheet, "table": name or None}
        columns += [{**place, **one} for one in found]
        named = {one["column"] for one in found if one["how"] != "unknown"}
        required = load_tables()[name].required if name else []
        missing = [column for column in required if column not in named]
        tables.append({**place, "how": how, "header_row": row, "missing": missing})
    keys = ["file", "sheet", "table", "how", "header_row", "missing"]
    shape = ["file", "sheet", "table", "header", "column", "how", "readable", "example"]
    tables = pd.DataFrame(tables, columns=keys, dtype=object)
    columns = pd.DataFrame(columns, columns=shape, dtype=object)
    return Explained(tables, columns, problems.frame(), _proposal(tables, columns))


def _sample(sheet: Sheet, problems) -> tuple[int, list[str], list[list[str]]]:
    """Return the header's row, the header, and the first rows, of text or frames alike."""
    if sheet.kind in ("parquet", "database"):
        for frame, _ in sheet.frames(problems):
            head = frame.head(_ROWS).astype(object)
            cells = head.where(head.notna(), "").map(str).to_numpy().tolist()
            return 1, [str(name) for name in frame.columns], cells
        return 1, [], []
    rows = sheet.rows(problems)
    if sheet.table:
        at, header, _, first = find_header(sheet, rows, Problems())
    else:
        filled = [(n, row) for n, row in islice(rows, _ROWS) if any(c.strip() for c in row)]
        # Without a table, the first row as wide as any is taken for the header.
        width = max((sum(map(bool, row)) for _, row in filled), default=0)
        start = next((i for i, (_, row) in enumerate(filled) if sum(map(bool, row)) == width), 0)
        at, header = filled[start] if filled else (0, [])
        first = filled[start + 1 :]
    cells = [row for _, row in [*first, *islice(rows, _ROWS)][:_ROWS]]
    return at, [cell.strip() for cell in header or []], cells


def _column(cells, position) -> pd.Series:
    return pd.Series([row[position] if position < len(row) else "" for row in cells], dtype="str")


def _likely_table(header, cells) -> tuple[str, list[dict], bool]:
    """Return the table that fits best, its columns, and whether none that it must have is missing.

    What a table is called is a guess only where a header is known or cells tell; "" where none is.
    """
    best, found_of = (False, 0, 0), ("", [], False)
    for name, table in load_tables().items():
        found = _explain_columns(name, header, cells)
        named = {one["column"] for one in found if one["how"] != "unknown"}
        known = sum(one["how"] == "recognised" or one["telling"] for one in found)
        whole = named.issuperset(table.required)
        enough = whole or (len(named) >= _PARTLY and len(named & set(table.required)) >= 2)
        if known and enough and (score := (whole, known, len(named))) > best:
            best, found_of = score, (name, found, whole)
    return found_of


def _explain_columns(table, header, cells) -> list[dict]:
    matched = match_headers(table, header)
    columns = {n: _column(cells, n) for n, name in enumerate(header) if name}
    proposed = _propose(table, header, matched, columns)
    found = []
    for position, values in columns.items():
        column, how, telling = matched.get(position), "recognised", False
        share = _share(values, table, column) if column else None
        if column is None:
            column, share, telling = proposed.get(position, (None, None, False))
            how = "proposed" if column else "unknown"
        example = next((v.strip() for v in values if v.strip()), None)
        found.append({
            "header": header[position], "column": column, "how": how, "readable": share,
            "telling": telling,
            "example": None if example is None else mask_numbers(example[:40]),
        })  # fmt: skip
    return found


def _propose(table, header, matched, columns) -> dict[int, tuple[str, float | None, bool]]:
    """Return position → (column, share that can be read, whether cells tell), the best fits."""
    taken, fits = set(matched.values()), []
    for position, values in columns.items():
        if position in matched:
            continue
        for column, spec in load_tables()[table].columns.items():
            if column in taken:
                continue
            alike = _likeness(header[position], table, column)
            share = _share(values, table, column)
            if share is not None and share < _READABLE:
                continue
            telling = spec.type in _TELLING and spec.required and share is not None
            if alike >= _ALIKE or telling:
                fits.append((alike + (0.5 if telling else 0.0), -position, column, share, telling))
    found: dict[int, tuple[str, float | None, bool]] = {}
    for _, place, column, share, telling in sorted(fits, key=lambda fit: fit[:3], reverse=True):
        if -place not in found and column not in taken:
            found[-place] = (column, share, telling)
            taken.add(column)
    # Acts name the table; the one column left that holds nothing but days is the day of the act.
    acts = {"event"} & taken
    for column in load_tables()[table].required if acts else ():
        if column in taken or load_tables()[table].columns[column].type != "date":
            continue
        shares = {at: _share(columns[at], table, column) for at in columns if at not in matched}
        days = [at for at, share in shares.items() if share == 1.0 and at not in found]
        if len(days) == 1:
            found[days[0]] = (column, 1.0, False)
            taken.add(column)
    return found


def _likeness(header: str, table: str, column: str) -> float:
    """Return how like a header is to the names of a column; 0 where it would be a guess."""
    name = re.sub(r"\([^()]*\)$", "", plain_name(header)) or plain_name(header)
    words = column_words(table, column)
    if not name.isascii():
        return max(ratio(name, word) / 100 for word in words)
    alike = max(ratio(name, word) / 100 for word in words)
    letters = any(name == initials(word) for word in words if not word.isascii())
    return 1.0 if letters else alike if alike >= _ALIKE_ASCII else 0.0


@lru_cache(maxsize=1024)
def initials(word: str) -> str:
    """Return the first letters of how a word is read, by which many systems name their columns.

    Examples
    --------
    >>> initials("立案日期"), initials("承办人")
    ('larq', 'cbr')
    """
    letters = []
    for sign in word:
        code = int.from_bytes(sign.encode("gb18030")[:2], "big")
        at = bisect(list(_LETTERS), code)
        known = 0xB0A1 <= code <= 0xD7F9
        letters.append(list(_LETTERS.values())[at - 1] if known else sign if sign.isalnum() else "")
    return "".join(letters)


def _share(values, table, column) -> float | None:
    """Return the share of filled cells that can be read as a column; None for free text."""
    if load_tables()[table].columns[column].type != "court":
        return readable_share(values, table, column)
    filled = values[values.str.strip().ne("")]
    return float(filled.str.strip().map(_is_court).mean()) if len(filled) else None


def _is_court(text: str) -> bool:
    return bool(_COURT.fullmatch(text)) and any(c.isdigit() for c in text)


def _proposal(tables: pd.DataFrame, columns: pd.DataFrame) -> str:
    names: dict[str, list[str]] = {}
    for row in tables[tables["how"].eq("proposed")].itertuples():
        name = row.sheet if isinstance(row.sheet, str) else row.file.rsplit("/", 1)[-1]
        names.setdefault(row.table, []).append(name if row.sheet else name.rsplit(".", 1)[0])
    headers: dict[str, dict[str, list[str]]] = {}
    for row in columns[columns["how"].eq("proposed")].itertuples():
        listed = headers.setdefault(row.table, {}).setdefault(row.column, [])
        if row.header not in listed:
            listed.append(row.header)
    parts = {"table_names": names, "headers": headers}
    text = [
        yaml.safe_dump({key: part}, allow_unicode=True, default_flow_style=None, sort_keys=False)
        for key, part in parts.items()
        if part
    ]
    return "".join(text).strip()
