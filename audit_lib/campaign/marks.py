"""A person's marks: cases that belong to the livelihood clean-up for a reason the cause hides.

Takes a small file or the marks of a round, gives the table that
:func:`audit_lib.campaign.categorise_cases` takes as ``marks``. The ninth kind, other hardship,
comes only from here or from a court's own mark with its reason.
"""

import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pandas as pd

from audit_lib.campaign.categories import MARK_KINDS
from audit_lib.parameters import Parameters, load_parameters
from audit_lib.record import BadCaseNo, parse_case_no

__all__ = ["CaseMark", "mark_table", "read_marks"]


class CaseMark(Parameters):
    """One case that a person put into the livelihood clean-up, with the reason.

    Examples
    --------
    >>> CaseMark(case_no="（2016）鲁0902执1号", kind="other_hardship",
    ...          reason="申请人系低保户，唯一收入被拖欠", by="督查员甲").kind
    'other_hardship'
    """

    case_no: str
    kind: Literal[MARK_KINDS]
    reason: str
    by: str
    marked_on: datetime.date | None = None


class MarkFile(Parameters):
    """A file of marks: one list under ``marks``."""

    marks: list[CaseMark]


def mark_table(marks: Iterable[CaseMark], as_of: datetime.date) -> pd.DataFrame:
    """Return marks as a table; those made after the day are not seen.

    Parameters
    ----------
    marks : the marks of a round's file or of a file of their own
    as_of : date

    Returns
    -------
    DataFrame, one row a marked case
        ``case_no`` (canonical), ``kind``, ``reason``, ``marked_by``. A blank reason is no reason:
        such a row is here and counts for nothing.
    """
    seen = [m for m in marks if m.marked_on is None or m.marked_on <= as_of]
    rows = [(_canonical(m.case_no), m.kind, m.reason, m.by) for m in seen]
    return pd.DataFrame(rows, columns=["case_no", "kind", "reason", "marked_by"], dtype=object)


def _canonical(case_no: str) -> str:
    try:
        return str(parse_case_no(case_no))
    except BadCaseNo:
        return case_no


def read_marks(path: str | Path, as_of: datetime.date) -> pd.DataFrame:
    """Read a YAML file of marks.

    Raises
    ------
    BadParameterFile
        The file is missing, has an unknown key, an unknown kind, or a mark without a reason.
    """
    return mark_table(load_parameters(Path(path), MarkFile).marks, as_of)
