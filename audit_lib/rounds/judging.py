"""The record judged, batch by batch, for the courts whose tables a run needs.

Tables that an earlier run made from the same inputs are not made again. A batch that cannot be
judged is judged court by court, so that one court's fault is that court's alone.
"""

import json

from audit_lib.errors import AuditError, BadSnapshot, CannotWrite
from audit_lib.labels import error_words
from audit_lib.rounds.assembly import finished_unit, replace_file
from audit_lib.rounds.batches import Batch
from audit_lib.rounds.evidence import canonical_bytes, hash_bytes, hash_tree
from audit_lib.rounds.executors import Work, Workers
from audit_lib.rounds.plan import Plan
from audit_lib.rounds.preparation import prepare_batch, prepare_unplaced
from audit_lib.rounds.progress import Progress

__all__ = ["judge_courts", "judge_unplaced"]


def judge_courts(
    plan: Plan, chosen: list[str], steps, pool: Workers, progress: Progress, afresh: bool = False
) -> tuple[dict[str, dict], dict[str, str]]:
    """Judge the batches whose inputs are new, or whose tables are needed and gone.

    Parameters
    ----------
    plan : Plan
    chosen : courts of the round whose tables are needed if their units are not done
    steps : name → function, see :func:`audit_lib.rounds.preparation.prepare_batch`
    pool, progress : who does it, and who is told
    afresh : the tables of `chosen` are needed whether their units are done or not

    Returns
    -------
    (facts, faults)
        Court → ``key``, ``tables`` (hash), ``cases`` (number), ``placed`` (petitions placed by
        their number alone), of every court of the round that is known; court → what went wrong.

    Raises
    ------
    BadSnapshot, CannotWrite
        No court's fault.
    """
    known: dict[str, dict] = {}
    wanted: list[tuple[Batch, dict[str, str]]] = []
    for batch, keys in plan.batches():
        found = {court: _known(plan, court, keys[court]) for court in batch.courts}
        known |= {court: facts for court, facts in found.items() if facts}
        needed = [court for court in batch.courts if court in chosen]
        if any(_needs_tables(plan, court, found[court], afresh) for court in needed):
            wanted.append((batch, keys))
    progress.begin("prepare", len(wanted))
    alone: list[tuple[Batch, dict[str, str]]] = []
    faults: dict[str, str] = {}
    for (batch, keys), made, error in _judge(plan, wanted, steps, pool, progress):
        if error is None:
            known |= _remember(plan, made)
        elif len(batch.courts) > 1:
            alone += [(batch.only(court), keys) for court in batch.courts]
        else:
            faults[batch.courts[0]] = error_words(error, plan.lang)
    if alone:
        progress.begin("prepare", len(alone))
    for (batch, _), made, error in _judge(plan, alone, steps, pool, progress):
        if error is None:
            known |= _remember(plan, made)
        else:
            faults[batch.courts[0]] = error_words(error, plan.lang)
    return {court: facts for court, facts in known.items() if court not in faults}, faults


def _judge(plan: Plan, batches, steps, pool: Workers, progress: Progress):
    """Yield (batch with its keys, facts a court, error) as each ends."""
    named = {f"{batch.courts[0]}+{len(batch.courts) - 1}": (batch, keys) for batch, keys in batches}
    common = (plan.audience, plan.lang, steps)
    folder, path = str(plan.tables), str(plan.snapshot.path)
    work = [
        Work(name, prepare_batch, (path, batch, plan.round, folder, keys, *common))
        for name, (batch, keys) in named.items()
    ]
    for name, made, error in pool.run(work, plan.settings.units.tries, progress):
        if isinstance(error, BadSnapshot | CannotWrite):
            raise error
        yield named[name], made, error


def _known(plan: Plan, court: str, key: str) -> dict | None:
    """Return what is known of a court's tables from an earlier run with the same inputs."""
    try:
        facts = json.loads((plan.log / "prepared" / f"{court}.json").read_bytes())
    except (OSError, ValueError):
        return None
    return facts if isinstance(facts, dict) and facts.get("key") == key else None


def _remember(plan: Plan, made: dict[str, dict]) -> dict[str, dict]:
    folder = plan.log / "prepared"
    folder.mkdir(exist_ok=True)
    for court, facts in made.items():
        replace_file(folder / f"{court}.json", canonical_bytes(facts))
    return made


def _needs_tables(plan: Plan, court: str, known: dict | None, afresh: bool) -> bool:
    if known is None:
        return True
    if not afresh and all(finished_unit(plan, task) for task in plan.court_tasks(court, known)):
        return False
    folder = plan.tables / court
    there = folder.is_dir() and hash_bytes(canonical_bytes(hash_tree(folder)))
    return there != known["tables"]


def judge_unplaced(plan: Plan, steps, pool: Workers, progress: Progress) -> dict | None:
    """Read the petitions that name no court of the record.

    Returns
    -------
    dict or None
        ``tables`` (hash) and ``rows`` (petitions); ``None`` where there are none.
    """
    work = Work(
        "petitions",
        prepare_unplaced,
        (
            str(plan.snapshot.path), plan.round, str(plan.unplaced), plan.audience, plan.lang,
            steps,
        ),
    )  # fmt: skip
    ((_, made, error),) = pool.run([work], plan.settings.units.tries, progress)
    if isinstance(error, AuditError):
        raise error
    return made
