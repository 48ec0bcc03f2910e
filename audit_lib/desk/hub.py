"""One hub on the court's server: who signs in works as that account, in the folder of one team.

Used by ``server/jupyterhub_config.py``. The hub decides nothing about courts: it starts each
server under the inspector's own account of the system, whose groups open the team's files and
whose login opens the team's rows (:mod:`audit_lib.desk.teams`).
"""

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from audit_lib.desk.launch import NOTEBOOK, lab_options, lab_paths, lay_window
from audit_lib.desk.settings import desk_folder, load_desk_settings
from audit_lib.desk.teams import BadTeam
from audit_lib.errors import CannotWrite
from audit_lib.parameters import notebooks_folder, parameters_folder

__all__ = ["environment_of", "groups_of", "start_server", "team_of"]


def groups_of(user: str) -> set[str]:
    """Return the groups of an account of this system."""
    import grp
    import pwd

    own = pwd.getpwnam(user).pw_gid
    return {g.gr_name for g in grp.getgrall() if user in g.gr_mem or g.gr_gid == own}


def team_of(groups: Iterable[str]) -> str:
    """Return the one team among some groups.

    Raises
    ------
    BadTeam
        None of them is a team, or more than one: a person works for one team at a time.
    """
    found = sorted(set(groups) & set(load_desk_settings().teams))
    if len(found) != 1:
        told = "no team" if not found else f"more than one team ({', '.join(found)})"
        raise BadTeam(f"This account is in {told} of parameters/desk.yaml.")
    return found[0]


def environment_of(user: str, groups: Iterable[str], base: Path) -> dict[str, str]:
    """Return the environment of one inspector's server.

    Parameters
    ----------
    user : account of the system, who is the author of every decision
    groups : of the account
    base : the hub's desk folder, as ``audit desk --prepare --share`` left it
    """
    team = team_of(groups)
    return {
        "AUDIT_DESK_FOLDER": str(base / "teams" / team),
        "AUDIT_DESK_TABLES": str(base / "tables"),
        "AUDIT_DESK_AUTHOR": user,
        "AUDIT_DESK_URL": os.environ.get("AUDIT_DESK_URL", ""),
        "AUDIT_NOTEBOOKS": str(notebooks_folder().resolve()),
        "AUDIT_PARAMETERS": str(parameters_folder().resolve()),
    }


def start_server() -> None:
    """Become the server of the account that runs this; called by the hub.

    Raises
    ------
    CannotWrite
        The team's folder cannot be written.
    """
    # What one of the team writes, the team can read and go on with, and nobody else.
    os.umask(0o007)
    home = desk_folder() / "people" / os.environ["AUDIT_DESK_AUTHOR"]
    try:
        home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(notebooks_folder() / NOTEBOOK, home / NOTEBOOK)
        lay_window(home / "settings" / "lab" / "workspaces")
    except OSError as error:
        raise CannotWrite(f"`{home}` cannot be written: {error.strerror or error}.") from None
    os.environ.update(lab_paths(home))
    command = [sys.executable, "-m", "jupyterhub.singleuser", *lab_options(home), *sys.argv[1:]]
    os.execv(sys.executable, command)


if __name__ == "__main__":
    start_server()
