"""Run a round: judge the record once, run each court's notebooks, seal what came out.

A unit is one notebook for one court, keyed by the hash of all that goes into it. What has its
key already is not run again; what is killed leaves nothing half-made, so that the same command
goes on where it stopped.
"""

import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from audit_lib.errors import AuditError, CannotWrite, say
from audit_lib.labels import error_words, label
from audit_lib.rounds.assembly import (
    assemble_court,
    finished_unit,
    placed_units,
    replace_file,
    stage_failure,
    sweep,
)
from audit_lib.rounds.evidence import canonical_bytes
from audit_lib.rounds.executors import Work, Workers, open_workers
from audit_lib.rounds.judging import judge_courts, judge_unplaced
from audit_lib.rounds.ledger import hold_lock, write_entry
from audit_lib.rounds.plan import Plan, make_plan
from audit_lib.rounds.preparation import STEPS
from audit_lib.rounds.progress import Progress
from audit_lib.rounds.sealing import seal_round
from audit_lib.rounds.signing import load_private_key
from audit_lib.rounds.units import OVERVIEW, Task, run_unit

__all__ = ["RoundResult", "RoundStopped", "run_round"]


class RoundStopped(AuditError):
    """A person stopped the round; what was finished is kept."""


@dataclass
class RoundResult:
    """What a run of a round did.

    Attributes
    ----------
    folder : Path of ``OUT/<round>``
    index : Path of the way in
    made, kept : how many units were run now, and how many were up to date
    failures : one dict a failed unit: ``court``, ``notebook``, ``error``, ``cell``
    units : one dict a unit run now, with ``seconds`` and ``cells_seconds``
    seconds : of the whole run
    lang : of the summary
    """

    folder: Path
    index: Path
    made: int = 0
    kept: int = 0
    failures: list[dict] = field(default_factory=list)
    units: list[dict] = field(default_factory=list)
    seconds: float = 0.0
    lang: str = "zh"

    @property
    def complete(self) -> bool:
        """Whether every unit of the round is done."""
        return not self.failures

    @property
    def summary(self) -> str:
        """What was done, for a person: the failures first, and last where the index is."""
        lines = []
        if self.failures:
            lines.append(label("rounds_done", "failed", self.lang, count=len(self.failures)))
        for unit in self.failures:
            name = label("rounds_notebook", unit["notebook"], self.lang)
            facts = {"court": unit["court"], "notebook": name, "error": unit["error"]}
            lines.append(label("rounds_done", "failure", self.lang, **facts))
        lines.append(label("rounds_done", "made", self.lang, made=self.made, kept=self.kept))
        lines.append(label("rounds_done", "index", self.lang, index=self.index))
        return "\n".join(lines)


def run_round(
    round_path,
    snapshot,
    out,
    workers: int = 2,
    scheduler: str | None = None,
    courts: Iterable[str] | None = None,
    audience: str = "inspectors",
    lang: str | None = None,
    key: str | None = None,
    steps: Mapping | None = None,
    quiet: bool = False,
) -> RoundResult:
    """Run the notebooks of a round, court by court; run again, it resumes.

    Parameters
    ----------
    round_path : the round's file
    snapshot : folder of a snapshot
    out : folder in which ``<round>/`` is made
    workers : processes on this machine
    scheduler : address of a Dask scheduler, instead of processes here
    courts : only these of the round's courts; the others keep what they have
    audience : for whom the reports are, an entry of ``parameters/audiences.yaml``
    lang : ``zh`` or ``en``; the round's own when not given
    key : PEM file of an Ed25519 private key with which the round's manifest is signed
    steps : name → function, what is judged before the notebooks run; ours when not given
    quiet : show no progress

    Returns
    -------
    RoundResult

    Raises
    ------
    BadRound
        The round names an unknown court, a notebook does not take its parameters, or the round
        is being run already.
    BadSnapshot
        The snapshot is missing or was altered.
    BadKey
        The key cannot be used; nothing was run.
    CannotWrite
        The output folder cannot be written, or the disk is full.
    RoundStopped
        Ctrl-C; the message says how to go on.
    """
    started = time.perf_counter()
    plan = make_plan(round_path, snapshot, out, audience, lang)
    private_key = load_private_key(key) if key else None
    chosen = plan.choose(courts)
    facts = {"round": plan.round.name, "audience": audience, "courts": len(chosen)}
    # One court alone is done here: a process beside would only import what this one has.
    width = min(workers, max(1, len(chosen)))
    with open_workers(width, scheduler, plan.made_with) as pool, hold_lock(plan.log):
        try:
            sweep(plan)
            write_entry(plan.log, "started", **facts)
            with Progress(plan.round.name, plan.lang, quiet) as progress:
                run = _Run(plan, STEPS if steps is None else steps, pool, progress)
                run.judge(chosen)
                run.make_courts(chosen)
                run.make_overview()
            result = run.finish(private_key)
        except KeyboardInterrupt:
            write_entry(plan.log, "stopped")
            raise RoundStopped(
                say("round_stopped", "The round `{round}` was stopped; what was finished is kept.\n"
                    "Give the same command again to go on.", round=plan.round.name)
            ) from None  # fmt: skip
        except OSError as error:
            advice = say("go_on_later", "\nWhat was finished before is kept; give the same command "
                         "again when the cause is removed.")  # fmt: skip
            raise CannotWrite.from_error(plan.folder, error, advice) from None
        result.seconds = time.perf_counter() - started
        write_entry(
            plan.log, "finished", made=result.made, kept=result.kept, seconds=result.seconds
        )
    return result


