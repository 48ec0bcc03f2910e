"""What the desk shows: one round's prepared tables, read court by court and case by case.

Takes a snapshot and a round, gives :class:`DeskData`. The record is judged once, by the same
preparation as a round's notebooks, and kept as Parquet under the hash of everything it was made
from: the next opening only reads. Nothing is judged or counted here. What an account may not
read on disk, it cannot open here: courts whose folders are closed to it are not offered.
"""

import os
import shutil
import uuid
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from audit_lib.desk.laying import Frames, LaidCourt, lay_court
from audit_lib.desk.preparing import desk_steps, key_of_tables
from audit_lib.desk.settings import load_desk_settings, tables_folder
from audit_lib.desk.timeline import write_drawings
from audit_lib.errors import AuditError, CannotWrite, UnknownCode, cause, say
from audit_lib.inspection import Round, load_round
from audit_lib.parameters import notebooks_folder, parameters_folder
from audit_lib.record import open_snapshot
from audit_lib.report import CourtTables
from audit_lib.report.redact import make_mask
from audit_lib.report.texts import change_texts
from audit_lib.rounds import prepare_round

__all__ = ["DeskData", "NotPrepared", "mask_case", "open_data"]

# Tables of which the page shows no text that could name anybody.
_NAMELESS = frozenset({"courts", "returns", "snapshots", "features", "categories", "campaign"})


class NotPrepared(AuditError):
    """An account may not read the whole round, and nobody prepared its tables yet."""


@dataclass
class DeskData:
    """One round as the desk reads it.

    Attributes
    ----------
    folder : folder of the prepared tables, one folder a court
    round : Round
    snapshot : folder of the snapshot
    courts : court code → name of the court, sorted by code; those this account may read
    """

    folder: Path
    round: Round
    snapshot: Path
    courts: dict[str, str]
    _open: OrderedDict = field(default_factory=OrderedDict, repr=False)

    @property
    def round_name(self) -> str:
        """Name of the round."""
        return self.round.name

    def court(self, code: str) -> LaidCourt:
        """Return one court; the last few courts asked for stay in memory.

        Raises
        ------
        UnknownCode
            The court is not among those of this desk.
        UnreadableSource
            This account may not read it.
        """
        if code not in self.courts:
            raise UnknownCode.from_value(
                say("what_court_of_desk", "court of this desk"), code, self.courts
            )
        if code not in self._open:
            self._open[code] = LaidCourt(self.folder / code)
            while len(self._open) > load_desk_settings().courts_kept:
                self._open.popitem(last=False)
        self._open.move_to_end(code)
        return self._open[code]

    def case(self, code: str, case_no: str, names: str | None = None) -> CourtTables:
        """Return the tables of one case.

        Parameters
        ----------
        code : court code
        case_no : case number
        names : ``masked`` or ``shown``; as ``parameters/desk.yaml`` says when not given

        Returns
        -------
        CourtTables
            Only the rows of that case, the petitions linked to it, and the court's own name and
            returns. ID numbers are out in either way. A table is read when it is asked for.
        """
        tables = self.court(code).case(case_no)
        shown = (names or load_desk_settings().names) == "shown"
        return tables if shown else mask_case(tables)


def mask_case(tables: CourtTables) -> CourtTables:
    """Mask names, but leave what petitions and notes say: an inspector has to read it.

    A table is masked when it is first asked for; until then nothing of it can be seen.
    """
    audience = load_desk_settings().masked_as
    hidden = make_mask(tables.frames, audience)

    def masked(name: str):
        frame = tables[name]
        plain = frame.empty or name in _NAMELESS
        return frame if plain else change_texts(frame, lambda _: hidden)

    frames = Frames({name: partial(masked, name) for name in tables.frames})
    return replace(tables, frames=frames, audience=audience)


def open_data(
    snapshot: str | Path,
    round_name: str,
    folder: str | Path | None = None,
    courts: Iterable[str] | None = None,
) -> DeskData:
    """Open a round for the desk; the record is judged now where no earlier opening did.

    Parameters
    ----------
    snapshot : folder of a snapshot; a relative one is sought from the notebooks' folder
    round_name : name of a round's file under ``parameters/rounds``
    folder : where prepared tables are kept; ``AUDIT_DESK_TABLES`` or the desk's own folder when
        not given
    courts : only these courts of the round

    Returns
    -------
    DeskData
        Of those courts whose folders this account may read.

    Raises
    ------
    BadSnapshot, BadParameterFile, BadRound
        As of opening a snapshot and reading a round.
    CannotWrite
        The folder cannot be written, or its disk is full; nothing half-written is left.
    NotPrepared
        The tables are not made yet, and this account may not read all that they are made from.
    """
    path = notebooks_folder() / snapshot
    known = open_snapshot(path, courts=[])
    round_ = load_round(parameters_folder() / "rounds" / f"{round_name}.yaml")
    chosen = round_.courts_of(known.manifest["courts"])
    if courts is not None:
        wanted = list(courts)
        strange = [code for code in wanted if code not in chosen]
        if strange:
            raise UnknownCode.from_value(
                say("what_court_of_round", "court of this round"), strange[0], chosen
            )
        chosen = sorted(wanted)
    base = Path(folder) / "tables" if folder else tables_folder()
    target = base / key_of_tables(known, round_)[:20]
    if not (target / "complete").is_file():
        _prepare(path, round_, target)
    chosen = [code for code in chosen if os.access(target / code, os.R_OK | os.X_OK)]
    if not chosen:
        raise NotPrepared(
            say("no_court_to_read", "This account may read none of the round's courts.\nWhoever "
                "looks after the desk puts it into a team, see docs/desk.zh-CN.md.")
        )  # fmt: skip
    given = known.only(chosen).courts.set_index("court_code")["court_name"].to_dict()
    names = {c: given[c] if isinstance(given.get(c), str) else c for c in chosen}
    return DeskData(target, round_, path, names)


def _prepare(path: Path, round_: Round, target: Path) -> None:
    """Judge the record and put the tables in place, whole or not at all."""
    closed = [p for p in path.glob("*/court_code=*") if not os.access(p, os.R_OK | os.X_OK)]
    if closed:
        raise NotPrepared(
            say("not_prepared", "Round `{round}` was not prepared yet, and this account may not "
                "read all of its courts.\nWhoever looks after the desk runs `audit desk "
                "--prepare`.", round=round_.name)
        )  # fmt: skip
    beside = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        beside.mkdir(parents=True)
        if load_desk_settings().teams:
            # Nobody's until it is handed over.
            beside.chmod(0o700)
        made = prepare_round(round_, open_snapshot(path), beside, steps=desk_steps())
        for court in made.values():
            lay_court(court)
        write_drawings(beside)
        (beside / "complete").write_text(target.name + "\n", encoding="ascii")
        try:
            os.rename(beside, target)
        except OSError:
            # Another inspector made the same tables at the same time; theirs are ours.
            if not (target / "complete").is_file():
                raise
    except OSError as error:
        raise CannotWrite(
            say("desk_tables", "The desk's tables could not be written to `{path}`: {why}.\nMake "
                "space, or name another folder in AUDIT_DESK_FOLDER.", path=target.parent,
                why=cause(error))
        ) from None  # fmt: skip
    finally:
        shutil.rmtree(beside, ignore_errors=True)
