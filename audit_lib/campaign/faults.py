"""Rows of discrepancies between a return and the record: their columns and how they are made."""

import pandas as pd

__all__ = ["FAULT_COLUMNS", "fault_rows", "plain_counts"]

FAULT_COLUMNS = [
    "court_code", "month", "category", "case_no", "fault", "claimed", "found", "doubt", "evidence",
]  # fmt: skip


def fault_rows(frame: pd.DataFrame, **values) -> pd.DataFrame:
    """Return `frame` with the values given, in the columns of a discrepancy."""
    return frame.assign(**values).reindex(columns=FAULT_COLUMNS)


def plain_counts(values) -> pd.Series:
    """Write counts without a decimal point."""
    return pd.Series(values).map(lambda v: "" if pd.isna(v) else f"{v:g}").to_numpy()
