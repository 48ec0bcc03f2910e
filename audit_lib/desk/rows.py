"""The rows of a small table, one by one, at the speed that a page under one's eyes asks.

A case's tables have a dozen rows and twenty columns: reading them by ``itertuples`` costs more
than everything that is then made of them.
"""

from collections import namedtuple
from collections.abc import Iterable, Iterator
from functools import lru_cache

import pandas as pd

from audit_lib.report.wording import missing

__all__ = ["rows_of", "sort_rows"]


@lru_cache(maxsize=256)
def _make(names: tuple[str, ...]):
    return namedtuple("Row", names, rename=True)._make


def rows_of(frame: pd.DataFrame) -> Iterator[tuple]:
    """Return the rows as named tuples, as ``itertuples(index=False)`` does.

    Examples
    --------
    >>> [row.day for row in rows_of(pd.DataFrame({"day": ["2016-12-28"], "n": [1]}))]
    ['2016-12-28']
    """
    columns = [column for _, column in frame.items()]
    return map(_make(tuple(frame.columns)), zip(*columns, strict=True))


def sort_rows(rows: Iterable, *names: str) -> list:
    """Return rows by some of their columns, what is missing last, equal ones as they came.

    Examples
    --------
    >>> rows = rows_of(pd.DataFrame({"day": ["b", pd.NaT, "a"]}, dtype="object"))
    >>> [row.day for row in sort_rows(rows, "day")]
    ['a', 'b', NaT]
    """

    def place(row):
        values = [getattr(row, name) for name in names]
        return [(1, 0) if missing(value) else (0, value) for value in values]

    return sorted(rows, key=place)
