"""What every part of a report is written with: tables, words, limits, the way to a case.

A part asks :class:`Sheet` for a cell that leads to a case; every case asked for gets its card
with its timeline, as far as ``parameters/report.yaml`` has room.
"""

from dataclasses import dataclass, field

import pandas as pd

from audit_lib.report.blocks import Cell, Part, Table, Text
from audit_lib.report.courttables import CourtTables
from audit_lib.report.settings import Audience, Settings, load_audience, load_settings
from audit_lib.report.wording import Words, clip, missing

__all__ = ["Sheet"]


@dataclass
class Sheet:
    """One court's report being written.

    Attributes
    ----------
    tables : CourtTables, masked for the audience already
    words : Words
    settings : Settings
    rule : Audience
    cards : case number → anchor, in the order in which the report names the cases
    anchors : ids of the tables that the parts built so far hold
    """

    tables: CourtTables
    words: Words
    settings: Settings = field(default_factory=load_settings)
    cards: dict[str, str] = field(default_factory=dict)
    anchors: set[str] = field(default_factory=set)

    @property
    def rule(self) -> Audience:
        """What the audience may see."""
        return load_audience(self.tables.audience or "inspectors")

    def case(self, case_no) -> Cell | str:
        """Return a case number that leads to the case's card."""
        if missing(case_no):
            return "—"
        number = str(case_no)
        if number not in self.cards and len(self.cards) < self.settings.rows.cards:
            self.cards[number] = f"case-{len(self.cards) + 1:03}"
        anchor = self.cards.get(number)
        return Cell(number, f"#{anchor}" if anchor and self.shows_cards else None)

    @property
    def shows_cards(self) -> bool:
        """Tell whether this audience's report has case cards at all."""
        return self.rule.case_rows and "cases" not in self.rule.parts_left_out

    def text(self, value) -> str:
        """Return a text of the record, cut to the length that a page carries."""
        return "—" if missing(value) else clip(str(value), self.settings.text_length)

    def count(self, value) -> str:
        """Return a count, or that it was not computed; small ones veiled where they must be."""
        if missing(value):
            return self.words("not_computed_short")
        limit = self.rule.smallest_count
        if limit and 0 < float(value) < limit:
            return self.words("fewer_than", limit=limit)
        return self.words.number(value)

    def way(self, table: str, part: str) -> str | None:
        """Return where the cases behind a figure stand: their table, else the part."""
        if part in self.rule.parts_left_out:
            return None
        return f"#table-{table}" if table in self.anchors else f"#part-{part}"

    def linked(self, value, table: str) -> Cell | str:
        """Return a count that leads to the table of its cases, where there are any."""
        text = self.count(value)
        leads = self.rule.case_rows and not missing(value) and float(value) > 0
        return Cell(text, f"#table-{table}") if leads else text

    def unit(self, code: str) -> str:
        """Return the word that goes with a count: 件, 项, 天."""
        return self.words.of("unit", code)

    def part(self, key: str, *blocks) -> Part:
        """Return a part with its title; blocks that are ``None`` are left out."""
        title = self.words.of("report_part", key)
        return Part(key, title, tuple(b for b in blocks if b is not None), self.words.lang)

    def table(
        self, key, columns: dict, rows, caption, total=None, note="", frame=None
    ) -> Table | Text:
        """Return a table, or one sentence that there is nothing to show.

        Parameters
        ----------
        key : id of the table
        columns : column id → kind (t, n, d, c, s), or (kind, column id of its heading)
        rows : sequences of cells
        caption : heading of the table
        total : how many rows there are in all, where some were cut
        note : sentence below the table
        frame : table of the spreadsheet in which the rows that were cut stand
        """
        rows = list(rows)
        if not rows:
            return Text(f"{caption}{self.words('colon')}{self.words('none')}")
        self.anchors.add(key)
        if total is not None and total > len(rows):
            cut = self.words("cut", shown=len(rows), total=total)
            if frame is not None and frame not in self.rule.tables_left_out:
                cut += self.words("cut_rest", sheet=self.words.of("table", frame))
            note = f"{cut}{note}"
        columns = {c: k if isinstance(k, tuple) else (k, c) for c, k in columns.items()}
        names = [self.words.column(name) for _, name in columns.values()]
        kinds = "".join(kind for kind, _ in columns.values())
        return Table(key, names, rows, kinds, caption, note)

    def absent(self, *names: str) -> Text | None:
        """Say which of the tables that a part needs were not computed."""
        lacking = [n for n in names if not self.tables.given(n)]
        if not lacking:
            return None
        listed = self.words("list_separator").join(self.words.of("table", n) for n in lacking)
        return Text(self.words("not_computed", tables=listed), "warning")


def rows_of(frame: pd.DataFrame, limit: int):
    """Yield the first rows of a table as named tuples."""
    return frame.head(limit).itertuples(index=False)
