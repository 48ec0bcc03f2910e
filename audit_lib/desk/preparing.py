"""The tables that the desk needs besides a round's own, and when they have to be made anew.

Takes a snapshot and a round, calls the law and inspection rooms, gives tables court by court.
"""

from itertools import pairwise
from pathlib import Path

import pandas as pd

from audit_lib.desk.settings import load_desk_settings
from audit_lib.errors import BadSnapshot
from audit_lib.record import open_snapshot
from audit_lib.rounds.inputs import hash_library, hash_parameters, key_of

__all__ = ["desk_steps", "find_earlier", "key_of_tables"]

# Of the desk, only these decide what is prepared.
_OWN = ("desk/laying.py", "desk/preparing.py", "desk/timeline.py")


def key_of_tables(snapshot, round_) -> str:
    """Return one hash of everything that the prepared tables are made from."""
    parameters = {n: h for n, h in hash_parameters().items() if n != "desk.yaml"}
    library = {n: h for n, h in hash_library().items() if not n.startswith("desk/") or n in _OWN}
    return key_of(
        record=snapshot.manifest["sha256"],
        earlier=[other.manifest["sha256"] for other in find_earlier(snapshot)],
        round=round_.model_dump(mode="json"),
        parameters=parameters,
        library=library,
    )


def find_earlier(snapshot, courts=()) -> list:
    """Return the snapshots of earlier days that lie beside this one, the latest first.

    Parameters
    ----------
    snapshot : Snapshot
    courts : courts to open them for, as far as they hold them; none, to read the manifest alone
    """
    found = []
    for folder in sorted(Path(snapshot.path).resolve().parent.iterdir()):
        if not (folder / "manifest.json").is_file() or folder.name.startswith("."):
            continue
        try:
            other = open_snapshot(folder, courts=[])
            known = set(other.manifest["courts"])
            if other.day < snapshot.day:
                found.append(open_snapshot(folder, courts=[c for c in courts if c in known]))
        except BadSnapshot:
            # One that is being written, or was damaged, has nothing to say here; its own
            # verification names the fault.
            continue
    found.sort(key=lambda other: other.day, reverse=True)
    return found[: load_desk_settings().earlier]


def list_changes(snapshot, round_, frames) -> pd.DataFrame:
    """Compare each earlier snapshot with the next one, case by case."""
    from audit_lib.record import compare_snapshots

    line = [snapshot, *find_earlier(snapshot, snapshot.court_codes)]
    parts = []
    for later, earlier in pairwise(line):
        changes = compare_snapshots(earlier, later)
        changes["earlier_on"] = pd.Timestamp(earlier.day)
        changes["later_on"] = pd.Timestamp(later.day)
        parts.append(changes)
    if not parts:
        return pd.DataFrame(
            {c: pd.Series(dtype="str") for c in ("court_code", "case_no", "earlier_on")}
        )
    rows = pd.concat(parts, ignore_index=True)
    # What was keyed in since belongs to the case's events; the desk shows what was altered.
    return rows[rows["case_no"].ne("") & rows["case_no"].notna()].reset_index(drop=True)


def list_days(snapshot, round_, frames) -> pd.DataFrame:
    """Name the earlier snapshots in which each court stands, so that none is told from none."""
    rows = [
        {"court_code": code, "snapshot_on": pd.Timestamp(other.day)}
        for other in find_earlier(snapshot, snapshot.court_codes)
        for code in other.court_codes
    ]
    return pd.DataFrame(rows, columns=["court_code", "snapshot_on"])


def measure_cases(snapshot, round_, frames) -> pd.DataFrame:
    """Keep what the score was made from, so that another weighing can be tried at once."""
    from audit_lib.inspection import build_features

    return build_features(
        snapshot,
        round_.as_of,
        frames["check"],
        frames["claims"],
        frames["silence"],
        frames["categories"],
    )


def desk_steps() -> dict:
    """Return the steps of a round's preparation and the desk's own after them."""
    # Imported here: who opens tables that were prepared needs none of the engines behind them.
    from audit_lib.law.card import forecast_terms
    from audit_lib.law.termination import list_conditions
    from audit_lib.rounds.preparation import STEPS

    return STEPS | {
        "conditions": lambda snapshot, round_, frames: list_conditions(snapshot, round_.as_of),
        "terms": lambda snapshot, round_, frames: forecast_terms(snapshot, round_.as_of),
        "features": measure_cases,
        "changes": list_changes,
        "snapshots": list_days,
    }
