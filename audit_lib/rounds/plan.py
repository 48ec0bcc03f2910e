"""What a round is to make: its inputs, checked and hashed, and the units that follow from them.

Takes a round's file, a snapshot and where to write; gives a :class:`Plan` that everything else
asks. Nothing is written here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from audit_lib.errors import BadRound, say
from audit_lib.inspection import Round, load_round
from audit_lib.parameters import notebooks_folder
from audit_lib.record import open_snapshot
from audit_lib.record.snapshot import Snapshot
from audit_lib.report.settings import load_audience
from audit_lib.rounds import inputs
from audit_lib.rounds.batches import Batch, plan_batches
from audit_lib.rounds.evidence import LOG
from audit_lib.rounds.settings import RoundSettings, load_settings
from audit_lib.rounds.signature import check_parameters
from audit_lib.rounds.units import OVERVIEW, Task
from audit_lib.rounds.unplaced import NO_COURT

__all__ = ["Plan", "make_plan", "record_of"]


@dataclass(frozen=True)
class Plan:
    """A round with all that it rests on.

    Attributes
    ----------
    round, round_path : the round and its file
    snapshot : the record, all courts
    folder : ``OUT/<round>``
    courts : codes of the round's courts, sorted
    audience, lang : of the reports
    settings : how rounds are run
    paths : notebook → its file
    """

    round: Round
    round_path: Path
    snapshot: Snapshot
    folder: Path
    courts: tuple[str, ...]
    audience: str
    lang: str
    settings: RoundSettings
    paths: Mapping[str, Path]

    # -- where things stand ------------------------------------------------------------------------

    @property
    def log(self) -> Path:
        """What is not hashed: ledger, lock, and all that is on its way."""
        return self.folder / LOG

    @property
    def staging(self) -> Path:
        """Finished units, until their court is put together."""
        return self.log / "units"

    @property
    def tables(self) -> Path:
        """The courts' prepared tables, while a run needs them."""
        return self.log / "tables"

    @property
    def unplaced(self) -> Path:
        """The prepared tables of petitions that name no court."""
        return self.log / "unplaced"

    @property
    def beside(self) -> Path:
        """Courts' folders that are being put together."""
        return self.log / "beside"

    # -- what goes in ------------------------------------------------------------------------------

    @cached_property
    def parameters(self) -> dict[str, str]:
        """Parameter file → hash."""
        return inputs.hash_parameters()

    @cached_property
    def library(self) -> dict[str, str]:
        """File of the library → hash."""
        return inputs.hash_library()

    @cached_property
    def notebooks(self) -> dict[str, str]:
        """Notebook → hash."""
        return inputs.hash_notebooks(self.paths)

    @cached_property
    def record(self) -> dict[str, str]:
        """File of the snapshot → hash; a file that was altered is refused."""
        return inputs.hash_record(self.snapshot, None)

    @cached_property
    def round_hash(self) -> str:
        """Hash of the round's file."""
        return inputs.hash_file(self.round_path)

    @cached_property
    def shared(self) -> str:
        """Hash of what every unit rests on besides its record."""
        return inputs.key_of(
            round=self.round.model_dump(mode="json"),
            parameters={k: v for k, v in self.parameters.items() if k != "rounds.yaml"},
            library=self.library,
            versions=inputs.library_versions(),
            audience=self.audience,
            lang=self.lang,
        )

    def about(self) -> dict:
        """Return what each manifest says first."""
        return {
            "format": "court-audit-round/1",
            "round": self.round.name,
            "as_of": self.round.as_of.isoformat(),
            "seed": self.round.seed,
            "lang": self.lang,
            "audience": self.audience,
            "versions": inputs.library_versions(),
        }

    def court_names(self) -> dict[str, str]:
        """Return court code → name as received."""
        courts = self.snapshot.courts
        return {
            code: name if isinstance(name, str) else code
            for code, name in zip(courts["court_code"], courts["court_name"], strict=True)
        }

    # -- what follows ------------------------------------------------------------------------------

    def choose(self, courts: Iterable[str] | None) -> list[str]:
        """Return the courts to run now.

        Raises
        ------
        BadRound
            One of them is not of the round.
        """
        wanted = sorted(set(courts or ()))
        strange = [c for c in wanted if c not in self.courts]
        if strange:
            shown = ", ".join(self.courts[:12]) + " …" * (len(self.courts) > 12)
            raise BadRound(
                say("not_of_round", "`{court}` is not a court of the round `{round}`.\nIts courts: "
                    "{courts}", court=strange[0], round=self.round.name, courts=shown)
            )  # fmt: skip
        return wanted or list(self.courts)

    def batches(self) -> list[tuple[Batch, dict[str, str]]]:
        """Return the courts that are judged together, with the key of each court's inputs."""
        everything = set(self.snapshot.court_codes)
        keyed = []
        for batch in plan_batches(self.snapshot.path, self.snapshot.courts, self.courts):
            sight = {*batch.courts, *batch.seen, NO_COURT}
            seen = self.record if sight >= everything else record_of(self.record, sight)
            base = inputs.key_of(
                record=seen, shared=self.shared, courts=list(batch.courts), seen=list(batch.seen)
            )
            keys = {court: inputs.key_of(base=base, court=court) for court in batch.courts}
            keyed.append((batch, keys))
        return keyed

    def court_tasks(self, court: str, facts: Mapping) -> list[Task]:
        """Return a court's units, given what is known of its prepared tables."""
        names = [(self.settings.notebooks.court, "court")]
        if court in {interview.court for interview in self.round.interviews}:
            names.append((self.settings.notebooks.interview, "interview"))
        folder = str(self.tables / court)
        return [
            self._task(court, name, kind, facts["tables"], folder, facts["cases"])
            for name, kind in names
        ]

    def overview_task(self, tables: Mapping[str, str], unplaced: str | None) -> Task:
        """Return the unit of the overview, given the hash of each court's tables."""
        name = self.settings.notebooks.overview
        key = inputs.key_of(courts=dict(tables), unplaced=unplaced)
        beside = str(self.unplaced) if unplaced else ""
        task = self._task(OVERVIEW, name, "overview", key, str(self.tables), 0, beside)
        return replace(task, limits=task.limits.of_overview(len(tables)))

    def notebook_parameters(self, court: str) -> dict[str, str]:
        """Return what a notebook is given: plain text, days as text too."""
        return {
            "court": court,
            "round_name": self.round.name,
            "as_of": self.round.as_of.isoformat(),
            "snapshot": self.snapshot.day.isoformat(),
            "tables": ".",
            "lang": self.lang,
            "audience": self.audience,
        }

    def _task(self, court, name, kind, tables, folder, size, beside="") -> Task:
        return Task(
            court=court,
            notebook=name,
            key=inputs.key_of(
                tables=tables, notebook=self.notebooks[f"{name}.ipynb"], shared=self.shared
            ),
            path=str(self.paths[name]),
            parameters=self.notebook_parameters(court),
            folder=folder,
            staging=str(self.staging),
            kind=kind,
            lang=self.lang,
            audience=self.audience,
            limits=self.settings.units,
            size=size,
            beside=beside,
            made_with=self.made_with,
        )

    @cached_property
    def made_with(self) -> str:
        """Hash of library, parameters and versions: a worker elsewhere must have the same."""
        return inputs.fingerprint(self.library, self.parameters)


