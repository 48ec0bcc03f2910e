"""The log that the engine judges: units, events and parties as DuckDB tables.

The engine knows nothing of courts. An adapter (``court_log.py`` for the received format) fills
three tables; this module gives their columns, the code table and what every rule needs beside
them: the calendar and the merged pauses.

=========  ==================================================================================
table      one row a …
=========  ==================================================================================
units      case: cid, case_no, court_code, handler, kind, filed_on, closed_on, manner,
           obligation, non_litigation ('yes'/'no'), claim, cause, basis_on, style, ground
ev         event seen on the audit day: eid, cid, code, day, until_day, amount, asset,
           asset_kind, party, pid, document, result
parties    debtor of a case: cid, pid, name, kind
src        event: eid, file, row, recorded_at
=========  ==================================================================================

``code`` is the place of an event in the pack's list; ``pid`` the number of the debtor that an
event names, missing where it names none (then it counts for every debtor).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import duckdb

from audit_lib.law.calendar import working_days
from audit_lib.law.loading import Pack, PauseList

__all__ = [
    "EVENT_COLUMNS",
    "UNIT_COLUMNS",
    "Log",
    "fill_table",
    "first_eid",
    "last_eid",
    "open_event_log",
    "quote",
]

UNIT_COLUMNS = {
    "cid": "INTEGER",
    "case_no": "VARCHAR",
    "court_code": "VARCHAR",
    "handler": "VARCHAR",
    "kind": "VARCHAR",
    "filed_on": "DATE",
    "closed_on": "DATE",
    "manner": "VARCHAR",
    "obligation": "VARCHAR",
    "non_litigation": "VARCHAR",
    "claim": "DOUBLE",
    "cause": "VARCHAR",
    "basis_on": "DATE",
    "style": "VARCHAR",
    "ground": "VARCHAR",
}
EVENT_COLUMNS = {
    "eid": "BIGINT",
    "cid": "INTEGER",
    "code": "SMALLINT",
    "day": "DATE",
    "until_day": "DATE",
    "amount": "DOUBLE",
    "asset": "VARCHAR",
    "asset_kind": "VARCHAR",
    "party": "VARCHAR",
    "pid": "SMALLINT",
    "document": "VARCHAR",
    "result": "VARCHAR",
}


def quote(value: object) -> str:
    """Write a value as an SQL literal.

    Examples
    --------
    >>> quote("it's"), quote(None), quote(date(2016, 12, 28))
    ("'it''s'", 'NULL', "DATE '2016-12-28'")
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return "'" + str(value).replace("'", "''") + "'"


def fill_table(con: duckdb.DuckDBPyConnection, name: str, columns: dict, rows: list) -> None:
    """Make a temporary table of typed columns and fill it in one statement.

    Examples
    --------
    >>> con = duckdb.connect()
    >>> fill_table(con, "t", {"n": "INTEGER", "day": "DATE"}, [(1, date(2016, 12, 28)), (2, None)])
    >>> con.execute("SELECT n, day FROM t ORDER BY n").fetchall()
    [(1, datetime.date(2016, 12, 28)), (2, None)]
    """
    listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({listed})")
    if rows:
        row = "(" + ", ".join("?" * len(columns)) + ")"
        given = [value for one in rows for value in one]
        con.execute(f"INSERT INTO {name} VALUES " + ", ".join([row] * len(rows)), given)


def first_eid(alias: str = "") -> str:
    """Return SQL of the earliest event's id: by day, on one day by the order of the record."""
    return f"arg_min({alias}eid, {_ordinal(alias)})"


def last_eid(alias: str = "") -> str:
    """Return SQL of the latest event's id."""
    return f"arg_max({alias}eid, {_ordinal(alias)})"


def _ordinal(alias: str) -> str:
    """Return SQL of a number that orders events by day, then as they stand in the record."""
    return f"({alias}day - DATE '1900-01-01') * 8589934592 + {alias}eid"


@lru_cache(maxsize=4096)
def _parsed(statement: str) -> duckdb.Statement:
    """Read a statement once: courts judged one after another ask the same."""
    return duckdb.extract_statements(statement)[0]


