"""What the desk shows: one round's prepared tables, read court by court and case by case.

Takes a snapshot and a round, gives :class:`DeskData`. The record is judged once, by the same
preparation as a round's notebooks, and kept as Parquet under the hash of everything it was made
from: the next opening only reads. Nothing is judged or counted here.
"""

import os
import shutil
import uuid
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from audit_lib.desk.settings import desk_folder, load_desk_settings
from audit_lib.errors import CannotWrite, UnknownCode
from audit_lib.inspection import Round, load_round
from audit_lib.parameters import notebooks_folder, parameters_folder
from audit_lib.record import open_snapshot
from audit_lib.report import CourtTables, load_court, mask_tables
from audit_lib.rounds import prepare_round
from audit_lib.rounds.inputs import hash_library, hash_parameters, key_of

__all__ = ["DeskData", "open_data"]

_SHOWN = "shown_"


@dataclass
class DeskData:
    """One round as the desk reads it.

    Attributes
    ----------
    folder : folder of the prepared tables, one folder a court
    round_name : name of the round
    courts : court code → name of the court, sorted by code
    """

    folder: Path
    round_name: str
    courts: dict[str, str]
    _open: OrderedDict = field(default_factory=OrderedDict, repr=False)
    _rows: dict = field(default_factory=dict, repr=False)

    def court(self, code: str) -> CourtTables:
        """Return one court's tables; the last few courts asked for stay in memory.

        Raises
        ------
        UnknownCode
            The court is not among those of this desk.
        """
        if code not in self.courts:
            raise UnknownCode.from_value("court of this desk", code, self.courts)
        if code not in self._open:
            self._open[code] = load_court(self.folder / code)
            while len(self._open) > load_desk_settings().courts_kept:
                gone, _ = self._open.popitem(last=False)
                self._rows = {key: rows for key, rows in self._rows.items() if key[0] != gone}
        self._open.move_to_end(code)
        return self._open[code]

    def rows(self, code: str, table: str, case_no: str) -> pd.DataFrame:
        """Return the rows of one table that speak of one case."""
        frame = self.court(code)[table]
        if (code, table) not in self._rows:
            self._rows[code, table] = frame.groupby("case_no", sort=False).indices
        return frame.iloc[self._rows[code, table].get(case_no, [])]

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
            Only the rows of that case, of the objections and resumptions that name it as their
            origin, and the petitions linked to it. ID numbers are out in either way.
        """
        tables = self.court(code)
        kept = {}
        for name, frame in tables.frames.items():
            if name == "petitions":
                linked = self.rows(code, "claims", case_no)["petition_id"]
                cited = frame["cited_case_no"].eq(case_no)
                kept[name] = frame[cited | frame["petition_id"].isin(linked)]
            elif name == "courts":
                kept[name] = frame
            elif "case_no" in frame.columns:
                kept[name] = self.rows(code, name, case_no)
        if (names or load_desk_settings().names) == "shown":
            return tables.with_frames(kept)
        return _masked(tables, kept)


def _masked(tables: CourtTables, kept: dict[str, pd.DataFrame]) -> CourtTables:
    """Mask names, but leave what petitions and notes say: an inspector has to read it.

    An audience that sees no texts has them emptied by the name of their table; under a name of
    their own only the people in them are replaced.
    """
    empty = {name: frame.iloc[:0] for name, frame in tables.frames.items()}
    filled = {name: frame for name, frame in kept.items() if len(frame)}
    doubled = filled | {_SHOWN + name: frame for name, frame in filled.items()}
    # Masking needs these two by name; every other table without rows would only cost time.
    bare = {name: empty[name] for name in ("parties", "events")} | doubled
    masked = mask_tables(CourtTables(tables.facts, bare), load_desk_settings().masked_as)
    shown = {name: masked[_SHOWN + name] for name in filled}
    return CourtTables(tables.facts, empty | shown, tables.absent, masked.audience)


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
    folder : where prepared tables are kept; the desk's own folder when not given
    courts : only these courts of the round

    Returns
    -------
    DeskData

    Raises
    ------
    BadSnapshot, BadParameterFile, BadRound
        As of opening a snapshot and reading a round.
    CannotWrite
        The folder cannot be written, or its disk is full; nothing half-written is left.
    """
    opened = open_snapshot(notebooks_folder() / snapshot)
    round_ = load_round(parameters_folder() / "rounds" / f"{round_name}.yaml")
    chosen = round_.courts_of(opened.court_codes)
    if courts is not None:
        wanted = list(courts)
        strange = [code for code in wanted if code not in chosen]
        if strange:
            raise UnknownCode.from_value("court of this round", strange[0], chosen)
        chosen = sorted(wanted)
    given = opened.courts.set_index("court_code")["court_name"].to_dict()
    names = {c: given[c] if isinstance(given.get(c), str) else c for c in chosen}
    return DeskData(_prepared(opened, round_, folder), round_.name, names)


def _prepared(snapshot, round_: Round, folder) -> Path:
    key = key_of(
        record=snapshot.fingerprint(),
        round=round_.model_dump(mode="json"),
        parameters=hash_parameters(),
        library=hash_library(),
    )
    target = (Path(folder) if folder else desk_folder()) / "tables" / key[:20]
    if (target / "complete").is_file():
        return target
    beside = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        beside.mkdir(parents=True)
        prepare_round(round_, snapshot, beside)
        (beside / "complete").write_text(key + "\n", encoding="ascii")
        try:
            os.rename(beside, target)
        except OSError:
            # Another inspector made the same tables at the same time; theirs are ours.
            if not (target / "complete").is_file():
                raise
    except OSError as error:
        raise CannotWrite(
            f"The desk's tables could not be written to `{target.parent}`: "
            f"{error.strerror or error}.\nMake space, or name another folder in AUDIT_DESK_FOLDER."
        ) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return target