def make_plan(round_path, snapshot, out, audience: str, lang: str | None) -> Plan:
    """Check a round's inputs; nothing is written.

    Raises
    ------
    BadRound
        The round or one of its notebooks cannot be used.
    BadSnapshot
        The snapshot is missing or was altered.
    UnknownCode
        No such audience.
    """
    round_ = load_round(round_path)
    settings = load_settings()
    load_audience(audience)
    lang = lang or round_.lang
    if lang not in ("zh", "en"):
        raise BadRound(
            say("no_language", "`{lang}` is not a language of the reports: zh or en.", lang=lang)
        )
    opened = open_snapshot(snapshot)
    names = settings.notebooks
    paths = {
        name: notebooks_folder() / f"{name}.ipynb"
        for name in (names.court, names.interview, names.overview)
    }
    plan = Plan(
        round=round_,
        round_path=Path(round_path),
        snapshot=opened,
        folder=Path(out).absolute() / round_.name,
        courts=tuple(round_.courts_of(opened.court_codes)),
        audience=audience,
        lang=lang,
        settings=settings,
        paths=paths,
    )
    for path in paths.values():
        check_parameters(path, plan.notebook_parameters(""))
    return plan


def record_of(record: Mapping[str, str], courts: set[str], shared: bool = True) -> dict[str, str]:
    """Return the hashes of some courts' files; with `shared`, the files of no court too.

    Examples
    --------
    >>> files = {"cases/court_code=鲁09/a": "1", "cases/court_code=鲁10/a": "2", "courts/a": "3"}
    >>> record_of(files, {"鲁09"})
    {'cases/court_code=鲁09/a': '1', 'courts/a': '3'}
    """
    wanted = {f"court_code={court}" for court in courts}
    chosen = {}
    for name, value in record.items():
        folder = name.split("/")[1] if "/" in name else ""
        if folder in wanted or (shared and not folder.startswith("court_code=")):
            chosen[name] = value
    return chosen
