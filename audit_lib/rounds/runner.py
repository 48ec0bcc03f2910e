"""Run a round: judge the record once, run each court's notebooks, seal what came out.

A unit is one notebook for one court, keyed by the hash of all that goes into it. What has its
key already is not run again; what is killed leaves nothing half-made, so that the same command
goes on where it stopped.
"""

import base64
import contextlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from audit_lib.errors import AuditError, BadRound, CannotWrite
from audit_lib.inspection import Round, load_round
from audit_lib.labels import label
from audit_lib.parameters import notebooks_folder
from audit_lib.record import open_snapshot
from audit_lib.report.settings import load_audience
from audit_lib.rounds import inputs
from audit_lib.rounds.evidence import (
    LOG,
    MANIFEST,
    SIGNATURE,
    canonical_bytes,
    hash_bytes,
    hash_file,
    hash_tree,
    read_manifest,
    seal_manifest,
)
from audit_lib.rounds.executors import Work, open_workers
from audit_lib.rounds.index import index_html
from audit_lib.rounds.ledger import hold_lock, write_entry
from audit_lib.rounds.preparation import STEPS, plan_batches, prepare_batch
from audit_lib.rounds.progress import Progress
from audit_lib.rounds.settings import load_settings
from audit_lib.rounds.signature import check_parameters
from audit_lib.rounds.signing import load_private_key, sign
from audit_lib.rounds.units import OVERVIEW, RECORD, Task, link_files, read_unit, run_unit
from audit_lib.rounds.units import unit_folder as staged_folder

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
    steps=None,
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
    CannotWrite
        The output folder cannot be written, or the disk is full.
    RoundStopped
        Ctrl-C; the message says how to go on.
    """
    started = time.perf_counter()
    run = _Run(round_path, snapshot, out, audience, lang, key, steps)
    chosen = run.choose(courts)
    with hold_lock(run.log):
        run.sweep()
        write_entry(run.log, "started", round=run.round.name, audience=audience, courts=len(chosen))
        try:
            with (
                open_workers(workers, scheduler) as pool,
                Progress(run.round.name, quiet) as progress,
            ):
                run.prepare(chosen, pool, progress)
                run.run_units(chosen, pool, progress)
                run.assemble_overview(pool, progress)
            result = run.finish()
        except KeyboardInterrupt:
            write_entry(run.log, "stopped")
            raise RoundStopped(
                f"The round `{run.round.name}` was stopped; what was finished is kept.\n"
                "Give the same command again to go on."
            ) from None
        except OSError as error:
            raise CannotWrite(
                f"`{run.folder}`: {error.strerror or error}.\nWhat was finished before is kept; "
                "give the same command again when the cause is removed."
            ) from None
        write_entry(run.log, "finished", made=result.made, kept=result.kept)
    result.seconds = time.perf_counter() - started
    return result


class _Run:
    """The state of one run of a round."""

    def __init__(self, round_path, snapshot, out, audience, lang, key, steps):
        self.round: Round = load_round(round_path)
        self.round_path = Path(round_path)
        self.settings = load_settings()
        load_audience(audience)
        self.audience = audience
        self.lang = lang or self.round.lang
        if self.lang not in ("zh", "en"):
            raise BadRound(f"`{self.lang}` is not a language of the reports: zh or en.")
        self.snapshot = open_snapshot(snapshot)
        self.courts = self.round.courts_of(self.snapshot.court_codes)
        self.private_key = load_private_key(key) if key else None
        self.steps = STEPS if steps is None else steps
        self.folder = Path(out).absolute() / self.round.name
        self.log = self.folder / LOG
        self.staging = self.log / "units"
        self.tables = self.log / "tables"
        self.prepared: dict[str, dict] = {}
        self.tasks: dict[tuple[str, str], Task] = {}
        self.results: list[dict] = []
        self.kept = 0
        self._check_notebooks()

    # -- before anything is made ---------------------------------------------------------------

    def choose(self, courts) -> list[str]:
        """Return the courts to run now, checked."""
        if courts is None or not list(courts):
            return self.courts
        wanted = sorted(set(courts))
        strange = [c for c in wanted if c not in self.courts]
        if strange:
            raise BadRound(
                f"`{strange[0]}` is not a court of the round `{self.round.name}`.\n"
                f"Its courts: {', '.join(self.courts[:12])}{' …' * (len(self.courts) > 12)}"
            )
        return wanted

    def _check_notebooks(self) -> None:
        names = self.settings.notebooks
        self.paths = {}
        for name in (names.court, names.interview, names.overview):
            path = notebooks_folder() / f"{name}.ipynb"
            check_parameters(path, self._parameters("", "."))
            self.paths[name] = path

    def _parameters(self, court: str, tables: str) -> dict:
        return {
            "court": court,
            "round_name": self.round.name,
            "as_of": self.round.as_of.isoformat(),
            "snapshot": self.snapshot.day.isoformat(),
            "tables": tables,
            "lang": self.lang,
            "audience": self.audience,
        }

    def sweep(self) -> None:
        """Remove what a killed run left beside its place."""
        for folder in (self.staging, self.tables, self.log / "beside"):
            if folder.is_dir():
                for left in folder.iterdir():
                    if left.name.startswith(".") or folder.name == "beside":
                        shutil.rmtree(left, ignore_errors=True)
        for left in self.folder.glob(".*.part"):
            left.unlink(missing_ok=True)

    # -- the record, judged once -----------------------------------------------------------------

    def prepare(self, chosen, pool, progress) -> None:
        """Judge the batches whose inputs are new, or whose tables are needed and gone."""
        self.parameters = inputs.hash_parameters()
        self.library = inputs.hash_library()
        self.notebooks = inputs.hash_notebooks(self.paths)
        self.record = inputs.hash_record(self.snapshot, None)
        batches = plan_batches(self.snapshot.path, self.snapshot.courts, self.courts)
        wanted = []
        for batch in batches:
            everything = set(batch.courts) >= set(self.snapshot.court_codes)
            sight = None if everything else {*batch.courts, *batch.seen}
            seen = self.record if sight is None else _of_courts(self.record, sight)
            base = inputs.key_of(
                record=seen, shared=self._shared(), courts=list(batch.courts), seen=list(batch.seen)
            )
            keys = {court: inputs.key_of(base=base, court=court) for court in batch.courts}
            known = {court: self._known(court, keys[court]) for court in batch.courts}
            self.prepared |= {court: facts for court, facts in known.items() if facts}
            if any(self._needs_tables(c, known[c]) for c in batch.courts if c in chosen):
                wanted.append((batch, keys))
        work = [
            Work(
                f"{batch.courts[0]}…",
                prepare_batch,
                (
                    str(self.snapshot.path),
                    batch,
                    self.round,
                    str(self.tables),
                    keys,
                    self.audience,
                    self.lang,
                    self.steps,
                ),
            )
            for batch, keys in wanted
        ]
        progress.begin("prepare", len(work))
        for _, made, error in pool.run(work, self.settings.units.tries, progress):
            if error is not None:
                raise error
            for court, facts in made.items():
                self._remember(court, facts)
                self.prepared[court] = facts

    def _shared(self) -> dict:
        """Return what every unit rests on besides its record."""
        about = self.round.model_dump(mode="json")
        settings = {k: v for k, v in self.parameters.items() if k != "rounds.yaml"}
        return {
            "round": about,
            "parameters": settings,
            "library": self.library,
            "versions": inputs.library_versions(),
            "audience": self.audience,
            "lang": self.lang,
        }

    def _known(self, court: str, key: str) -> dict | None:
        """Return what is known of a court's tables from an earlier run with the same inputs."""
        try:
            facts = json.loads((self.log / "prepared" / f"{court}.json").read_bytes())
        except (OSError, ValueError):
            return None
        return facts if facts.get("key") == key else None

    def _remember(self, court: str, facts: dict) -> None:
        folder = self.log / "prepared"
        folder.mkdir(exist_ok=True)
        _replace(folder / f"{court}.json", canonical_bytes(facts))

    def _needs_tables(self, court: str, known: dict | None) -> bool:
        if known is None:
            return True
        if all(self._finished(task) for task in self._court_tasks(court, known)):
            return False
        folder = self.tables / court
        there = folder.is_dir() and hash_bytes(canonical_bytes(hash_tree(folder)))
        return there != known["tables"]

    # -- units -----------------------------------------------------------------------------------

    def _court_tasks(self, court: str, facts: dict) -> list[Task]:
        names = [(self.settings.notebooks.court, "court")]
        if court in {interview.court for interview in self.round.interviews}:
            names.append((self.settings.notebooks.interview, "interview"))
        folder = str(self.tables / court)
        return [
            self._task(court, name, kind, facts["tables"], folder, facts["cases"])
            for name, kind in names
        ]

    def _task(self, court, name, kind, tables, folder, size) -> Task:
        key = inputs.key_of(
            tables=tables,
            notebook=self.notebooks[f"{name}.ipynb"],
            shared=self._shared(),
        )
        return Task(
            court,
            name,
            key,
            str(self.paths[name]),
            self._parameters(court, "."),
            folder,
            str(self.staging),
            kind,
            self.lang,
            self.audience,
            self.settings.units,
            size,
        )

    def _finished(self, task: Task) -> dict | None:
        """Return a unit's record when it is done, staged or in its court's folder."""
        staged = read_unit(staged_folder(self.staging, task.court, task.notebook), task.key)
        if staged is not None:
            return staged if staged["state"] == "done" else None
        unit = self._placed(task.court).get(task.notebook)
        return unit if unit and unit["key"] == task.key and unit["state"] == "done" else None

    def _placed(self, court: str) -> dict[str, dict]:
        """Return the units in a court's folder, if that is exactly as it was sealed."""
        content = read_manifest(self.folder / court / MANIFEST)
        if content is None:
            return {}
        found = {n: h for n, h in hash_tree(self.folder / court).items() if n != MANIFEST}
        if found != content["outputs"]:
            return {}
        return {unit["notebook"]: unit for unit in content["units"]}

    def run_units(self, chosen, pool, progress) -> None:
        """Run what is missing, the largest courts first; put each court together when whole."""
        waiting: dict[str, int] = {}
        missing = []
        for court in chosen:
            tasks = self._court_tasks(court, self.prepared[court])
            open_tasks = [t for t in tasks if self._finished(t) is None]
            self.kept += len(tasks) - len(open_tasks)
            waiting[court] = len(open_tasks)
            missing += open_tasks
            if not open_tasks:
                self.assemble(court, tasks)
        missing.sort(key=lambda t: (-t.size, t.court, t.notebook))
        progress.begin("units", len(missing))
        work = [Work(f"{t.court}/{t.notebook}", run_unit, (t,)) for t in missing]
        by_name = {f"{t.court}/{t.notebook}": t for t in missing}
        for name, result, error in pool.run(work, self.settings.units.tries, progress):
            task = by_name[name]
            self._account(task, result, error)
            waiting[task.court] -= 1
            if not waiting[task.court]:
                facts = self.prepared[task.court]
                self.assemble(task.court, self._court_tasks(task.court, facts))

    def _account(self, task: Task, result: dict | None, error: AuditError | None) -> None:
        if isinstance(error, CannotWrite):
            raise error
        if error is not None:
            result = {"court": task.court, "notebook": task.notebook, "key": task.key}
            result |= {"state": "failed", "error": str(error), "cell": None, "files": {}}
            result |= {"seconds": 0.0, "cells_seconds": 0.0}
            folder = staged_folder(self.staging, task.court, task.notebook)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            kept = ("court", "notebook", "key", "state", "error", "cell", "files")
            _replace(folder / RECORD, canonical_bytes({k: result[k] for k in kept}))
        facts = {k: result[k] for k in ("court", "notebook", "state", "error", "seconds")}
        write_entry(self.log, "unit", **facts, cells_seconds=result["cells_seconds"])
        self.results.append(result)

    # -- putting together --------------------------------------------------------------------------

    def assemble(self, court: str, tasks: list[Task]) -> None:
        """Put a court's folder together from its units, and rename it into place."""
        placed = self._placed(court)
        content = self._court_manifest(court, tasks, placed)
        sealed = seal_manifest(content)
        target = self.folder / court
        with contextlib.suppress(OSError):
            if placed and (target / MANIFEST).read_bytes() == sealed:
                self._forget_staged(court)
                return
        beside = self.log / "beside" / f"{court}.{uuid.uuid4().hex[:12]}"
        beside.mkdir(parents=True)
        for task in tasks:
            staged = staged_folder(self.staging, task.court, task.notebook)
            unit = read_unit(staged, task.key)
            source = staged if unit is not None else target
            names = (unit or placed[task.notebook])["files"]
            link_files(source, beside, names)
        (beside / MANIFEST).write_bytes(sealed)
        if target.exists():
            old = self.log / "beside" / f"old.{uuid.uuid4().hex[:12]}"
            os.replace(target, old)
            os.replace(beside, target)
            shutil.rmtree(old, ignore_errors=True)
        else:
            os.replace(beside, target)
        self._forget_staged(court)

    def _forget_staged(self, court: str) -> None:
        shutil.rmtree(self.staging / court, ignore_errors=True)

    def _court_manifest(self, court, tasks, placed) -> dict:
        units, outputs = [], {}
        for task in tasks:
            unit = read_unit(staged_folder(self.staging, court, task.notebook), task.key)
            unit = unit or placed[task.notebook]
            units.append({k: unit[k] for k in ("notebook", "key", "state", "error", "cell")})
            units[-1]["files"] = unit["files"]
            outputs |= unit["files"]
        record = {} if court == OVERVIEW else _of_courts(self.record, {court}, shared=False)
        return self._about() | {
            "kind": "court",
            "court_code": court,
            "units": units,
            "outputs": outputs,
            "inputs": {
                "record": record,
                "parameters": hash_bytes(canonical_bytes(self.parameters)),
                "library": hash_bytes(canonical_bytes(self.library)),
                "notebooks": {
                    f"{t.notebook}.ipynb": self.notebooks[f"{t.notebook}.ipynb"] for t in tasks
                },
                "round": hash_file(self.round_path),
            },
        }

    def _about(self) -> dict:
        return {
            "format": "court-audit-round/1",
            "round": self.round.name,
            "as_of": self.round.as_of.isoformat(),
            "seed": self.round.seed,
            "lang": self.lang,
            "audience": self.audience,
            "versions": inputs.library_versions(),
        }

    def assemble_overview(self, pool, progress) -> None:
        """Run the overview over all courts that have been made, last."""
        there = [c for c in self.courts if c in self.prepared and self._placed(c)]
        if not there:
            return
        tables = inputs.key_of(courts={c: self.prepared[c]["tables"] for c in there})
        task = self._task(
            OVERVIEW, self.settings.notebooks.overview, "overview", tables, str(self.tables), 0
        )
        if self._finished(task) is not None:
            self.kept += 1
        else:
            self._restore_tables(there, pool, progress)
            self._write_round_facts(there)
            progress.begin("overview", 1)
            work = [Work(OVERVIEW, run_unit, (task,))]
            for _, result, error in pool.run(work, self.settings.units.tries, progress):
                self._account(task, result, error)
        self.assemble(OVERVIEW, [task])

    def _restore_tables(self, courts, pool, progress) -> None:
        """Judge again the batches whose tables an earlier, finished run has cleared away."""
        gone = [c for c in courts if not (self.tables / c).is_dir()]
        if not gone:
            return
        for court in gone:
            (self.log / "prepared" / f"{court}.json").unlink(missing_ok=True)
        self.prepare(gone, pool, progress)

    def _write_round_facts(self, courts) -> None:
        names = dict(
            zip(self.snapshot.courts["court_code"], self.snapshot.courts["court_name"], strict=True)
        )
        facts = {
            "name": self.round.name,
            "as_of": self.round.as_of.isoformat(),
            "stage": self.round.stage or "",
            "seed": self.round.seed,
            "lang": self.lang,
            "audience": self.audience,
            "courts": courts,
            "court_code": OVERVIEW,
            "court_name": label("rounds", "overview", self.lang),
            "court_names": {c: str(names.get(c, c)) for c in courts},
            "invented": bool(getattr(self.snapshot, "invented", False)),
        }
        _replace(self.tables / "round.json", canonical_bytes(facts))

    def finish(self) -> RoundResult:
        """Write index and manifest, clear what is no longer needed, and say what was done."""
        names = dict(
            zip(self.snapshot.courts["court_code"], self.snapshot.courts["court_name"], strict=True)
        )
        names[OVERVIEW] = label("rounds", "overview", self.lang)
        entries, failures, courts = [], [], {}
        for court in (OVERVIEW, *self.courts):
            content = read_manifest(self.folder / court / MANIFEST)
            if content is None:
                continue
            units = content["units"]
            cases = self.prepared.get(court, {}).get("cases", 0)
            name = str(names.get(court, court))
            entries.append({"court": court, "name": name, "cases": cases, "units": units})
            failed = [u | {"court": court} for u in units if u["state"] == "failed"]
            failures += failed
            state = "failed" if failed else "done"
            manifest = hash_file(self.folder / court / MANIFEST)
            courts[court] = {"manifest": manifest, "state": state}
        self._remove_strangers(courts)
        page = index_html(
            self.round, entries, self.lang, bool(getattr(self.snapshot, "invented", False))
        )
        _replace(self.folder / "index.html", page.encode())
        self._seal(courts)
        # The tables name everybody; they are judged again rather than kept in a folder handed on.
        for folder in (self.staging, self.tables, self.log / "beside"):
            shutil.rmtree(folder, ignore_errors=True)
        index = self.folder / "index.html"
        result = RoundResult(self.folder, index, len(self.results), self.kept, failures)
        result.units, result.lang = self.results, self.lang
        return result

    def _remove_strangers(self, courts) -> None:
        """Remove folders of courts that the round no longer names, from an earlier run of it."""
        for path in self.folder.iterdir():
            if path.is_dir() and path.name != LOG and path.name not in courts:
                if read_manifest(path / MANIFEST) is not None:
                    shutil.rmtree(path)

    def _seal(self, courts) -> None:
        content = self._about() | {
            "kind": "round",
            "courts": courts,
            "outputs": {"index.html": hash_file(self.folder / "index.html")},
            "inputs": {
                "record": self.record,
                "parameters": self.parameters,
                "library": self.library,
                "notebooks": self.notebooks,
                "round": {"round.yaml": hash_file(self.round_path)},
            },
            "previous": self._previous(),
        }
        if self.private_key is not None:
            public = self.private_key.public_key().public_bytes_raw()
            content["signed_by"] = base64.b64encode(public).decode()
        sealed = seal_manifest(content)
        signature = self.folder / SIGNATURE
        if self.private_key is None:
            signature.unlink(missing_ok=True)
        else:
            _replace(signature, sign(self.private_key, sealed))
        _replace(self.folder / MANIFEST, sealed)

    def _previous(self) -> dict | None:
        """Return name and hash of the latest earlier round that stands beside this one."""
        earlier = []
        for path in sorted(self.folder.parent.glob(f"*/{MANIFEST}")):
            content = read_manifest(path)
            if content and content.get("kind") == "round" and path.parent != self.folder:
                if content["as_of"] < self.round.as_of.isoformat():
                    earlier.append((content["as_of"], path.parent.name, hash_file(path)))
        if not earlier:
            return None
        _, name, manifest = max(earlier)
        return {"round": name, "manifest": manifest}


def _of_courts(record: dict[str, str], courts: set[str], shared: bool = True) -> dict[str, str]:
    """Return the hashes of some courts' files; with `shared`, the files of no court too."""
    wanted = {f"court_code={court}" for court in courts}
    chosen = {}
    for name, value in record.items():
        folder = name.split("/")[1] if "/" in name else ""
        of_a_court = folder.startswith("court_code=")
        if folder in wanted or (shared and not of_a_court):
            chosen[name] = value
    return chosen


def _replace(path: Path, data: bytes) -> None:
    """Write a file beside its place and rename it there."""
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
