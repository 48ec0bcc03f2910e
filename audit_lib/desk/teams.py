"""Each team reads its courts and no others: by the system's files and the database's rows.

Takes ``teams`` of ``parameters/desk.yaml``. On disk each court's folder is given to the group of
its team; in PostgreSQL each team is a role, and the database holds other courts' rows back. The
screen enforces nothing: whoever gets around it meets the same wall.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from audit_lib.desk import schema
from audit_lib.desk.store import Store, StoreUnavailable
from audit_lib.errors import AuditError, cause, say

__all__ = ["BadTeam", "grant_courts", "share_desk", "share_tree"]

Teams = Mapping[str, Sequence[str]]


class BadTeam(AuditError):
    """A team has no group on this system, or this account may not hand folders over."""


# What stands beside the courts' own folders and names no case.
_OPEN = frozenset(
    {"manifest.json", "_schema", "courts", "complete", "timeline.zh.json", "timeline.en.json"}
)


def share_tree(folder: Path, teams: Teams, opened: Collection[str] = _OPEN) -> None:
    """Give each court's files under a folder to its team, and take them from all others.

    Parameters
    ----------
    folder : a snapshot, the prepared tables of a round, or a round's results
    teams : group of the system → its court codes
    opened : names in the folder that everybody may read

    Raises
    ------
    BadTeam
        There is no such group, or only the system's administrator may do this.

    Notes
    -----
    What belongs to one court (``<court>/…`` or ``<table>/court_code=<court>/…``) is readable to
    its team alone; to nobody but the owner where the court is in no team. Everything else is
    closed, as petitions of no court and ``problems.csv``, which speaks of all courts, unless it
    is among `opened`. The folder itself is opened last: at no moment does a door stand open.
    """
    groups = {court: _group_id(team) for team, courts in teams.items() for court in courts}
    _set(folder, None, 0o700)
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            raise BadTeam(
                say("leads_elsewhere", "`{path}` leads elsewhere: nothing was handed over, the "
                    "folder is closed.", path=path)
            )  # fmt: skip
        if path.name in opened:
            _set_all(path, None, 0o755, 0o644)
        elif path.is_dir() and any(path.glob("court_code=*")):
            for part in sorted(path.iterdir()):
                _set_all(part, groups.get(part.name.removeprefix("court_code=")), 0o750, 0o640)
            _set(path, None, 0o755)
        else:
            _set_all(path, groups.get(path.name) if path.is_dir() else None, 0o750, 0o640)
    _set(folder, None, 0o755)


def _group_id(team: str) -> int:
    try:
        import grp

        return grp.getgrnam(team).gr_gid
    except (ImportError, KeyError):
        raise BadTeam(
            say("no_group", "There is no group `{team}` on this system.\nMake it first: groupadd "
                "{team}", team=team)
        ) from None  # fmt: skip


def _set_all(path: Path, group: int | None, folders: int, files: int) -> None:
    if group is None and folders == 0o750:
        folders, files = 0o700, 0o600
    if path.is_dir():
        _set(path, None, 0o700)
    for inside in sorted(path.rglob("*")) if path.is_dir() else ():
        _set(inside, group, folders if inside.is_dir() else files)
    _set(path, group, folders if path.is_dir() else files)


def _set(path: Path, group: int | None, mode: int) -> None:
    try:
        if path.is_symlink():
            raise OSError(f"`{path}` leads elsewhere")
        # Closed first: at no moment does a new group find the door of the one before open.
        os.chmod(path, mode & 0o700)
        if group is not None:
            os.chown(path, -1, group)
        os.chmod(path, mode)
    except OSError as error:
        raise BadTeam(
            say("not_handed_over", "`{path}` cannot be handed over: {why}.", path=path,
                why=cause(error))
        ) from None  # fmt: skip


def make_team_folders(base: Path, teams: Teams) -> None:
    """Make a folder a team for its decisions, drafts and working copies, closed to all others."""
    _open_way(base)
    for team in teams:
        folder = base / "teams" / team
        folder.mkdir(parents=True, exist_ok=True)
        _set(folder.parent, None, 0o755)
        # New files belong to the team, whoever of it makes them.
        _set(folder, _group_id(team), 0o2770)


def _open_way(base: Path) -> None:
    base.mkdir(parents=True, exist_ok=True)
    _set(base, None, 0o755)


# What a member of a team writes bears the own login's name, whatever code wrote it.
_OWN_HAND = (("court_entries", ("INSERT",)), ("court_drafts", ("INSERT", "UPDATE")))


def grant_courts(store: Store, teams: Teams) -> None:
    """Make each team a role of the database that sees and writes its courts alone.

    Parameters
    ----------
    store : on PostgreSQL, opened by the owner of its tables
    teams : role → its court codes; a role that is missing is made, without a login

    Raises
    ------
    StoreUnavailable
        Not PostgreSQL, or the account may not make roles.

    Notes
    -----
    People get logins of their own, members of a team's role: ``GRANT audit_east TO zhangsan``.
    With ``peer`` authentication the account of the system is the login, and there is no password
    to keep. Who signed an entry is then the login itself: an entry or a draft under another name is
    refused by the database. The owner of the tables, the office, is free of this.
    """
    if store._engine.dialect.name != "postgresql":
        raise StoreUnavailable(
            say("only_postgresql", "Rows are kept apart by PostgreSQL only; with SQLite each team "
                "has a file of its own.")
        )  # fmt: skip
    with store._begin(write=True) as connection:
        known = set(connection.scalars(sa.text("SELECT rolname FROM pg_roles")))
        quote = connection.dialect.identifier_preparer.quote
        for team, courts in teams.items():
            role = quote(team)
            if team not in known:
                connection.execute(sa.text(f"CREATE ROLE {role} NOLOGIN"))
            for line in (
                f"GRANT USAGE ON SCHEMA public TO {role}",
                f"GRANT SELECT ON desk_schema, desk_courts TO {role}",
                f"GRANT SELECT, INSERT ON court_entries TO {role}",
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON court_drafts TO {role}",
            ):
                connection.execute(sa.text(line))
            connection.execute(schema.courts.delete().where(schema.courts.c.role == team))
            if courts:
                rows = [{"role": team, "court_code": court} for court in courts]
                connection.execute(schema.courts.insert(), rows)
        gone = schema.courts.delete().where(schema.courts.c.role.not_in(list(teams)))
        connection.execute(gone)
        for table, acts in _OWN_HAND:
            for act in acts:
                name = f"own_hand_{act.lower()}"
                connection.execute(sa.text(f"DROP POLICY IF EXISTS {name} ON {table}"))
                rule = f"CREATE POLICY {name} ON {table} AS RESTRICTIVE FOR {act}"
                connection.execute(sa.text(f"{rule} WITH CHECK (author = session_user)"))


def share_desk(
    snapshot: Path,
    tables: Path,
    base: Path,
    teams: Teams,
    store: Store | None = None,
    rounds: Path | None = None,
):
    """Hand a prepared round over to its teams, and everything of the kind that lies beside it.

    Parameters
    ----------
    snapshot : folder of the snapshot; all that lie beside it, earlier or later, are handed over
    tables : folder of the round's prepared tables; all that lie beside it are handed over
    base : the desk's folder; each team gets one of its own in it
    teams : group and role → court codes
    store : on PostgreSQL; with SQLite each team's decisions lie in its own folder
    rounds : folder of rounds' results, where they lie on this machine

    Raises
    ------
    BadTeam, StoreUnavailable
    """
    for beside, kind in ((snapshot, "manifest.json"), (tables, "complete")):
        for folder in sorted(path for path in Path(beside).parent.iterdir() if path.is_dir()):
            if folder.name.startswith("."):
                # Begun and not finished: nobody's yet.
                _set(folder, None, 0o700)
            elif (folder / kind).is_file():
                share_tree(folder, teams)
    _open_way(Path(tables).parent)
    for folder in sorted(path for path in rounds.iterdir() if path.is_dir()) if rounds else ():
        share_tree(folder, teams, opened=())
    make_team_folders(Path(base), teams)
    if store is not None:
        grant_courts(store, teams)