class _Remembering:
    """A connection that does not read the text of a statement twice."""

    def __init__(self, con: duckdb.DuckDBPyConnection):
        self._con = con

    def execute(self, statement: str, *values):
        return self._con.execute(_parsed(statement), *values)

    def __getattr__(self, name):
        return getattr(self._con, name)


@dataclass
class Log:
    """A batch of cases ready to be judged.

    Parameters
    ----------
    con : DuckDB connection that holds the tables above
    pack : the rules with their vocabulary
    as_of : audit day; ``ev`` holds nothing later
    never_after : a court that has none of an event although this many of its cases should
        have it does not record it: not recording and not doing must not look alike.
    absent_columns : columns of the cases that the received files did not have at all
    """

    con: duckdb.DuckDBPyConnection
    pack: Pack
    as_of: date
    never_after: int = 100
    absent_columns: frozenset[str] = frozenset()

    def __post_init__(self):
        if isinstance(self.con, duckdb.DuckDBPyConnection):
            self.con = _Remembering(self.con)
        self._codes = {code: n for n, code in enumerate(self.pack.events)}
        self._pauses: set[str] = set()
        #: What each rule and version whose clocks wait in ``clocks`` decides by.
        self.parts: list[tuple[tuple, list[str]]] = []
        #: Statements whose clocks are added together.
        self.waiting: list[str] = []
        if not self.con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name='cal'").fetchone():
            self.con.register("calendar", working_days())
            self.con.execute("CREATE TABLE cal AS SELECT * FROM calendar ORDER BY day")
            self.con.execute(
                "CREATE TABLE work AS SELECT worked, min(day) AS day FROM calendar "
                "WHERE is_work GROUP BY worked"
            )
            self.con.unregister("calendar")
        names = ", ".join(f"({n}, {quote(code)})" for code, n in self._codes.items())
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE code_names AS "
            f"SELECT * FROM (VALUES {names}) v(code, event)"
        )

    def code(self, event: str) -> int:
        """Return the number of an event code."""
        return self._codes[event]

    def codes(self, events: Iterable[str]) -> str:
        """Return event codes as an SQL list, such as ``(3, 7)``."""
        return "(" + ", ".join(str(self.code(e)) for e in sorted(set(events))) + ")"

    @cached_property
    def _occurring(self) -> list[tuple[str | None, int, bool]]:
        """Read once what occurs in the batch: court, event code, whether once a case at most."""
        return self.con.execute("""
            SELECT u.court_code, d.code, max(d.n) = 1
            FROM (SELECT cid, code, count(*) AS n FROM ev GROUP BY cid, code) d
            JOIN units u USING (cid) GROUP BY u.court_code, d.code""").fetchall()

    @cached_property
    def present(self) -> frozenset[str]:
        """The event codes that occur in the batch at all."""
        return frozenset(self.pack.events[code] for _, code, _ in self._occurring)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of case that the batch holds."""
        return frozenset(kind for (kind,) in self.con.execute(
            "SELECT DISTINCT kind FROM units").fetchall())  # fmt: skip

    @cached_property
    def single(self) -> frozenset[str]:
        """The event codes of which no case of the batch has two; such need no grouping."""
        several = {self.pack.events[code] for _, code, once in self._occurring if not once}
        return self.present - several

    @cached_property
    def _recorded(self) -> dict[str, set[int]]:
        """The event codes that each court records at all."""
        courts = self.con.execute("SELECT DISTINCT court_code FROM units").fetchall()
        held = {court: set() for (court,) in courts if court is not None}
        for court, code, _ in self._occurring:
            held.get(court, set()).add(code)
        return held

    def never_recorded(self, events: Iterable[str]) -> list[str]:
        """Return the courts that have not one of these events in the whole batch."""
        wanted = {self.code(event) for event in events}
        return sorted(court for court, held in self._recorded.items() if not wanted & held)

    def has_pauses(self, name: str) -> bool:
        """Say whether the batch has anything that opens a pause of one list."""
        listed = self.pack.pauses[name]
        return bool(self.present & {*listed.events, *(w for p in listed.pairs for w in p.opens)})

    def pauses(self, name: str, doubtful: str | None = None) -> str:
        """Return the table of one list's merged pauses, made on first use.

        Returns
        -------
        str : table with ``cid``, ``opens`` and ``ends`` (dates; the clock stands from the one
            to the other) and ``unended``, where the record gives no end. Overlapping pauses
            are merged; an open one runs to the audit day.
        """
        table = f"pause_{name}" + (f"__{doubtful}" if doubtful else "")
        if table in self._pauses:
            return table
        lists = [self.pack.pauses[name]] + ([self.pack.pauses[doubtful]] if doubtful else [])
        raw = " UNION ALL ".join(self._intervals(listed) for listed in lists)
        self.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {table} AS
            WITH raw AS ({raw}),
            marked AS (
                SELECT *, CASE WHEN opens <= max(ends) OVER (
                    PARTITION BY cid ORDER BY opens, ends
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS fresh
                FROM raw WHERE ends > opens),
            grouped AS (
                SELECT *, sum(fresh) OVER (PARTITION BY cid ORDER BY opens, ends
                    ROWS UNBOUNDED PRECEDING) AS island FROM marked)
            SELECT cid, min(opens) AS opens, max(ends) AS ends, bool_or(unended) AS unended
            FROM grouped GROUP BY cid, island ORDER BY cid, opens""")
        self._pauses.add(table)
        return table

    def _intervals(self, listed: PauseList) -> str:
        """Return SQL of one list's raw intervals: cid, opens, ends, unended."""
        as_of = quote(self.as_of)
        parts = []
        if listed.events:
            parts.append(self._pause(listed.events, self.pack.resumes, as_of))
        parts += [self._pause(pair.opens, pair.ends, as_of) for pair in listed.pairs]
        return " UNION ALL ".join(f"({part})" for part in parts)

    def _pause(self, opens, ends, as_of) -> str:
        return f"""
            SELECT o.cid, o.day AS opens,
                   least(coalesce(least(min(e.day), any_value(o.until_day)), {as_of}), {as_of})
                       AS ends,
                   min(e.day) IS NULL AND any_value(o.until_day) IS NULL AS unended
            FROM ev o LEFT JOIN ev e
              ON e.cid = o.cid AND e.day >= o.day AND e.code IN {self.codes(ends)}
             AND e.eid <> o.eid
            WHERE o.code IN {self.codes(opens)} GROUP BY o.cid, o.day, o.eid"""


