"""Rows that came twice, because two files overlap.

An export handed in again beside itself, or two exports of overlapping months, would double every
payment. A row that is the same in every column as one of another file of its folder, or of the
same folder of another source, is refused; what stands twice within one file may have happened
twice, and is kept.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

__all__ = ["Repeats"]

_PLACE = ["source_file", "source_sheet", "source_row"]
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass
class _Folder:
    """What was read of one folder: hashes of earlier files, and of the one being read."""

    here: tuple
    earlier: pd.Index | None = None
    rows: list = field(default_factory=list)
    marked: list = field(default_factory=list)


class Repeats:
    """Finds the rows of one table that an earlier file of the same folder already held.

    Parameters
    ----------
    sheets : the sheets of the table, in the order in which they are read
    """

    def __init__(self, sheets):
        self._folder = {(sheet.file, str(sheet.sheet)): sheet.folder for sheet in sheets}
        counts = Counter(self._folder.values())
        # A folder with one file of the table, as each court's of a national record, costs nothing.
        self._several = {folder for folder, count in counts.items() if count > 1}
        self._read: dict[str, _Folder] = {}

    def refuse(self, frame: pd.DataFrame, problems, balance) -> pd.DataFrame:
        """Return the rows that no earlier file held; the others become problems."""
        if not self._several or not len(frame):
            return frame
        lost = np.zeros(len(frame), dtype=bool)
        where = frame.groupby(_PLACE[:2], dropna=False, sort=False).indices
        for (file, sheet), at in where.items():
            here = (file, str(None if pd.isna(sheet) else sheet))
            if self._folder[here] in self._several:
                lost[at] = self._held(here, frame.iloc[at])
        if not lost.any():
            return frame
        shown = frame["case_no"].iloc[lost] if "case_no" in frame else None
        problems.add_rows("duplicate_row", frame, np.flatnonzero(lost), None, shown)
        balance.refused[frame.attrs["table"]] += int(lost.sum())
        kept = frame[~lost].reset_index(drop=True)
        kept.attrs = frame.attrs
        return kept

    def _held(self, here, part) -> np.ndarray:
        folder = self._read.setdefault(self._folder[here], _Folder(here))
        if folder.here != here:
            known = [] if folder.earlier is None else [folder.earlier.to_numpy()]
            folder.earlier = pd.Index(np.unique(np.concatenate([*known, *folder.marked])))
            folder.here, folder.rows, folder.marked = here, [], []
        rows = pd.util.hash_pandas_object(part.drop(columns=_PLACE), index=False).to_numpy()
        folder.rows.append(rows)
        everything = pd.Series(np.concatenate(folder.rows))
        # The second of two equal rows of a file is matched by the second of another file alone.
        again = everything.groupby(everything).cumcount().to_numpy(dtype="uint64")[-len(rows) :]
        marked = rows ^ (again * _SPREAD)
        folder.marked.append(marked)
        if folder.earlier is None:
            return np.zeros(len(rows), dtype=bool)
        return folder.earlier.get_indexer(marked) >= 0
