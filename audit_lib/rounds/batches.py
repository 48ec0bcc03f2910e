"""Which courts of a round are judged together: neighbours under one higher court.

Takes the courts of a snapshot, gives batches of about equal size; how large one may be stands in
``parameters/rounds.yaml``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as parquet

from audit_lib.rounds.settings import load_settings

__all__ = ["Batch", "count_cases", "plan_batches"]


@dataclass(frozen=True)
class Batch:
    """Courts that are judged together.

    Attributes
    ----------
    courts : codes whose tables are made
    seen : further codes whose record is in sight (the higher courts), without tables made
    cases : about how many cases `courts` have
    """

    courts: tuple[str, ...]
    seen: tuple[str, ...]
    cases: int

    def only(self, court: str) -> "Batch":
        """Return the batch for one of its courts, with the same courts in sight."""
        seen = {*self.courts, *self.seen} - {court}
        return Batch((court,), tuple(sorted(seen)), self.cases)


def plan_batches(snapshot_path, courts: pd.DataFrame, wanted: Iterable[str]) -> list[Batch]:
    """Divide the courts of a round into batches of neighbours, the largest first.

    Parameters
    ----------
    snapshot_path : folder of a snapshot
    courts : DataFrame, one row a court: ``court_code``, ``parent_code``
    wanted : codes of the round's courts

    Returns
    -------
    list of Batch; each wanted court stands in exactly one
    """
    limit = load_settings().preparation.cases
    parents = {
        code: parent
        for code, parent in zip(courts["court_code"], courts["parent_code"], strict=True)
        if isinstance(parent, str) and parent != code
    }
    wanted = sorted(wanted)
    sizes = {code: count_cases(snapshot_path, code) for code in wanted}
    areas: dict[str, list[str]] = {}
    for code in wanted:
        areas.setdefault(parents.get(code, code), []).append(code)
    groups, group = [], []
    for _, members in sorted(areas.items()):
        if group and sum(sizes[c] for c in group + members) > limit:
            groups.append(group)
            group = []
        group = group + members
    groups.append(group)
    batches = []
    for members in groups:
        above = {a for code in members for a in _ancestors(code, parents)}
        seen = tuple(sorted((above & set(courts["court_code"])) - set(members)))
        batches.append(Batch(tuple(members), seen, sum(sizes[c] for c in members)))
    return sorted(batches, key=lambda b: (-b.cases, b.courts))


def _ancestors(code: str, parents: dict[str, str]) -> list[str]:
    above = []
    while code in parents and parents[code] not in above:
        code = parents[code]
        above.append(code)
    return above


def count_cases(snapshot_path, court: str) -> int:
    """Return how many cases a court has in a snapshot, without reading them."""
    files = (Path(snapshot_path) / "cases" / f"court_code={court}").glob("*.parquet")
    return sum(parquet.read_metadata(path).num_rows for path in files)