def open_event_log(
    con: duckdb.DuckDBPyConnection, events: str, pack: Pack, as_of: date, **options
) -> Log:
    """Make a log from any table of case, activity and day, without parties or assets.

    Parameters
    ----------
    events : SQL that gives ``case_id`` text, ``activity`` text (a code of the pack) and ``day``
    as_of : audit day; later events are not seen
    """
    codes = ", ".join(f"({quote(c)}, CAST({n} AS SMALLINT))" for n, c in enumerate(pack.events))
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE plain AS
        SELECT e.case_id, c.code, CAST(e.day AS DATE) AS day
        FROM ({events}) e JOIN (SELECT * FROM (VALUES {codes}) v(event, code)) c
          ON c.event = e.activity WHERE e.day <= {quote(as_of)}""")
    empty = ", ".join(
        f"CAST(NULL AS {kind}) AS {name}"
        for name, kind in UNIT_COLUMNS.items()
        if name not in ("cid", "case_no")
    )
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE units AS
        SELECT CAST(row_number() OVER (ORDER BY case_id) AS INTEGER) AS cid, case_id AS case_no,
               {empty} FROM (SELECT DISTINCT case_id FROM plain) ORDER BY cid""")
    empty = ", ".join(
        f"CAST(NULL AS {kind}) AS {name}"
        for name, kind in EVENT_COLUMNS.items()
        if name not in ("eid", "cid", "code", "day")
    )
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE ev AS
        SELECT row_number() OVER (ORDER BY cid, day, code) AS eid, cid, code, day, {empty}
        FROM plain p JOIN units u ON u.case_no = p.case_id ORDER BY code, cid, day""")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE parties "
        "(cid INTEGER, pid SMALLINT, name VARCHAR, kind VARCHAR)"
    )
    con.execute("""
        CREATE OR REPLACE TEMP TABLE src AS
        SELECT eid, 'events' AS file, eid AS row, CAST(NULL AS TIMESTAMP) AS recorded_at FROM ev""")
    return Log(con, pack, as_of, **options)
