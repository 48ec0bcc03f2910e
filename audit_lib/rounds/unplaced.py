"""Petitions that do not say which court they are about, or name one that nobody knows.

The snapshot keeps them in a partition of their own. A case number names its court: by it such a
petition is read with that court's record. What names no court of the record is listed beside the
round's overview, so that a person places it. A petition of no court is of no batch of courts
either; were it left out, nobody would ever check it.
"""

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import pandas as pd

from audit_lib.record import find_case_nos
from audit_lib.record.snapshot import Snapshot

__all__ = ["NO_COURT", "BatchSnapshot", "court_named"]

NO_COURT = "__none__"


def court_named(cited, text, known: Iterable[str]) -> str | None:
    """Return the court that a petition's numbers name first, enforcement numbers before others.

    Parameters
    ----------
    cited, text : what the petitioner wrote; may be missing
    known : court codes of the record

    Examples
    --------
    >>> known = {"鲁0902", "鲁0911"}
    >>> court_named("（2015）鲁0911民初8号", "申请执行（2016）鲁0902执12号一案", known)
    '鲁0902'
    >>> court_named(None, "执行太慢", known) is None
    True
    """
    parts = [part[:20_000] for part in (cited, text) if isinstance(part, str)]
    numbers = [number for part in parts for number in find_case_nos(part)]
    here = [n for n in numbers if not n.old_style and n.court_code in known]
    first = [n for n in here if re.match("执", n.kind)] or here
    return first[0].court_code if first else None


class BatchSnapshot(Snapshot):
    """Some courts of a snapshot, with the petitions of no court that name one of them.

    Parameters
    ----------
    whole : Snapshot, of all courts
    courts : the chosen courts
    made_for : courts whose unplaced petitions are wanted; ``None`` for those that name no court
    """

    def __init__(self, whole: Snapshot, courts: Iterable[str], made_for: Iterable[str] | None):
        super().__init__(whole.path, whole.manifest, sorted(courts))
        self.made_for = None if made_for is None else frozenset(made_for)

    def only(self, courts: Iterable[str]) -> "BatchSnapshot":
        """Return the same snapshot for some of its courts."""
        chosen = super().only(courts).court_codes
        mine = None if self.made_for is None else self.made_for & set(chosen)
        return BatchSnapshot(self, chosen, mine)

    def files(self, table: str) -> list[str]:
        """Return the files of one table, for petitions those of no court too."""
        name = f"petitions/court_code={NO_COURT}/part-0.parquet"
        more = table == "petitions" and name in self.manifest["files"]
        return super().files(table) + [str(Path(self.path) / name)] * more

    @cached_property
    def petitions(self) -> pd.DataFrame:
        """The chosen courts' petitions, and those that a number in them places there."""
        rows = self.read("petitions")
        lost = rows["court_code"].isna()
        if not lost.any():
            return rows
        known = frozenset(self.manifest["courts"])
        pairs = zip(rows.loc[lost, "cited_case_no"], rows.loc[lost, "text"], strict=True)
        found = pd.Series(
            [court_named(cited, text, known) for cited, text in pairs],
            index=rows.index[lost],
            dtype=rows["court_code"].dtype,
        )
        wanted = found.isna() if self.made_for is None else found.isin(self.made_for)
        rows = rows.assign(court_code=rows["court_code"].fillna(found))
        kept = ~lost | wanted.reindex(rows.index, fill_value=False)
        return rows[kept].reset_index(drop=True)
