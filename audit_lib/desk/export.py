"""Decisions as the ``inspections`` table of the received format, to be ingested again."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from audit_lib.desk.decisions import Entry, Remark
from audit_lib.record import find_table, write_table
from audit_lib.record.tables import code_list

__all__ = ["build_inspections", "write_inspections"]


def build_inspections(entries: Sequence[Entry]) -> pd.DataFrame:
    """Turn the history of a round into rows of ``inspections``.

    Parameters
    ----------
    entries : of one round, in the order in which they were made

    Returns
    -------
    DataFrame, one row a case and issue
        The columns of the contract's ``inspections``, of each case's last decision; ``none``
        where no issue was found. ``status`` is disputed or withdrawn where that is the last
        word, with its ``reason``, and missing (= confirmed) else. ``rectified_on`` is empty: the
        desk does not know it.
    """
    by_case: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        by_case.setdefault((entry.round, entry.case_no), []).append(entry)
    words = {"dispute": "disputed", "withdrawal": "withdrawn"}
    rows = []
    for (round_name, case_no), history in sorted(by_case.items()):
        decision = [entry for entry in history if entry.kind == "decision"][-1]
        body, last = decision.body, history[-1]
        said = isinstance(last.body, Remark) and last.kind in words
        common = {
            "case_no": case_no,
            "round": round_name,
            "inspected_on": body.inspected_on,
            "inspector": decision.author,
            "selected_as": body.selected_as,
            "probability": body.probability,
            "status": words[last.kind] if said else None,
            "reason": last.body.note if said else None,
            "examined": ";".join(body.examined),
            "note": body.note or None,
            "rectify_by": body.rectify_by,
        }
        rows += [common | {"issue": issue} for issue in (body.issues or ("none",))]
    return pd.DataFrame(rows).reindex(columns=list(find_table("inspections").columns))


def write_inspections(entries: Sequence[Entry], path: str | Path) -> Path:
    """Write a round's decisions with the headings and words in which courts send them.

    Parameters
    ----------
    entries : of one round, in the order in which they were made
    path : name ending in ``.csv``, ``.xlsx`` or ``.parquet``; named ``inspections.csv`` it is
        recognised when it is ingested

    Raises
    ------
    CannotWrite
        The place cannot be written; nothing half-written is left.
    """
    frame = build_inspections(entries)
    columns = find_table("inspections").columns
    for name, column in columns.items():
        if column.list is not None:
            words = {code: entry.zh for code, entry in code_list(column.list).items()}
            frame[name] = frame[name].map(
                lambda codes, words=words: ";".join(words[c] for c in codes.split(";")),
                na_action="ignore",
            )
    return write_table(frame.rename(columns={n: c.zh for n, c in columns.items()}), path)
