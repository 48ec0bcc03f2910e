"""Where decisions are kept: an append-only, hash-linked history in SQLite or PostgreSQL.

Every entry carries the hash of the one before it, so that a line changed, taken out or put in
behind the library's back is found by :meth:`Store.verify`. Whoever saves says which revision was
seen; where another inspector was quicker, nothing is saved and the other's words are handed
back. A save that may or may not have arrived is repeated under its own id and never counts twice.
"""

import hashlib
import json
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from audit_lib.desk import schema
from audit_lib.desk.decisions import KINDS, BadEntry, Decision, Entry, Remark, read_body, state_of
from audit_lib.desk.settings import desk_folder, load_desk_settings
from audit_lib.errors import AuditError, UnknownCode

__all__ = ["ChangedMeanwhile", "Store", "StoreUnavailable", "find_store", "open_store"]

_FIELDS = (
    "position", "save_id", "round", "court_code", "case_no", "revision", "kind", "author",
    "made_at", "body",
)  # fmt: skip
_LOCK = 0x61756469  # one writer at a time; any fixed number that nobody else takes
_START = "0" * 64


class StoreUnavailable(AuditError):
    """The store cannot be reached or written now; what was typed is still on the screen."""


class ChangedMeanwhile(AuditError):
    """Another inspector wrote on the case since it was opened; nothing was saved.

    Attributes
    ----------
    theirs : tuple of Entry, what was written meanwhile, the oldest first
    """

    def __init__(self, theirs: tuple[Entry, ...]):
        names = ", ".join(sorted({entry.author for entry in theirs}))
        super().__init__(
            f"{names} wrote on this case since you opened it; nothing was saved.\n"
            "Read what they wrote, then save again."
        )
        self.theirs = theirs


def open_store(url: str | None = None, read_only: bool = False) -> "Store":
    """Open the store of decisions, making or upgrading it where needed.

    Parameters
    ----------
    url : ``sqlite:///…`` or ``postgresql+psycopg://…``; when not given ``AUDIT_DESK_URL`` of the
        environment, else ``decisions.sqlite`` in the desk's folder
    read_only : nothing can be written, drafts neither; a store that is missing stays missing

    Raises
    ------
    StoreUnavailable
        No such server, no right to write, or written by a newer version of this library.
    """
    url = url or os.environ.get("AUDIT_DESK_URL")
    if not url:
        path = desk_folder() / "decisions.sqlite"
        if not read_only:
            path.parent.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{path}"
    return Store(url, read_only)


def find_store() -> "Store | None":
    """Open the store that this desk works with.

    Returns
    -------
    Store or None
        One that only reads where the desk was opened for readers, and ``None`` where there is
        nothing to read yet.
    """
    if not os.environ.get("AUDIT_DESK_READERS"):
        return open_store()
    url = os.environ.get("AUDIT_DESK_URL")
    if not url and not (desk_folder() / "decisions.sqlite").exists():
        return None
    return open_store(read_only=True)


