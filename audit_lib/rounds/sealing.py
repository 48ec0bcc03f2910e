"""The end of a round: its index, its manifest in the chain of rounds, its signature."""

import base64
import shutil

from audit_lib.labels import label
from audit_lib.rounds.assembly import remove_strangers, replace_file
from audit_lib.rounds.evidence import (
    MANIFEST,
    SIGNATURE,
    hash_file,
    read_manifest,
    seal_manifest,
)
from audit_lib.rounds.index import index_html
from audit_lib.rounds.plan import Plan
from audit_lib.rounds.signing import sign
from audit_lib.rounds.units import OVERVIEW

__all__ = ["seal_round"]


def seal_round(plan: Plan, cases: dict[str, int], unplaced: int, private_key=None) -> list[dict]:
    """Write index and manifest, and clear away what is no longer needed.

    Parameters
    ----------
    plan : Plan
    cases : court → number of cases
    unplaced : petitions that name no court
    private_key : with which the manifest is signed; may be missing

    Returns
    -------
    list of dict : the units that failed, each with its ``court``
    """
    names = plan.court_names() | {OVERVIEW: label("rounds", "overview", plan.lang)}
    entries, failures, courts = [], [], {}
    for court in (OVERVIEW, *plan.courts):
        content = read_manifest(plan.folder / court / MANIFEST)
        if content is None:
            continue
        units = content["units"]
        entry = {"court": court, "name": names.get(court, court), "units": units}
        entries.append(entry | {"cases": cases.get(court, 0)})
        failed = [unit | {"court": court} for unit in units if unit["state"] == "failed"]
        failures += failed
        manifest = hash_file(plan.folder / court / MANIFEST)
        courts[court] = {"manifest": manifest, "state": "failed" if failed else "done"}
    remove_strangers(plan, courts)
    invented = bool(getattr(plan.snapshot, "invented", False))
    page = index_html(plan.round, entries, plan.lang, invented, unplaced)
    replace_file(plan.folder / "index.html", page.encode())
    _seal(plan, courts, private_key)
    # The tables name everybody; they are judged again rather than kept in a folder handed on.
    for folder in (plan.staging, plan.tables, plan.unplaced, plan.beside):
        shutil.rmtree(folder, ignore_errors=True)
    return failures


def _seal(plan: Plan, courts: dict[str, dict], private_key) -> None:
    content = plan.about() | {
        "kind": "round",
        "courts": courts,
        "outputs": {"index.html": hash_file(plan.folder / "index.html")},
        "inputs": {
            "record": plan.record,
            "parameters": plan.parameters,
            "library": plan.library,
            "notebooks": plan.notebooks,
            "round": {"round.yaml": plan.round_hash},
        },
        "previous": _previous(plan),
    }
    if private_key is not None:
        public = private_key.public_key().public_bytes_raw()
        content["signed_by"] = base64.b64encode(public).decode()
    sealed = seal_manifest(content)
    signature = plan.folder / SIGNATURE
    if private_key is None:
        signature.unlink(missing_ok=True)
    else:
        replace_file(signature, sign(private_key, sealed))
    replace_file(plan.folder / MANIFEST, sealed)


def _previous(plan: Plan) -> dict | None:
    """Return name and hash of the latest earlier round that stands beside this one.

    Rounds of one day follow one another by name.
    """
    here = (plan.round.as_of.isoformat(), plan.round.name)
    earlier = []
    for path in sorted(plan.folder.parent.glob(f"*/{MANIFEST}")):
        content = read_manifest(path)
        if content and content.get("kind") == "round" and path.parent != plan.folder:
            there = (content["as_of"], path.parent.name)
            if there < here:
                earlier.append((*there, hash_file(path)))
    if not earlier:
        return None
    _, name, manifest = max(earlier)
    return {"round": name, "manifest": manifest}
