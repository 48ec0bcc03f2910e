"""The tables of the store and how an older store is brought up to date.

Two databases are served, SQLite and PostgreSQL. What inspectors decided stands in
``court_entries``, which the database itself refuses to change or shorten; drafts are each
inspector's own and may change. In PostgreSQL ``desk_courts`` says which role sees which courts,
and the database, not the desk, holds every other row back.
"""

import sqlalchemy as sa

from audit_lib.desk.chain import START, find_faults, hash_entry
from audit_lib.errors import AuditError, say

__all__ = [
    "VERSION",
    "StoreUnavailable",
    "courts",
    "drafts",
    "entries",
    "find_version",
    "schema",
    "upgrade",
]

#: The version this library writes. A newer one is refused, an older one upgraded.
VERSION = 3

metadata = sa.MetaData()


class StoreUnavailable(AuditError):
    """The store cannot be reached or written now; what was typed is still on the screen."""


schema = sa.Table(
    "desk_schema",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
)


def _content() -> list[sa.Column]:
    return [
        sa.Column("round", sa.String(64), nullable=False),
        sa.Column("case_no", sa.String(200), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("author", sa.String(100), nullable=False),
        sa.Column("made_at", sa.String(32), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("before", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    ]


entries = sa.Table(
    "court_entries",
    metadata,
    sa.Column("court_code", sa.String(40), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("save_id", sa.String(64), nullable=False),
    *_content(),
    # Within a court: no row of another court can stand in the way of one's own.
    sa.UniqueConstraint("court_code", "save_id", name="one_entry_a_save"),
    sa.UniqueConstraint(
        "court_code", "round", "case_no", "revision", name="one_entry_a_revision_of_a_court"
    ),
)

drafts = sa.Table(
    "court_drafts",
    metadata,
    sa.Column("round", sa.String(64), primary_key=True),
    sa.Column("court_code", sa.String(40), primary_key=True),
    sa.Column("case_no", sa.String(200), primary_key=True),
    sa.Column("author", sa.String(100), primary_key=True),
    sa.Column("seen", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

#: Which role of the database sees which courts; meaningless in SQLite.
courts = sa.Table(
    "desk_courts",
    metadata,
    sa.Column("role", sa.String(63), primary_key=True),
    sa.Column("court_code", sa.String(40), primary_key=True),
)

# Version 1 had one chain for all courts. It stays where it is, so that a head noted then can
# still be found in it.
older = sa.MetaData()
old_entries = sa.Table(
    "entries",
    older,
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("save_id", sa.String(64), nullable=False, unique=True),
    sa.Column("court_code", sa.String(40), nullable=False),
    *_content(),
    sa.UniqueConstraint("round", "case_no", "revision", name="one_entry_a_revision"),
)
old_drafts = sa.Table(
    "drafts",
    older,
    sa.Column("round", sa.String(64), primary_key=True),
    sa.Column("case_no", sa.String(200), primary_key=True),
    sa.Column("author", sa.String(100), primary_key=True),
    sa.Column("court_code", sa.String(40), nullable=False),
    sa.Column("seen", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

_GUARD = {
    "sqlite": [
        "CREATE TRIGGER IF NOT EXISTS {1}_{0} BEFORE {0} ON {1} "
        "BEGIN SELECT RAISE(ABORT, 'entries are only ever added'); END"
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION entries_guard() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'entries are only ever added'; END $$",
        "DROP TRIGGER IF EXISTS {1}_{0} ON {1}",
        "CREATE TRIGGER {1}_{0} BEFORE {0} ON {1} "
        "FOR EACH STATEMENT EXECUTE FUNCTION entries_guard()",
    ],
}
_ACTS = {"sqlite": ["UPDATE", "DELETE"], "postgresql": ["UPDATE", "DELETE", "TRUNCATE"]}

# A role sees and writes the rows of its courts; the owner of the tables sees them all. The
# condition is the database's own: no statement of a role, whatever wrote it, gets around it.
_OWN = (
    "court_code IN (SELECT c.court_code FROM desk_courts c "
    "WHERE pg_has_role(current_user, c.role, 'member'))"
)
_ROWS = {
    "court_entries": _OWN,
    "court_drafts": _OWN,
    "desk_courts": "pg_has_role(current_user, role, 'member')",
}


def find_version(connection: sa.Connection) -> int | None:
    """Return the version of a store, or ``None`` where there is none."""
    if not sa.inspect(connection).has_table("desk_schema"):
        return None
    return connection.scalar(sa.select(sa.func.max(schema.c.version)))


def upgrade(connection: sa.Connection) -> int | None:
    """Bring a store to :data:`VERSION`, inside the caller's transaction.

    Returns
    -------
    int or None
        The version that was found; ``None`` where there was no store. One that is newer than
        :data:`VERSION` is left alone.

    Raises
    ------
    StoreUnavailable
        The older history is not whole: it is not carried over.
    """
    found = find_version(connection)
    if found is not None and found >= VERSION:
        return found
    for version in range((found or VERSION - 1) + 1, VERSION + 1):
        _STEPS[version](connection)
        connection.execute(schema.insert().values(version=version))
    return found


def _guard_old(connection: sa.Connection) -> None:
    """Let the database itself refuse to change what was written."""
    _guard(connection, "entries")


def _guard(connection: sa.Connection, table: str) -> None:
    dialect = connection.dialect.name
    for act in _ACTS[dialect]:
        for line in _GUARD[dialect]:
            connection.execute(sa.text(line.format(act, table)))


def _by_court(connection: sa.Connection) -> None:
    """Make one chain a court, and carry over what an older store holds."""
    metadata.create_all(connection, checkfirst=True)
    if sa.inspect(connection).has_table("entries"):
        _carry_over(connection)
    _guard(connection, "court_entries")
    if connection.dialect.name == "postgresql":
        for table, rows in _ROWS.items():
            for line in (
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
                f"CREATE POLICY own_courts ON {table} USING ({rows}) WITH CHECK ({rows})",
            ):
                connection.execute(sa.text(line))


def _carry_over(connection: sa.Connection) -> None:
    rows = connection.execute(sa.select(old_entries).order_by(old_entries.c.position)).mappings()
    rows = [dict(row) for row in rows]
    faults, _ = find_faults(rows)
    if faults:
        raise StoreUnavailable(
            say("store_not_whole", "The store is of an older version, and its history is not "
                "whole: {fault}.\nNothing was changed. Keep the file and ask who looks after it.",
                fault=faults[0])
        )  # fmt: skip
    ends: dict[str, tuple[int, str]] = {}
    for row in rows:
        place, before = ends.get(row["court_code"], (0, START))
        row |= {"position": place + 1, "before": before}
        row["hash"] = hash_entry(row)
        ends[row["court_code"]] = (row["position"], row["hash"])
    if rows:
        connection.execute(entries.insert(), rows)
    kept = [dict(row) for row in connection.execute(sa.select(old_drafts)).mappings()]
    if kept:
        connection.execute(drafts.insert(), kept)


_STEPS = {2: _guard_old, 3: _by_court}
