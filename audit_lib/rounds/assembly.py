"""A court's folder, put together from its finished units and renamed into place.

What is done is read from the files and their hashes alone: a unit counts when its folder, or the
court's folder as it was sealed, holds exactly what its record says.
"""

import contextlib
import os
import shutil
import uuid
from pathlib import Path

from audit_lib.rounds.evidence import (
    LOG,
    MANIFEST,
    canonical_bytes,
    hash_bytes,
    hash_tree,
    read_manifest,
    seal_manifest,
)
from audit_lib.rounds.plan import Plan, record_of
from audit_lib.rounds.units import OVERVIEW, RECORD, Task, link_files, read_unit, unit_folder
from audit_lib.rounds.unplaced import NO_COURT

__all__ = [
    "assemble_court",
    "finished_unit",
    "placed_units",
    "remove_strangers",
    "replace_file",
    "stage_failure",
    "sweep",
]


def replace_file(path: Path, data: bytes) -> None:
    """Write a file beside its place and rename it there."""
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def sweep(plan: Plan) -> None:
    """Remove what a killed run left beside its place."""
    for folder in (plan.staging, plan.tables, plan.log):
        for left in folder.glob(".*"):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
    shutil.rmtree(plan.beside, ignore_errors=True)
    for left in (*plan.folder.glob(".*.part"), *plan.log.rglob(".*.part")):
        left.unlink(missing_ok=True)


def finished_unit(plan: Plan, task: Task) -> dict | None:
    """Return a unit's record when it is done, staged or in its court's folder."""
    staged = read_unit(unit_folder(plan.staging, task.court, task.notebook), task.key)
    if staged is not None:
        return staged if staged["state"] == "done" else None
    unit = placed_units(plan, task.court).get(task.notebook)
    return unit if unit and unit["key"] == task.key and unit["state"] == "done" else None


def placed_units(plan: Plan, court: str) -> dict[str, dict]:
    """Return the units in a court's folder, if that is exactly as it was sealed."""
    folder = plan.folder / court
    content = read_manifest(folder / MANIFEST)
    if content is None:
        return {}
    if {n: h for n, h in hash_tree(folder).items() if n != MANIFEST} != content["outputs"]:
        return {}
    return {unit["notebook"]: unit for unit in content["units"]}


def stage_failure(plan: Plan, task: Task, error: str) -> dict:
    """Record that a unit could not be made at all, and return the record."""
    result = {"court": task.court, "notebook": task.notebook, "key": task.key}
    result |= {"state": "failed", "error": error, "cell": None, "files": {}}
    folder = unit_folder(plan.staging, task.court, task.notebook)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    replace_file(folder / RECORD, canonical_bytes(result))
    return result | {"seconds": 0.0, "cells_seconds": 0.0}


def assemble_court(plan: Plan, court: str, tasks: list[Task], facts: dict | None = None) -> None:
    """Put a court's folder together from its units, and rename it into place.

    Parameters
    ----------
    plan : Plan
    court : court code, or ``overview``
    tasks : all units of the court; each is staged or in the court's folder
    facts : what is known of the court's tables; ``placed`` in it counts petitions that a number
        alone placed there
    """
    placed = placed_units(plan, court)
    units = {}
    for task in tasks:
        folder = unit_folder(plan.staging, court, task.notebook)
        unit = read_unit(folder, task.key)
        if unit is None:
            units[task.notebook] = plan.folder / court, placed[task.notebook]
        else:
            units[task.notebook] = folder, unit
    sealed = seal_manifest(_court_manifest(plan, court, [u for _, u in units.values()], facts))
    target = plan.folder / court
    with contextlib.suppress(OSError):
        if placed and (target / MANIFEST).read_bytes() == sealed:
            shutil.rmtree(plan.staging / court, ignore_errors=True)
            return
    beside = plan.beside / f"{court}.{uuid.uuid4().hex[:12]}"
    beside.mkdir(parents=True)
    for source, unit in units.values():
        link_files(source, beside, unit["files"])
    (beside / MANIFEST).write_bytes(sealed)
    if target.exists():
        old = plan.beside / f"old.{uuid.uuid4().hex[:12]}"
        os.replace(target, old)
        os.replace(beside, target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        os.replace(beside, target)
    shutil.rmtree(plan.staging / court, ignore_errors=True)


def _court_manifest(plan: Plan, court: str, units: list[dict], facts: dict | None) -> dict:
    outputs: dict[str, str] = {}
    for unit in units:
        outputs |= unit["files"]
    own = set() if court == OVERVIEW else {court}
    own |= {NO_COURT} if (facts or {}).get("placed") else set()
    kept = ("notebook", "key", "state", "error", "cell", "files")
    names = [f"{unit['notebook']}.ipynb" for unit in units]
    return plan.about() | {
        "kind": "court",
        "court_code": court,
        "units": [{key: unit[key] for key in kept} for unit in units],
        "outputs": outputs,
        "inputs": {
            "record": record_of(plan.record, own, shared=False),
            "parameters": hash_bytes(canonical_bytes(plan.parameters)),
            "library": hash_bytes(canonical_bytes(plan.library)),
            "notebooks": {name: plan.notebooks[name] for name in names},
            "round": plan.round_hash,
        },
    }


def remove_strangers(plan: Plan, courts) -> None:
    """Remove folders of courts that the round no longer names, from an earlier run of it."""
    for path in plan.folder.iterdir():
        if path.is_dir() and path.name != LOG and path.name not in courts:
            if read_manifest(path / MANIFEST) is not None:
                shutil.rmtree(path)
