"""Where decisions are kept: an append-only, hash-linked history in SQLite or PostgreSQL.

Every entry carries the hash of the one before it in its court, so that a line changed, taken out
or put in behind the library's back is found by :meth:`Store.verify`. Whoever saves says which
revision was seen; where another inspector was quicker, nothing is saved and the other's words are
handed back. A save that may or may not have arrived is repeated under its own id and never counts
twice.
"""

import json
import os
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa

from audit_lib.desk import schema
from audit_lib.desk.chain import FIELDS, START, as_text, find_faults, hash_entry
from audit_lib.desk.database import Database, may_return
from audit_lib.desk.decisions import KINDS, BadEntry, Decision, Entry, Remark, read_body, state_of
from audit_lib.desk.schema import StoreUnavailable
from audit_lib.desk.settings import desk_folder, load_desk_settings
from audit_lib.errors import AuditError, UnknownCode

__all__ = ["ChangedMeanwhile", "Store", "StoreUnavailable", "find_store", "open_store"]


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


class Store(Database):
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
        super().__init__(url, read_only)
        self._now = now or (lambda: datetime.now(UTC))

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
        if not author or len(author) > 100:
            raise BadEntry.from_fault(
                "too_long" if author else "empty",
                "say who writes this, in at most 100 letters.",
                "author",
            )
        if isinstance(body, Decision | Remark):
            body = body.model_dump(mode="json")
        body = read_body(kind, body)
        values = {
            "save_id": save_id or uuid.uuid4().hex, "round": round_name,
            "court_code": court_code, "case_no": case_no, "kind": kind, "author": author,
            "body": as_text(body.model_dump(mode="json")),
        }  # fmt: skip
        until = time.monotonic() + load_desk_settings().save_seconds
        while True:
            try:
                return self._save(values, body, seen)
            except StoreUnavailable as error:
                if not may_return(error) or time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def _save(self, values: dict, body, seen: int) -> Entry:
        court = values["court_code"]
        with self._begin(write=True, court=court) as connection:
            table = schema.entries
            same = sa.select(table).where(
                table.c.court_code == court, table.c.save_id == values["save_id"]
            )
            there = connection.execute(same).one_or_none()
            if there is not None:
                if any(getattr(there, name) != value for name, value in values.items()):
                    raise BadEntry.from_fault("other_id", "This id belongs to another entry.")
                return _entry(there)
            history = self._history(connection, values["round"], court, values["case_no"])
            if len(history) != seen:
                raise ChangedMeanwhile(tuple(history[seen:]) or tuple(history[-1:]))
            _may_follow(history, values, body)
            last = connection.execute(_end(court)).one_or_none()
            row = values | {
                "position": last.position + 1 if last else 1,
                "revision": len(history) + 1,
                "made_at": self._now().astimezone(UTC).isoformat(timespec="microseconds"),
                "before": last.hash if last else START,
            }
            row["hash"] = hash_entry(row)
            connection.execute(table.insert().values(**row))
            key = {name: row[name] for name in ("round", "court_code", "case_no", "author")}
            connection.execute(_drop(schema.drafts, key))
            return Entry(**{name: row[name] for name in FIELDS[:-1]}, body=body)

    def _history(self, connection, round_name, court=None, case_no=None) -> list[Entry]:
        table = schema.entries
        query = sa.select(table).where(table.c.round == round_name)
        if court is not None:
            query = query.where(table.c.court_code == court)
        if case_no is not None:
            query = query.where(table.c.case_no == case_no)
        query = query.order_by(table.c.court_code, table.c.position)
        return [_entry(row) for row in connection.execute(query)]

    def history(self, round_name: str, court_code: str, case_no: str) -> list[Entry]:
        """Return every entry of a case in a round, the oldest first."""
        with self._begin(write=False) as connection:
            return self._history(connection, round_name, court_code, case_no)

    def entries(self, round_name: str, court_code: str | None = None) -> list[Entry]:
        """Return every entry of a round, by court, in the order in which they were made."""
        with self._begin(write=False) as connection:
            return self._history(connection, round_name, court_code)

    def states(self, round_name: str, court_code: str, author: str | None = None) -> dict:
        """Return case number → state, of the cases of a court that have an entry or a draft.

        Parameters
        ----------
        author : whose drafts count; nobody's when not given
        """
        mine, table = schema.drafts, schema.entries
        of_court = (table.c.round == round_name, table.c.court_code == court_code)
        # The last word decides the state: a long history is not read for it.
        last = sa.select(sa.func.max(table.c.position)).where(*of_court).group_by(table.c.case_no)
        with self._begin(write=False) as connection:
            drafted = connection.scalars(
                sa.select(mine.c.case_no).where(
                    mine.c.round == round_name,
                    mine.c.court_code == court_code,
                    mine.c.author == (author or ""),
                )
            ).all()
            written = connection.execute(
                sa.select(table).where(*of_court, table.c.position.in_(last))
            ).all()
        states = dict.fromkeys(drafted, "draft")
        return states | {row.case_no: state_of([_entry(row)]) for row in written}

    def count_decided(self, round_name: str) -> dict[str, int]:
        """Return court → how many of its cases have an entry in a round."""
        table = schema.entries
        query = (
            sa.select(table.c.court_code, sa.func.count(sa.distinct(table.c.case_no)))
            .where(table.c.round == round_name)
            .group_by(table.c.court_code)
        )
        with self._begin(write=False) as connection:
            return dict(connection.execute(query).all())

    def keep_draft(
        self, round_name, court_code, case_no, author: str, body: dict, seen: int, after=None
    ) -> bool:
        """Keep what an inspector typed and did not save yet.

        Parameters
        ----------
        after : the draft that this one goes on from; where given and another stands there
            (written in another window), nothing is kept

        Returns
        -------
        bool, whether it was kept
        """
        key = {
            "round": round_name, "court_code": court_code, "case_no": case_no, "author": author,
        }  # fmt: skip
        table = schema.drafts
        with self._begin(write=True, court=court_code) as connection:
            if after is not None:
                there = connection.scalar(_pick(sa.select(table.c.body), table, key))
                if there is not None and json.loads(there) != after:
                    return False
            connection.execute(_drop(table, key))
            connection.execute(table.insert().values(**key, seen=seen, body=as_text(body)))
        return True

    def draft(
        self, round_name: str, court_code: str, case_no: str, author: str
    ) -> tuple[dict, int] | None:
        """Return an inspector's draft and the revision it was begun on, or ``None``."""
        table = schema.drafts
        key = {
            "round": round_name, "court_code": court_code, "case_no": case_no, "author": author,
        }  # fmt: skip
        query = _pick(sa.select(table.c.body, table.c.seen), table, key)
        with self._begin(write=False) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (json.loads(row.body), row.seen)

    def heads(self) -> dict[str, tuple[int, str]]:
        """Return, for each court, how many entries there are and the last one's hash.

        To be noted down elsewhere: a history from whose end entries were taken still links; only
        a noted head shows it.
        """
        table = schema.entries
        ends = sa.select(table.c.court_code, sa.func.max(table.c.position).label("position"))
        ends = ends.group_by(table.c.court_code).subquery()
        query = sa.select(table.c.court_code, table.c.position, table.c.hash).join(
            ends,
            sa.and_(table.c.court_code == ends.c.court_code, table.c.position == ends.c.position),
        )
        with self._begin(write=False) as connection:
            return {row.court_code: (row.position, row.hash) for row in connection.execute(query)}

    def verify(self, heads: dict[str, tuple[int, str]] | None = None) -> list[str]:
        """Prove that the history is what was written.

        Parameters
        ----------
        heads : what :meth:`heads` returned at an earlier time

        Returns
        -------
        list of text
            One sentence a fault; empty where the history is whole.
        """
        table = schema.entries
        by_court: dict[str, list] = {court: [] for court in heads or ()}
        with self._begin(write=False) as connection:
            for row in connection.execute(
                sa.select(table).order_by(table.c.court_code, table.c.position)
            ).mappings():
                by_court.setdefault(row["court_code"], []).append(row)
        faults = []
        for court, rows in sorted(by_court.items()):
            found, seen = find_faults(rows, court)
            noted = (heads or {}).get(court)
            if noted is not None and seen.get(noted[0]) != noted[1]:
                found.append(f"the history of {court} of {noted[0]} entries is not the one noted")
            faults += found
        return faults


