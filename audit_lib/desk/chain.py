"""How entries hang together: each carries the hash of the one before it in its court.

One chain a court, so that a team that sees its own courts alone can prove its history whole.
"""

import hashlib
import json
from collections.abc import Iterable

__all__ = ["FIELDS", "START", "as_text", "find_faults", "hash_entry"]

#: What a hash covers, besides the hash before it; the order is part of it.
FIELDS = (
    "position", "save_id", "round", "court_code", "case_no", "revision", "kind", "author",
    "made_at", "body",
)  # fmt: skip
START = "0" * 64


def as_text(value) -> str:
    """Return a value in the one form in which it is stored and hashed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_entry(row) -> str:
    """Return the hash of one entry, a mapping of :data:`FIELDS` and ``before``."""
    text = as_text([row[name] for name in (*FIELDS, "before")])
    return hashlib.sha256(text.encode()).hexdigest()


def find_faults(rows: Iterable, place_of: str = "") -> tuple[list[str], dict[int, str]]:
    """Follow one chain from its start.

    Parameters
    ----------
    rows : mappings of :data:`FIELDS`, ``before`` and ``hash``, by position
    place_of : whose chain it is, for the sentences

    Returns
    -------
    list of text
        One sentence a fault; empty where the chain is whole.
    dict
        Position → hash, 0 for the start.
    """
    faults, before, revisions, seen = [], START, {}, {0: START}
    name = f"{place_of} " if place_of else ""
    for place, row in enumerate(rows, start=1):
        if row["position"] != place:
            faults.append(f"{name}entry {place} is missing")
            break
        if row["before"] != before or row["hash"] != hash_entry(row):
            faults.append(f"{name}entry {place} was altered")
        case = (row["round"], row["case_no"])
        revisions[case] = revisions.get(case, 0) + 1
        if row["revision"] != revisions[case]:
            faults.append(f"{name}entry {place} does not follow the one before it in its case")
        before = row["hash"]
        seen[place] = before
    return faults, seen
