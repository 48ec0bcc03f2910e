"""A notebook's own tables: those that a round prepared, or made now for a person who opens it."""

import tempfile
from pathlib import Path

from audit_lib.errors import BadRound
from audit_lib.parameters import notebooks_folder
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
        The tables are those of another court.
    """
    if tables:
        found = load_court(tables)
    else:
        with tempfile.TemporaryDirectory() as folder:
            found = load_court(_prepare(folder, [court], round_name, as_of, snapshot) / court)
    if found.facts.court_code != court:
        raise BadRound(f"`{tables}` holds the tables of {found.facts.court_code}, not of {court}.")
    return found


def court_folders(tables: str, round_name: str, as_of: str, snapshot: str) -> list[Path]:
    """Return the folders of every court's tables, for the overview; see :func:`court_tables`.

    The folders made now, for a person, are left to the system's temporary files.
    """
    if tables:
        folder = Path(tables)
    else:
        folder = _prepare(tempfile.mkdtemp(prefix="audit-"), None, round_name, as_of, snapshot)
    return sorted(path.parent for path in folder.glob("*/round.json"))


def _prepare(folder, courts, round_name, as_of, snapshot) -> Path:
    from audit_lib.inspection import load_round
    from audit_lib.parameters import parameters_folder
    from audit_lib.record import open_snapshot
    from audit_lib.rounds.preparation import prepare_round

    opened = open_snapshot(notebooks_folder() / snapshot)
    round_ = load_round(parameters_folder() / "rounds" / f"{round_name}.yaml")
    round_ = round_.model_copy(update={"courts": tuple(courts) if courts else round_.courts})
    if round_.as_of.isoformat() != as_of:
        raise BadRound(f"The round `{round_name}` is as of {round_.as_of}, not of {as_of}.")
    prepare_round(round_, opened, folder)
    return Path(folder)