class Store:
    """One store; use :func:`open_store`.

    Parameters
    ----------
    url : address of the database
    read_only : refuse every write
    now : gives the moment of a save; the clock of this machine in UTC
    """

    def __init__(
        self, url: str, read_only: bool = False, now: Callable[[], datetime] | None = None
    ):
        self.read_only = read_only
        self._now = now or (lambda: datetime.now(UTC))
        self._engine = _engine(url, read_only, load_desk_settings().save_seconds)
        with self._begin(write=not read_only) as connection:
            if read_only:
                if not sa.inspect(connection).has_table("desk_schema"):
                    raise StoreUnavailable("There is no store of decisions here yet.")
                found = connection.scalar(sa.select(sa.func.max(schema.schema.c.version)))
            else:
                found = schema.upgrade(connection)
        if found is not None and found > schema.VERSION:
            raise StoreUnavailable(
                f"The store is of version {found}; this library knows {schema.VERSION}.\n"
                "Open it with the newer version of the workbench."
            )

    @contextmanager
    def _begin(self, write: bool) -> Iterator[sa.Connection]:
        """Open one transaction; writers stand in one line, whatever the database."""
        if write and self.read_only:
            raise StoreUnavailable("This desk is for reading only; nothing was saved.")
        try:
            with self._engine.connect().execution_options(audit_write=write) as connection:
                with connection.begin():
                    if write and connection.dialect.name == "postgresql":
                        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
                    yield connection
        except sa.exc.DBAPIError as error:
            raise StoreUnavailable(
                f"The store of decisions could not be used: {error.orig}\n"
                "Nothing was lost on the screen; save again when it is back."
            ) from error

    def save(
        self,
        kind: str,
        round_name: str,
        court_code: str,
        case_no: str,
        author: str,
        body: dict | Decision | Remark,
        seen: int,
        save_id: str | None = None,
    ) -> Entry:
        """Add one entry to a case.

        Parameters
        ----------
        kind : decision, second_reading, dispute or withdrawal
        author : who writes
        body : fields of :class:`Decision` or :class:`Remark`
        seen : the last revision of the case that the author saw; 0 where there was none
        save_id : one id a press of the button; the same id saved again is the same entry

        Returns
        -------
        Entry

        Raises
        ------
        BadEntry
            Incomplete, a change without a reason, a second reading by the author, a remark on
            nothing.
        ChangedMeanwhile
            The case has a later revision.
        StoreUnavailable
            The database stayed away for longer than ``save_seconds``, or cannot be written.
        """
        if kind not in KINDS:
            raise UnknownCode.from_value("kind of entry", kind, KINDS)
        author = (author or "").strip()
        if not author:
            raise BadEntry("Nothing was saved.\n`author`: say who writes this.")
        if isinstance(body, Decision | Remark):
            body = body.model_dump(mode="json")
        body = read_body(kind, body)
        values = {
            "save_id": save_id or uuid.uuid4().hex, "round": round_name,
            "court_code": court_code, "case_no": case_no, "kind": kind, "author": author,
            "body": _text(body.model_dump(mode="json")),
        }  # fmt: skip
        until = time.monotonic() + load_desk_settings().save_seconds
        while True:
            try:
                return self._save(values, body, seen)
            except StoreUnavailable as error:
                if not _may_return(error) or time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def _save(self, values: dict, body, seen: int) -> Entry:
        with self._begin(write=True) as connection:
            table = schema.entries
            same = sa.select(table).where(table.c.save_id == values["save_id"])
            there = connection.execute(same).one_or_none()
            if there is not None:
                if any(getattr(there, name) != value for name, value in values.items()):
                    raise BadEntry("Nothing was saved.\nThis id belongs to another entry.")
                return _entry(there)
            history = self._history(connection, values["round"], values["case_no"])
            if len(history) != seen:
                raise ChangedMeanwhile(tuple(history[seen:]) or tuple(history[-1:]))
            _may_follow(history, values, body)
            last = connection.execute(
                sa.select(table.c.position, table.c.hash).order_by(table.c.position.desc()).limit(1)
            ).one_or_none()
            row = values | {
                "position": last.position + 1 if last else 1,
                "revision": len(history) + 1,
                "made_at": self._now().astimezone(UTC).isoformat(timespec="microseconds"),
                "before": last.hash if last else _START,
            }
            row["hash"] = _hash(row)
            connection.execute(table.insert().values(**row))
            key = {name: row[name] for name in ("round", "case_no", "author")}
            connection.execute(_drop(schema.drafts, key))
            return Entry(**{name: row[name] for name in _FIELDS[:-1]}, body=body)

    def _history(self, connection, round_name: str, case_no: str | None) -> list[Entry]:
        table = schema.entries
        query = sa.select(table).where(table.c.round == round_name).order_by(table.c.position)
        if case_no is not None:
            query = query.where(table.c.case_no == case_no)
        return [_entry(row) for row in connection.execute(query)]

    def history(self, round_name: str, case_no: str) -> list[Entry]:
        """Return every entry of a case in a round, the oldest first."""
        with self._begin(write=False) as connection:
            return self._history(connection, round_name, case_no)

    def entries(self, round_name: str) -> list[Entry]:
        """Return every entry of a round, in the order in which they were made."""
        with self._begin(write=False) as connection:
            return self._history(connection, round_name, None)

    def states(self, round_name: str, court_code: str, author: str | None = None) -> dict:
        """Return case number → state, of the cases of a court that have an entry or a draft.

        Parameters
        ----------
        author : whose drafts count; nobody's when not given
        """
        mine = schema.drafts
        with self._begin(write=False) as connection:
            drafted = connection.scalars(
                sa.select(mine.c.case_no).where(
                    mine.c.round == round_name,
                    mine.c.court_code == court_code,
                    mine.c.author == (author or ""),
                )
            ).all()
            written = self._history(connection, round_name, None)
        states = dict.fromkeys(drafted, "draft")
        by_case: dict[str, list[Entry]] = {}
        for entry in written:
            if entry.court_code == court_code:
                by_case.setdefault(entry.case_no, []).append(entry)
        return states | {case_no: state_of(history) for case_no, history in by_case.items()}

    def keep_draft(self, round_name, court_code, case_no, author: str, body: dict, seen: int):
        """Keep what an inspector typed and did not save yet; an earlier draft is replaced."""
        key = {"round": round_name, "case_no": case_no, "author": author}
        table = schema.drafts
        with self._begin(write=True) as connection:
            connection.execute(_drop(table, key))
            connection.execute(
                table.insert().values(**key, court_code=court_code, seen=seen, body=_text(body))
            )

    def draft(self, round_name: str, case_no: str, author: str) -> tuple[dict, int] | None:
        """Return an inspector's draft and the revision it was begun on, or ``None``."""
        table = schema.drafts
        query = sa.select(table.c.body, table.c.seen).where(
            table.c.round == round_name, table.c.case_no == case_no, table.c.author == author
        )
        with self._begin(write=False) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (json.loads(row.body), row.seen)

    def head(self) -> tuple[int, str]:
        """Return how many entries there are and the last one's hash, to note down elsewhere.

        A history from whose end entries were taken still links; only a noted head shows it.
        """
        table = schema.entries
        query = sa.select(table.c.position, table.c.hash).order_by(table.c.position.desc()).limit(1)
        with self._begin(write=False) as connection:
            row = connection.execute(query).one_or_none()
        return (row.position, row.hash) if row else (0, _START)

    def verify(self, head: tuple[int, str] | None = None) -> list[str]:
        """Prove that the history is what was written.

        Parameters
        ----------
        head : what :meth:`head` returned at an earlier time

        Returns
        -------
        list of text
            One sentence a fault; empty where the history is whole.
        """
        faults, before, revisions, seen = [], _START, {}, {0: _START}
        table = schema.entries
        with self._begin(write=False) as connection:
            for place, row in enumerate(
                connection.execute(sa.select(table).order_by(table.c.position)), start=1
            ):
                if row.position != place:
                    faults.append(f"entry {place} is missing")
                    return faults
                if row.before != before or row.hash != _hash(row._mapping):
                    faults.append(f"entry {place} was altered")
                case = (row.round, row.case_no)
                revisions[case] = revisions.get(case, 0) + 1
                if row.revision != revisions[case]:
                    faults.append(f"entry {place} does not follow the one before it in its case")
                before = row.hash
                seen[place] = before
        if head is not None and seen.get(head[0]) != head[1]:
            faults.append(f"the history of {head[0]} entries that was noted is not this one")
        return faults

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _drop(table: sa.Table, key: dict) -> sa.Delete:
    return table.delete().where(*(table.c[name] == value for name, value in key.items()))