def _end(court: str) -> sa.Select:
    table = schema.entries
    query = sa.select(table.c.position, table.c.hash).where(table.c.court_code == court)
    return query.order_by(table.c.position.desc()).limit(1)


def _pick(query, table: sa.Table, key: dict):
    return query.where(*(table.c[name] == value for name, value in key.items()))


def _drop(table: sa.Table, key: dict) -> sa.Delete:
    return _pick(table.delete(), table, key)


def _may_follow(history: list[Entry], values: dict, body) -> None:
    """Refuse an entry that cannot follow what stands."""
    decisions = [entry for entry in history if entry.kind == "decision"]
    state = state_of(history)
    if values["kind"] == "decision":
        if decisions and not body.reason:
            raise BadEntry.from_fault(
                "no_reason", "a change of a decision needs a reason.", "reason"
            )
        return
    if not decisions or state == "withdrawn":
        raise BadEntry.from_fault("nothing_there", "There is no decision on this case to speak of.")
    if values["kind"] == "second_reading" and values["author"] == decisions[-1].author:
        raise BadEntry.from_fault("own_reading", "A second reading is made by another inspector.")


def _entry(row) -> Entry:
    plain = {name: getattr(row, name) for name in FIELDS[:-1]}
    return Entry(**plain, body=read_body(row.kind, row.body))
