"""The connection to SQLite or PostgreSQL, with what each needs so that many can write at once."""

import os

import sqlalchemy as sa

from audit_lib.desk.schema import StoreUnavailable

__all__ = ["may_return", "open_engine"]


def open_engine(url: str, read_only: bool, wait: int) -> sa.Engine:
    """Open a database.

    Parameters
    ----------
    url : ``sqlite:///…`` or ``postgresql+psycopg://…``
    read_only : the database itself refuses every write
    wait : seconds to wait for a connection or for another writer

    Raises
    ------
    StoreUnavailable
        No address, or of a database that is not served; a file to read that is not there.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise StoreUnavailable("AUDIT_DESK_URL is no address of a database.") from None
    dialect = parsed.get_backend_name()
    if dialect == "sqlite":
        return _sqlite(parsed, read_only, wait)
    if dialect != "postgresql":
        raise StoreUnavailable(f"The desk works with sqlite and postgresql, not with `{dialect}`.")
    parsed = parsed.set(drivername="postgresql+psycopg")
    options = "-c default_transaction_read_only=on" if read_only else ""
    arguments = {"connect_timeout": wait, "options": options}
    return sa.create_engine(parsed, pool_pre_ping=True, pool_size=2, connect_args=arguments)


def _sqlite(url: sa.URL, read_only: bool, wait: int) -> sa.Engine:
    if not url.database or url.database == ":memory:":
        raise StoreUnavailable("The store needs a file: sqlite:///path/decisions.sqlite")
    if read_only and not os.path.exists(url.database.removeprefix("file:")):
        raise StoreUnavailable("There is no store of decisions here yet.")
    engine = sa.create_engine(url, connect_args={"timeout": wait})

    @sa.event.listens_for(engine, "connect")
    def _connected(connection, record):
        # The driver would begin late and read before it locks; we say when a transaction begins.
        connection.isolation_level = None
        if read_only:
            connection.execute("PRAGMA query_only=ON")
        else:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")

    @sa.event.listens_for(engine, "begin")
    def _begun(connection):
        write = connection.get_execution_options().get("audit_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def may_return(error: StoreUnavailable) -> bool:
    """Tell whether it is worth trying again: the server went away, not a right to write."""
    cause = error.__cause__
    if not isinstance(cause, sa.exc.OperationalError | sa.exc.InterfaceError):
        return False
    text = str(cause.orig)
    return not any(word in text for word in ("readonly", "read-only", "no such table"))
