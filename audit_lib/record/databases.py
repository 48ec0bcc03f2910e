"""Tables of a database, by SQLAlchemy; read only, in a fixed order."""

import pandas as pd
import sqlalchemy
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from audit_lib.errors import UnreadableSource, say

__all__ = ["list_tables", "read_database_table", "safe_name"]


def safe_name(source: str) -> str:
    """Return how a database is called in the record: without user, password and host.

    Examples
    --------
    >>> safe_name("postgresql+psycopg://clerk:secret@10.0.0.1/enforcement")
    'database enforcement'
    """
    database = _url(source).database or "memory"
    return "database " + database.replace("\\", "/").rsplit("/", 1)[-1]


def _url(source: str):
    try:
        return make_url(source)
    except ArgumentError as error:
        raise UnreadableSource(
            say("bad_address", "The database address cannot be read: {why}", why=str(error))
        ) from None


def _engine(source: str):
    url = _url(source)
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    try:
        return sqlalchemy.create_engine(url)
    except (NoSuchModuleError, ImportError) as error:
        raise UnreadableSource(
            say("no_driver", "There is no driver for this database: {why}", why=str(error))
        ) from None


def list_tables(source: str) -> list[str]:
    """Return the names of the tables and views of a database, sorted.

    Raises
    ------
    UnreadableSource
        It cannot be reached. The message never shows the password.
    """
    url = _url(source)
    if url.drivername.startswith("sqlite") and url.database and not _exists(url.database):
        raise UnreadableSource(say("no_database", "`{path}` does not exist.", path=url.database))
    engine = _engine(source)
    try:
        inspector = sqlalchemy.inspect(engine)
        return sorted({*inspector.get_table_names(), *inspector.get_view_names()})
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", None) or error).splitlines()[0]
        shown = url.render_as_string(hide_password=True)
        raise UnreadableSource(
            say("database_unreadable", "`{address}` cannot be read: {why}", address=shown, why=why)
        ) from None
    finally:
        engine.dispose()


def _exists(path: str) -> bool:
    from pathlib import Path

    return Path(path).is_file()


def read_database_table(sheet, problems):
    """Yield (frame, number of its first row) of one table of a database.

    The rows of a table have no order of their own; they are read by primary key, else by all
    columns, so that the same content gives the same row numbers.
    """
    engine = _engine(sheet.place)
    first = 2
    try:
        with engine.connect() as connection:
            table = sqlalchemy.Table(sheet.sheet, sqlalchemy.MetaData(), autoload_with=engine)
            order = list(table.primary_key.columns) or list(table.columns)
            connection = connection.execution_options(stream_results=True)
            result = connection.execute(sqlalchemy.select(table).order_by(*order))
            names = list(result.keys())
            for part in result.partitions(100_000):
                yield pd.DataFrame([tuple(r) for r in part], columns=names, dtype=object), first
                first += len(part)
            if first == 2:
                yield pd.DataFrame(columns=names, dtype=object), first
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", None) or error).splitlines()[0]
        problems.add_file(
            "unreadable_file", table=sheet.table, file=sheet.file, sheet=sheet.sheet,
            row=first, value=why,
        )  # fmt: skip
    finally:
        engine.dispose()
