"""What could not be read, row by row: the ``problems`` table.

Collects faults while sources are read and gives one table with a closed list of reason codes,
whose wording stands in ``labels.yaml`` (group ``problem``). Personal numbers are masked here.
"""

import re
import unicodedata

import numpy as np
import pandas as pd

from audit_lib.errors import UnknownCode
from audit_lib.labels import labels

__all__ = ["COLUMNS", "FILE_REASONS", "REASONS", "Problems", "mask_numbers"]

COLUMNS = ["table", "file", "sheet", "row", "column", "value", "reason",
           "wording_zh", "wording_en", "became"]  # fmt: skip

#: Faults of a file, a sheet or a header: no row of the balance is meant.
FILE_REASONS = (
    "unreadable_file", "wrong_extension", "not_a_regular_file", "too_large", "unknown_table",
    "hidden_sheet", "missing_column", "unknown_column", "repeated_column", "title_row",
    "empty_row", "two_line_header", "mixed_encoding",
)  # fmt: skip

#: Faults of a row or of one of its cells.
ROW_REASONS = (
    "totals_row", "repeated_header", "too_many_cells", "broken_quotes", "cut_off",
    "unusable_table",
    "missing_value", "bad_date", "bad_amount", "bad_number", "unknown_code", "bad_case_number",
    "bad_court_code", "court_unknown", "case_unknown", "duplicate_case", "conflicting_case",
    "duplicate_row", "conflicting_row", "repeated_petition_id",
    "event_before_filing", "event_after_closing", "dates_contradict", "future_date",
    "entry_before_event", "absurd_amount", "formula_in_cell", "error_in_cell",
    "undecodable_text", "over_long_text",
)  # fmt: skip

REASONS = FILE_REASONS + ROW_REASONS

_LONG_NUMBER = re.compile(r"(?<!\d)\d(?:[ -]?\d){13,18}[\dXx]?(?![\dXx])")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")


def mask_numbers(text: str) -> str:
    """Hide the inside of ID, bank card and mobile numbers in a text.

    Examples
    --------
    >>> mask_numbers("张三 370902198001011234")
    '张三 370***********4'
    """
    plain = unicodedata.normalize("NFKC", text)

    def stars(match):
        return f"{match[0][:3]}***********{match[0][-1]}"

    masked = _MOBILE.sub(stars, _LONG_NUMBER.sub(stars, plain))
    return text if masked == plain else masked


def _mask_whole(text: str) -> str:
    return text[:3] + "***********" if len(text) > 3 else "***"


class Problems:
    """Collects faults; :meth:`frame` gives them as one table."""

    def __init__(self):
        self._parts: list[pd.DataFrame] = []

    def add_file(self, reason, *, table=None, file=None, sheet=None, row=None, column=None,
                 value=None, became="refused"):  # fmt: skip
        """Add one fault of a file, sheet or header."""
        self._add([row], table, file, sheet, column, [value], reason, became)

    def add_rows(self, reason, batch, where, column=None, values=None, became="refused"):
        """Add one fault a row.

        Parameters
        ----------
        reason : one of :data:`REASONS`
        batch : DataFrame with ``source_file``, ``source_sheet`` and ``source_row``
        where : positions of the rows in `batch`
        column : name of the column in fault, or None
        values : what stood there, one a position
        """
        where = np.asarray(where)
        if not len(where):
            return
        at = batch.iloc[where]
        table = batch.attrs.get("table")
        shown = [None] * len(where) if values is None else list(values)
        self._add(at["source_row"].to_numpy(), table, at["source_file"].to_numpy(),
                  at["source_sheet"].to_numpy(), column, shown, reason, became)  # fmt: skip

    def _add(self, rows, table, file, sheet, column, values, reason, became):
        if reason not in REASONS:
            raise UnknownCode.from_value("reason", reason, REASONS)
        hide = _mask_whole if column == "id_no" else mask_numbers
        shown = [
            None if v is None or v is pd.NA or v != v else hide(_shorten(str(v))) for v in values
        ]
        self._parts.append(
            pd.DataFrame(
                {
                    "table": pd.Series([table] * len(rows), dtype="str"),
                    "file": pd.Series(_spread(file, len(rows)), dtype="str"),
                    "sheet": pd.Series(_spread(sheet, len(rows)), dtype="str"),
                    "row": pd.array(rows, dtype="Int64"),
                    "column": pd.Series([column] * len(rows), dtype="str"),
                    "value": pd.Series(shown, dtype="str"),
                    "reason": reason,
                    "became": became,
                }
            )
        )

    def frame(self) -> pd.DataFrame:
        """Return every fault, one row each, in the order of file and row."""
        if not self._parts:
            return pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS}).astype(
                {"row": "Int64"}
            )
        frame = pd.concat(self._parts, ignore_index=True)
        # A row that one fault refused is refused, whatever its other faults would have done.
        rows = ~frame["reason"].isin(FILE_REASONS)
        place = ["table", "file", "sheet", "row"]
        lost = frame.loc[rows & frame["became"].eq("refused"), place].drop_duplicates()
        if len(lost):
            hit = frame[place].merge(lost, on=place, how="left", indicator="both")["both"]
            frame.loc[rows & hit.eq("both").to_numpy(), "became"] = "refused"
        frame["wording_zh"] = frame["reason"].map(labels("problem", "zh")).astype("str")
        frame["wording_en"] = frame["reason"].map(labels("problem", "en")).astype("str")
        frame = frame.sort_values(
            ["file", "sheet", "row", "column", "reason"], kind="stable", na_position="first"
        )
        return frame[COLUMNS].drop_duplicates(ignore_index=True)


def _spread(value, count):
    return [value] * count if value is None or isinstance(value, str) else value


def _shorten(text: str) -> str:
    return text if len(text) <= 200 else text[:199] + "…"
