"""A notebook's own tables: those that a round prepared, or made now for a person who opens it."""

from pathlib import Path

from audit_lib.errors import BadRound, say
from audit_lib.parameters import notebooks_folder, parameters_folder
from audit_lib.report import CourtTables, load_court
from audit_lib.rounds.kept import keep_court, keep_round

__all__ = ["court_folders", "court_tables"]


def court_tables(
    tables: str, court: str, round_name: str, as_of: str, snapshot: str
) -> CourtTables:
    """Return one court's tables.

    Parameters
    ----------
    tables : folder that a round prepared; empty when a person opens the notebook
    court, round_name, as_of, snapshot : the notebook's parameters. When `tables` is empty the
        record is judged as the round judges it, and the tables are kept for the next opening
        (:mod:`audit_lib.rounds.kept`); a relative `snapshot` is sought from the notebooks' folder

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
        found = load_court(keep_court(*_open(round_name, as_of, snapshot), court))
    if found.facts.court_code != court:
        raise BadRound(
            say("tables_of_other", "`{tables}` holds the tables of {found}, not of {court}.",
                tables=tables, found=found.facts.court_code, court=court)
        )  # fmt: skip
    return found


def court_folders(tables: str, round_name: str, as_of: str, snapshot: str) -> list[Path]:
    """Return the folders of every court's tables, for the overview; see :func:`court_tables`."""
    if not tables:
        return keep_round(*_open(round_name, as_of, snapshot))
    return sorted(path.parent for path in Path(tables).glob("*/round.json"))


def _open(round_name, as_of, snapshot):
    from audit_lib.inspection import load_round
    from audit_lib.record import open_snapshot

    opened = open_snapshot(notebooks_folder() / snapshot)
    round_ = load_round(parameters_folder() / "rounds" / f"{round_name}.yaml")
    if round_.as_of.isoformat() != as_of:
        raise BadRound(
            say("round_other_day", "The round `{round}` is as of {day}, not of {given}.",
                round=round_name, day=round_.as_of.isoformat(), given=as_of)
        )  # fmt: skip
    return opened, round_
