"""Where a row of a received table stands: its file and row, as evidence.

Takes a table of a snapshot, gives a text a row.
"""

import pandas as pd

__all__ = ["row_places"]


def row_places(frame: pd.DataFrame) -> pd.Series:
    """Return file and row of each row as text, ``cases.csv#12``.

    Parameters
    ----------
    frame : DataFrame with ``source_file`` and ``source_row``; without them the places are empty

    Examples
    --------
    >>> rows = pd.DataFrame({"source_file": ["cases.csv", None], "source_row": [2, 3]})
    >>> row_places(rows).tolist()
    ['cases.csv#2', '?#3']
    """
    if "source_file" not in frame or frame.empty:
        return pd.Series("", index=frame.index, dtype=object)
    file = frame["source_file"].astype(object)
    rows = frame["source_row"].astype("Int64").astype(str)
    return file.where(file.notna(), "?").astype(str) + "#" + rows
