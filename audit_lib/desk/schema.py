"""The tables of the store and how an older store is brought up to date.

Two databases are served, SQLite and PostgreSQL. What inspectors decided stands in ``entries``,
which the database itself refuses to change or shorten; drafts are each inspector's own and may
change.
"""

import sqlalchemy as sa

__all__ = ["VERSION", "drafts", "entries", "metadata", "upgrade"]

#: The version this library writes. A newer one is refused, an older one upgraded.
VERSION = 2

metadata = sa.MetaData()

schema = sa.Table(
    "desk_schema",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
)

entries = sa.Table(
    "entries",
    metadata,
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("save_id", sa.String(64), nullable=False, unique=True),
    sa.Column("round", sa.String(64), nullable=False),
    sa.Column("court_code", sa.String(40), nullable=False),
    sa.Column("case_no", sa.String(200), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("author", sa.String(100), nullable=False),
    sa.Column("made_at", sa.String(32), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("before", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.UniqueConstraint("round", "case_no", "revision", name="one_entry_a_revision"),
)

drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("round", sa.String(64), primary_key=True),
    sa.Column("case_no", sa.String(200), primary_key=True),
    sa.Column("author", sa.String(100), primary_key=True),
    sa.Column("court_code", sa.String(40), nullable=False),
    sa.Column("seen", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

_GUARD = {
    "sqlite": [
        "CREATE TRIGGER IF NOT EXISTS entries_{0} BEFORE {0} ON entries "
        "BEGIN SELECT RAISE(ABORT, 'entries are only ever added'); END"
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION entries_guard() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'entries are only ever added'; END $$",
        "DROP TRIGGER IF EXISTS entries_{0} ON entries",
        "CREATE TRIGGER entries_{0} BEFORE {0} ON entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION entries_guard()",
    ],
}
_ACTS = {"sqlite": ["UPDATE", "DELETE"], "postgresql": ["UPDATE", "DELETE", "TRUNCATE"]}


def upgrade(connection: sa.Connection) -> int | None:
    """Bring a store to :data:`VERSION`, inside the caller's transaction.

    Returns
    -------
    int or None
        The version that was found; ``None`` where there was no store. One that is newer than
        :data:`VERSION` is left alone.
    """
    found = None
    if sa.inspect(connection).has_table("desk_schema"):
        found = connection.scalar(sa.select(sa.func.max(schema.c.version)))
    if found is not None and found >= VERSION:
        return found
    for version in range((found or 0) + 1, VERSION + 1):
        _STEPS[version](connection)
        connection.execute(schema.insert().values(version=version))
    return found


def _create(connection: sa.Connection) -> None:
    metadata.create_all(connection, tables=[schema, entries, drafts], checkfirst=True)


def _guard(connection: sa.Connection) -> None:
    """Let the database itself refuse to change what was written."""
    dialect = connection.dialect.name
    for act in _ACTS[dialect]:
        for line in _GUARD[dialect]:
            connection.execute(sa.text(line.format(act)))


_STEPS = {1: _create, 2: _guard}