class _Run:
    """The state of one run of a round."""

    def __init__(self, plan: Plan, steps: Mapping, pool: Workers, progress: Progress):
        self.plan, self.steps, self.pool, self.progress = plan, steps, pool, progress
        self.facts: dict[str, dict] = {}  # court → what is known of its tables
        self.unplaced: dict | None = None
        self.results: list[dict] = []
        self.kept = 0

    def judge(self, chosen: list[str]) -> None:
        """Judge what the chosen courts' units need; who cannot be judged has failed."""
        self.facts, faults = judge_courts(self.plan, chosen, self.steps, self.pool, self.progress)
        for court, error in sorted(faults.items()):
            if court in chosen:
                nothing = {"tables": "", "cases": 0}
                task = self.plan.court_tasks(court, nothing)[0]
                self._account(task, None, AuditError(error))
                assemble_court(self.plan, court, [task])

    def make_courts(self, chosen: list[str]) -> None:
        """Run what is missing, the largest courts first; put each court together when whole."""
        plan = self.plan
        waiting: dict[str, int] = {}
        tasks: dict[str, list[Task]] = {}
        missing: list[Task] = []
        for court in (c for c in chosen if c in self.facts):
            tasks[court] = plan.court_tasks(court, self.facts[court])
            open_tasks = [t for t in tasks[court] if finished_unit(plan, t) is None]
            self.kept += len(tasks[court]) - len(open_tasks)
            waiting[court] = len(open_tasks)
            missing += open_tasks
            if not open_tasks:
                assemble_court(plan, court, tasks[court], self.facts[court])
        missing.sort(key=lambda t: (-t.size, t.court, t.notebook))
        self.progress.begin("units", len(missing))
        by_name = {f"{t.court}/{t.notebook}": t for t in missing}
        work = [Work(name, run_unit, (task,)) for name, task in by_name.items()]
        for name, result, error in self.pool.run(work, plan.settings.units.tries, self.progress):
            court = by_name[name].court
            self._account(by_name[name], result, error)
            waiting[court] -= 1
            if not waiting[court]:
                assemble_court(plan, court, tasks[court], self.facts[court])

    def _account(self, task: Task, result: dict | None, error: AuditError | None) -> None:
        if isinstance(error, CannotWrite):
            raise error
        if error is not None:
            result = stage_failure(self.plan, task, error_words(error, self.plan.lang))
        kept = ("court", "notebook", "state", "error", "seconds", "cells_seconds")
        write_entry(self.plan.log, "unit", **{key: result[key] for key in kept})
        self.results.append(result)

    def make_overview(self) -> None:
        """Run the overview over all courts that have been made, last."""
        plan = self.plan
        there = [c for c in plan.courts if c in self.facts and placed_units(plan, c)]
        if not there:
            return
        self.unplaced = judge_unplaced(plan, self.steps, self.pool, self.progress)
        tables = {court: self.facts[court]["tables"] for court in there}
        task = plan.overview_task(tables, (self.unplaced or {}).get("tables"))
        if finished_unit(plan, task) is not None:
            self.kept += 1
        else:
            self._restore_tables(there)
            self._tell_overview(there)
            self.progress.begin("overview", 1)
            work = [Work(OVERVIEW, run_unit, (task,))]
            for _, result, error in self.pool.run(work, plan.settings.units.tries, self.progress):
                self._account(task, result, error)
        assemble_court(plan, OVERVIEW, [task], {"placed": self.unplaced is not None})

    def _restore_tables(self, courts: list[str]) -> None:
        """Judge again the batches whose tables an earlier, finished run has cleared away."""
        for path in self.plan.tables.glob("*"):
            if path.name not in courts:  # a court that has failed, or is of the round no more
                shutil.rmtree(path, ignore_errors=True)
        gone = [c for c in courts if not (self.plan.tables / c).is_dir()]
        if gone:
            _, faults = judge_courts(
                self.plan, gone, self.steps, self.pool, self.progress, afresh=True
            )
            for court, error in faults.items():
                raise AuditError(f"{court} could be judged before, and now not: {error}")

    def _tell_overview(self, courts: list[str]) -> None:
        plan = self.plan
        names = plan.court_names()
        facts = {
            "name": plan.round.name,
            "as_of": plan.round.as_of.isoformat(),
            "stage": plan.round.stage or "",
            "seed": plan.round.seed,
            "lang": plan.lang,
            "audience": plan.audience,
            "courts": courts,
            "court_code": OVERVIEW,
            "court_name": label("rounds", "overview", plan.lang),
            "court_names": {c: names.get(c, c) for c in courts},
            "invented": bool(getattr(plan.snapshot, "invented", False)),
        }
        replace_file(plan.tables / "round.json", canonical_bytes(facts))

    def finish(self, private_key) -> RoundResult:
        """Seal the round, and say what was done."""
        plan = self.plan
        cases = {court: facts["cases"] for court, facts in self.facts.items()}
        unplaced = (self.unplaced or {}).get("rows", 0)
        failures = seal_round(plan, cases, unplaced, private_key)
        result = RoundResult(plan.folder, plan.folder / "index.html", len(self.results), self.kept)
        result.failures, result.units, result.lang = failures, self.results, plan.lang
        return result