def _may_follow(history: list[Entry], values: dict, body) -> None:
    """Refuse an entry that cannot follow what stands."""
    decisions = [entry for entry in history if entry.kind == "decision"]
    state = state_of(history)
    if values["kind"] == "decision":
        if decisions and not body.reason:
            raise BadEntry("Nothing was saved.\n`reason`: a change of a decision needs a reason.")
        return
    if not decisions or state == "withdrawn":
        raise BadEntry("Nothing was saved.\nThere is no decision on this case to speak of.")
    if values["kind"] == "second_reading" and values["author"] == decisions[-1].author:
        raise BadEntry("Nothing was saved.\nA second reading is made by another inspector.")


def _text(value) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _hash(row) -> str:
    return hashlib.sha256(_text([row[name] for name in (*_FIELDS, "before")]).encode()).hexdigest()


def _entry(row) -> Entry:
    plain = {name: getattr(row, name) for name in _FIELDS[:-1]}
    return Entry(**plain, body=read_body(row.kind, row.body))


def _may_return(error: StoreUnavailable) -> bool:
    """Tell whether it is worth trying again: the server went away, not a right to write."""
    cause = error.__cause__
    if not isinstance(cause, sa.exc.OperationalError | sa.exc.InterfaceError):
        return False
    return "readonly" not in str(cause.orig) and "read-only" not in str(cause.orig)


def _engine(url: str, read_only: bool, wait: int) -> sa.Engine:
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
    path = Path(url.database.removeprefix("file:"))
    if read_only and not path.exists():
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
