"""A notebook's own tables: those that a round prepared, or made now for a person who opens it.

Made now, a court is judged with the courts that its round judges together: scores and comparisons
rest on all of them, and the notebook has to say what the round's report says.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from audit_lib.errors import BadRound, UnreadableSource, say
from audit_lib.parameters import notebooks_folder, parameters_folder
from audit_lib.report import CourtTables, load_court

__all__ = ["court_folders", "court_tables"]


def court_tables(
    tables: str, court: str, round_name: str, as_of: str, snapshot: str
) -> CourtTables:
    """Return one court's tables.

    Parameters
    ----------
    tables : folder that a round prepared; empty when a person opens the notebook
    court, round_name, as_of, snapshot : the notebook's parameters. The record is judged now when
        `tables` is empty; a relative `snapshot` is sought from the notebooks' folder

    Returns
    -------
    CourtTables

    Raises
    ------
    BadRound
        The tables are those of another court, or the round is as of another day.
    UnreadableSource
        The record is to be judged now, and this account may not read all of it.
    """
    if tables:
        found = load_court(tables)
    else:
        with tempfile.TemporaryDirectory() as folder:
            _prepare(folder, court, round_name, as_of, snapshot)
            found = load_court(Path(folder) / court)
    if found.facts.court_code != court:
        raise BadRound(
            say("tables_of_other", "`{tables}` holds the tables of {found}, not of {court}.",
                tables=tables, found=found.facts.court_code, court=court)
        )  # fmt: skip
    return found


def court_folders(tables: str, round_name: str, as_of: str, snapshot: str) -> list[Path]:
    """Return the folders of every court's tables, for the overview; see :func:`court_tables`.

    The folders made now, for a person, are gone when the process ends.
    """
    if tables:
        folder = Path(tables)
    else:
        folder = Path(tempfile.mkdtemp(prefix="audit-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        _prepare(folder, None, round_name, as_of, snapshot)
    return sorted(path.parent for path in folder.glob("*/round.json"))


def _prepare(folder, court: str | None, round_name: str, as_of: str, snapshot: str) -> None:
    """Judge the record for one court of a round, or for all of them."""
    from audit_lib.inspection import load_round
    from audit_lib.record import open_snapshot
    from audit_lib.rounds.batches import plan_batches
    from audit_lib.rounds.preparation import prepare_batch, prepare_round

    path = notebooks_folder() / snapshot
    closed = [p for p in path.glob("*/court_code=*") if not os.access(p, os.R_OK | os.X_OK)]
    if closed:
        raise UnreadableSource(
            say("record_closed", "This account may not read all courts of `{path}`, and a court "
                "is judged together with its neighbours.\nOpen the round's report, or the "
                "inspection desk.", path=path)
        )  # fmt: skip
    opened = open_snapshot(path)
    round_ = load_round(parameters_folder() / "rounds" / f"{round_name}.yaml")
    if round_.as_of.isoformat() != as_of:
        raise BadRound(
            say("round_other_day", "The round `{round}` is as of {day}, not of {given}.",
                round=round_name, day=round_.as_of.isoformat(), given=as_of)
        )  # fmt: skip
    if court is None:
        prepare_round(round_, opened, folder)
        return
    courts = round_.courts_of(opened.court_codes)
    if court not in courts:
        # A court that the round leaves out is judged alone.
        round_ = round_.model_copy(update={"courts": (court,)})
        courts = round_.courts_of(opened.court_codes)
    batches = plan_batches(opened.path, opened.courts, courts)
    batch = next(batch for batch in batches if court in batch.courts)
    prepare_batch(
        str(opened.path), batch.only(court), round_, str(folder), {court: ""}, "inspectors",
        round_.lang,
    )  # fmt: skip
