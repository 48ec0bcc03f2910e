"""The connection to SQLite or PostgreSQL, with what each needs so that many can write at once."""

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from audit_lib.desk import schema
from audit_lib.desk.schema import StoreUnavailable
from audit_lib.desk.settings import load_desk_settings
from audit_lib.errors import say

__all__ = ["Database", "StoreGone", "may_return", "open_engine"]

_LOCK = 0x61756469  # one writer a court at a time; any fixed number that nobody else takes


class StoreGone(StoreUnavailable):
    """The file of the store is not where it was; it may come back."""


class Database:
    """A database of the version that this library writes, and its transactions.

    Parameters
    ----------
    url : address of the database
    read_only : refuse every write

    Raises
    ------
    StoreUnavailable
        No such server, no right to write, or written by a newer version of this library.
    """

    def __init__(self, url: str, read_only: bool = False):
        self.read_only = read_only
        self._engine = open_engine(url, read_only, load_desk_settings().save_seconds)
        self._file, self._place = _file_of(self._engine), None
        # Read first: who opens an up-to-date store need not stand in the line of the writers.
        with self._begin(write=False) as connection:
            found = schema.find_version(connection)
        if read_only and found is None:
            raise StoreUnavailable(say("no_store", "There is no store of decisions here yet."))
        if not read_only and (found is None or found < schema.VERSION):
            with self._begin(write=True) as connection:
                found = schema.upgrade(connection)
        if found is not None and found > schema.VERSION:
            raise StoreUnavailable(
                say("newer_store", "The store is of version {found}; this library knows {known}.\n"
                    "Open it with the newer version of the workbench.", found=found,
                    known=schema.VERSION)
            )  # fmt: skip
        if read_only and found is not None and found < schema.VERSION:
            raise StoreUnavailable(
                say("older_store", "The store is of version {found}; it is brought up to date when "
                    "somebody who may write opens the desk.", found=found)
            )  # fmt: skip
        self._place = _place_of(self._file)

    @contextmanager
    def _begin(self, write: bool, court: str = "") -> Iterator[sa.Connection]:
        """Open one transaction; writers of one court stand in one line, whatever the database."""
        if write and self.read_only:
            raise StoreUnavailable(
                say("reading_only", "This desk is for reading only; nothing was saved.")
            )
        self._find_file()
        try:
            with self._engine.connect().execution_options(audit_write=write) as connection:
                with connection.begin():
                    if write and connection.dialect.name == "postgresql":
                        key = sa.literal(_LOCK << 32 | zlib.crc32(court.encode()), sa.BigInteger)
                        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
                    yield connection
        except sa.exc.DBAPIError as error:
            raise StoreUnavailable(
                say("store_fails", "The store of decisions could not be used: {why}\nNothing was "
                    "lost on the screen; save again when it is back.", why=str(error.orig))
            ) from error  # fmt: skip

    def _find_file(self) -> None:
        """See that the file is still the one that is open.

        A file that was moved away or deleted goes on taking what is written through an open
        connection, and all of it is lost with the last of them.
        """
        if self._place is None or (found := _place_of(self._file)) == self._place:
            return
        self._engine.dispose()
        if found is None:
            raise StoreGone(
                say("store_gone", "`{path}` is not there; save again when it is back.",
                    path=self._file)
            )  # fmt: skip
        self._place = found

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _file_of(engine: sa.Engine) -> str | None:
    if engine.dialect.name != "sqlite":
        return None
    return engine.url.database.removeprefix("file:").partition("?")[0]


def _place_of(path: str | None) -> tuple[int, int] | None:
    if path is None:
        return None
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


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
        raise StoreUnavailable(
            say("bad_store_address", "AUDIT_DESK_URL is no address of a database.")
        ) from None
    dialect = parsed.get_backend_name()
    if dialect == "sqlite":
        return _sqlite(parsed, read_only, wait)
    if dialect != "postgresql":
        raise StoreUnavailable(
            say("other_database", "The desk works with sqlite and postgresql, not with `{name}`.",
                name=dialect)
        )  # fmt: skip
    parsed = parsed.set(drivername="postgresql+psycopg")
    options = "-c default_transaction_read_only=on" if read_only else ""
    arguments = {"connect_timeout": wait, "options": options}
    return sa.create_engine(parsed, pool_pre_ping=True, pool_size=2, connect_args=arguments)


def _sqlite(url: sa.URL, read_only: bool, wait: int) -> sa.Engine:
    if not url.database or url.database == ":memory:":
        raise StoreUnavailable(
            say("store_no_file", "The store needs a file: sqlite:///path/decisions.sqlite")
        )
    if read_only and not os.path.exists(url.database.removeprefix("file:")):
        raise StoreUnavailable(say("no_store", "There is no store of decisions here yet."))
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
    if isinstance(error, StoreGone):
        return True
    cause = error.__cause__
    if not isinstance(cause, sa.exc.OperationalError | sa.exc.InterfaceError):
        return False
    text = str(cause.orig)
    return not any(word in text for word in ("readonly", "read-only", "no such table"))
