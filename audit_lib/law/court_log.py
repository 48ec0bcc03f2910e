"""A snapshot of courts as the log that the engine judges.

What is particular to courts stands here: which columns are events, how an objection's own case
is read as one with the enforcement case, how a resumption case answers the case it resumes, and
how petitions become events. The engine behind it knows none of this.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from audit_lib.law.loading import Pack
from audit_lib.law.log import Log, quote
from audit_lib.record import find_case_nos

__all__ = ["batches", "connect", "open_court_log", "threads_for"]

_SMALL = 100_000

#: Columns of a case that a rule may ask for.
_FACTS = {"closing_ground", "closing_manner"}

EVENTS_A_BATCH = 3_000_000

EXTRA_COLUMNS = (
    "case_no", "court_code", "event", "day", "until", "document_no", "source_file", "source_row",
)  # fmt: skip


def connect(threads: int | None = None, memory: str = "3GB") -> duckdb.DuckDBPyConnection:
    """Open a DuckDB connection with bounded memory; nothing outside the machine is reached."""
    con = duckdb.connect(config={"memory_limit": memory})
    # DuckDB 2.0 (its issue 24807) ends with an internal error where it turns an outer join round
    # and then builds the result into another one; which joins it turns hangs on how large a record
    # is. Without the turning no outer join is affected, and the whole pack takes the same time.
    con.execute("SET disabled_optimizers = 'build_side_probe_side'")
    con.execute("SET enable_progress_bar = false")  # on by itself where it takes us for a shell
    if threads:
        con.execute(f"SET threads = {threads}")
    return con


def threads_for(snapshot) -> int | None:
    """Return 1 for a record so small that threads cost more than they bring, else None."""
    rows = 0
    for path in snapshot.files("events"):
        rows += pq.read_metadata(path).num_rows
        if rows > _SMALL:
            return None
    return 1


def batches(snapshot) -> Iterator[list[str]]:
    """Group the courts of a snapshot so that each batch fits in bounded memory.

    Yields
    ------
    list of str : court codes, in order; a court is never split.
    """
    group, size = [], 0
    counts = dict.fromkeys(snapshot.court_codes, 0)
    for table in ("events", "cases"):
        for path in snapshot.files(table):
            code = _court_of(path)
            if code in counts:
                counts[code] += pq.read_metadata(path).num_rows
    for court in sorted(counts):
        if group and size + counts[court] > EVENTS_A_BATCH:
            yield group
            group, size = [], 0
        group.append(court)
        size += counts[court]
    if group:
        yield group


def _court_of(path: str) -> str:
    return next((p.split("=", 1)[1] for p in Path(path).parts if p.startswith("court_code=")), "")


def _type_of(column: str) -> str:
    """Return the type of a received column, for a table that has no file."""
    if column in ("day", "until") or column.endswith("_on"):
        return "DATE"
    return {"source_row": "BIGINT", "recorded_at": "TIMESTAMP"}.get(
        column, "DOUBLE" if column.endswith("amount") else "VARCHAR"
    )


def _scan(files: list[str], columns: str, where: str = "TRUE") -> str:
    """Return SQL that reads Parquet files; an empty list gives an empty table."""
    if not files:
        names = (c.strip() for c in columns.split(","))
        typed = ", ".join(f"CAST(NULL AS {_type_of(c)}) AS {c}" for c in names)
        return f"SELECT {typed} WHERE FALSE"
    listed = ", ".join(quote(f) for f in files)
    return (
        f"SELECT {columns} FROM read_parquet([{listed}], hive_partitioning = false) WHERE {where}"
    )


def open_court_log(
    con: duckdb.DuckDBPyConnection,
    snapshot,
    courts: list[str],
    pack: Pack,
    as_of: date,
    extra_events: pd.DataFrame | None = None,
    never_after: int = 100,
) -> Log:
    """Fill the engine's tables with some courts of a snapshot, as known on one day.

    Parameters
    ----------
    con : connection from :func:`connect`
    snapshot : the open snapshot; links from other courts' cases are looked up in all of it
    courts : the courts to judge
    as_of : audit day; later events, filings and closings are not seen
    extra_events : events derived from other tables, one row an event: ``case_no`` (missing
        for an obligation of the court itself), ``court_code``, ``event``, ``day``, ``until``,
        ``document_no``, ``source_file``, ``source_row``
    never_after : see :class:`~audit_lib.law.log.Log`
    """
    part, today = snapshot.only(courts), quote(as_of)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE code_of AS SELECT * FROM (VALUES "
        + ", ".join(f"({quote(c)}, CAST({n} AS SMALLINT))" for n, c in enumerate(pack.events))
        + ") v(event, code)"
    )
    _units(con, part, today, extra_events, courts)
    _links(con, snapshot, today)
    _parties(con, part)
    _events(con, snapshot, part, today, extra_events)
    absent = _FACTS - snapshot.columns_given("cases")
    return Log(con, pack, as_of, never_after, frozenset(absent))


def _all_files(snapshot, table: str, courts: list[str] | None = None) -> list[str]:
    """Return a table's files of all courts, not only of the chosen ones."""
    names = ["*"] if courts is None else sorted(courts)
    folder = Path(snapshot.path) / table
    return sorted(str(f) for n in names for f in folder.glob(f"court_code={n}/*.parquet"))


def _units(con, part, today, extra, courts) -> None:
    cases = _scan(
        part.files("cases"),
        "case_no, court_code, handler, case_kind, applied_on, filed_on, closed_on, "
        "closing_manner, obligation, non_litigation, claim_amount, cause, basis_effective_on, "
        "old_style, closing_ground, source_file, source_row",
    )
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE raw_cases AS
        SELECT *, CAST(row_number() OVER (ORDER BY court_code, case_no) AS INTEGER) AS cid
        FROM ({cases}) WHERE filed_on IS NULL OR filed_on <= {today}""")
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE units AS
        SELECT cid, case_no, court_code, handler, case_kind AS kind, filed_on,
               CASE WHEN closed_on <= {today} THEN closed_on END AS closed_on,
               CASE WHEN closed_on <= {today} THEN closing_manner END AS manner,
               obligation, non_litigation, claim_amount AS claim, cause,
               basis_effective_on AS basis_on,
               CASE old_style WHEN 'yes' THEN 'old' WHEN 'no' THEN 'new' END AS style,
               CASE WHEN closed_on <= {today} THEN closing_ground END AS ground
        FROM raw_cases ORDER BY cid""")
    if extra is not None and len(extra) and extra["case_no"].isna().any():
        own = sorted(set(extra.loc[extra["case_no"].isna(), "court_code"]) & set(courts))
        start = con.execute("SELECT coalesce(max(cid), 0) FROM units").fetchone()[0]
        for n, court in enumerate(own, 1):
            con.execute(
                "INSERT INTO units (cid, court_code, kind) VALUES (?, ?, 'court')",
                [start + n, court],
            )


def _links(con, snapshot, today) -> None:
    """Make ``linked``: an objection's, reconsideration's or resumption's case → its root case.

    An objection or reconsideration whose root the record does not hold stands for itself
    (``alone``): its own filing is then the day on which the objection was filed.
    """
    _every_link(con, snapshot, today)
    con.execute("""
        CREATE OR REPLACE TEMP TABLE linked AS
        SELECT l.*, u.cid, l.case_no = l.root AS alone
        FROM every_link l JOIN units u ON u.case_no = l.root""")
    # What is read as part of another case is not judged a second time where it was keyed in.
    con.execute("""
        CREATE OR REPLACE TEMP TABLE moved AS
        SELECT case_no FROM every_link JOIN raw_cases USING (case_no)
        WHERE every_link.case_kind IN ('执异', '执复') AND case_no <> root""")


def _every_link(con, snapshot, today) -> None:
    """Make ``every_link`` once a connection: the links of the whole snapshot.

    A reconsideration may name the objection's case, and that one the enforcement case; and it
    stands in a higher court. So links are followed over all courts, twice up.
    """
    key = f"{Path(snapshot.path).resolve()} {today}"
    con.execute("CREATE TABLE IF NOT EXISTS link_key (key VARCHAR)")
    if con.execute("SELECT key FROM link_key").fetchall() == [(key,)]:
        return
    files = _all_files(snapshot, "cases")
    child = _scan(
        files,
        "case_no, court_code, case_kind, parent_case_no, applied_on, filed_on, source_file, "
        "source_row",
        f"(parent_case_no IS NOT NULL OR case_kind IN ('执异', '执复')) AND filed_on <= {today}",
    )
    con.execute(f"""
        CREATE OR REPLACE TABLE every_link AS
        WITH child AS (SELECT * FROM ({child})),
        up AS (
            SELECT c.*, coalesce(p2.parent_case_no, p.parent_case_no, c.parent_case_no) AS above
            FROM child c
            LEFT JOIN child p ON p.case_no = c.parent_case_no
             AND p.case_kind IN ('执异', '执复')
            LEFT JOIN child p2 ON p2.case_no = p.parent_case_no
             AND p2.case_kind IN ('执异', '执复')
            WHERE c.case_kind IN ('执异', '执复', '执恢')),
        held AS (
            SELECT DISTINCT case_no FROM ({_scan(files, "case_no, filed_on")})
            WHERE case_no IN (SELECT above FROM up)
              AND (filed_on IS NULL OR filed_on <= {today}))
        SELECT up.* EXCLUDE (above), coalesce(h.case_no, up.case_no) AS root
        FROM up LEFT JOIN held h ON h.case_no = up.above
        WHERE h.case_no IS NOT NULL OR up.case_kind <> '执恢'""")
    con.execute("DELETE FROM link_key")
    con.execute("INSERT INTO link_key VALUES (?)", [key])


def _parties(con, part) -> None:
    rows = _scan(part.files("parties"), "case_no, role, name, kind", "role = 'debtor'")
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE parties AS
        SELECT cid, CAST(row_number() OVER (PARTITION BY cid ORDER BY name) AS SMALLINT) AS pid,
               name, kind
        FROM (SELECT u.cid, r.name, min(r.kind) AS kind FROM ({rows}) r
              JOIN units u USING (case_no) WHERE r.name IS NOT NULL GROUP BY u.cid, r.name)""")


def _events(con, snapshot, part, today, extra) -> None:
    columns = (
        "case_no, event, day, until, amount, asset_id, asset_kind, party, document_no, result, "
        "source_file, source_row, recorded_at"
    )
    own = _scan(part.files("events"), columns, f"day <= {today}")
    parts = [
        f"SELECT u.cid, e.* EXCLUDE (case_no) FROM ({own}) e JOIN units u USING (case_no) "
        "WHERE e.case_no NOT IN (SELECT case_no FROM moved)",
        *_case_days(today),
        _ruling_of_closing(own),
        *_from_links(con, snapshot, own, columns, today),
        _petitions(con, part, today),
    ]
    if extra is not None and len(extra):
        con.register("extra_events", extra[list(EXTRA_COLUMNS)])
        parts.append(f"""
            SELECT u.cid, x.event, CAST(x.day AS DATE), CAST(x."until" AS DATE), NULL, NULL, NULL,
                   NULL, x.document_no, NULL, x.source_file, x.source_row, NULL
            FROM extra_events x JOIN units u ON u.case_no IS NOT DISTINCT FROM x.case_no
             AND u.court_code = x.court_code WHERE CAST(x.day AS DATE) <= {today}""")
    # Numbered as they come: court by court, case by case, in the order of the files.
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE numbered AS
        SELECT row_number() OVER () AS eid, r.*, c.code, p.pid
        FROM ({" UNION ALL ".join(parts)}) r JOIN code_of c ON c.event = r.event
        LEFT JOIN parties p ON p.cid = r.cid AND p.name = r.party""")
    con.execute("""
        CREATE OR REPLACE TEMP TABLE ev AS
        SELECT eid, cid, code, day, "until" AS until_day, amount, asset_id AS asset, asset_kind,
               party, pid, document_no AS document, result
        FROM numbered ORDER BY code, eid""")
    con.execute("""
        CREATE OR REPLACE TEMP TABLE src AS
        SELECT eid, source_file AS file, source_row AS row, recorded_at FROM numbered""")
    con.execute("DROP TABLE numbered")


def _case_days(today) -> list[str]:
    """Read the three days of a case as events."""
    pairs = {
        "application_received": "applied_on",
        "case_filed": "filed_on",
        "case_closed": "closed_on",
    }
    return [
        f"SELECT cid, {quote(code)}, {column}, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
        f"source_file, source_row, NULL FROM raw_cases WHERE {column} <= {today}"
        for code, column in pairs.items()
    ]


def _ruling_of_closing(own: str) -> str:
    """Read a closing by 终本 as its ruling, where no ruling is on file: one is not had without it.

    An export may hold the manner of closing alone; its conditions are asked for all the same.
    """
    return f"""
        SELECT c.cid, 'termination_ruled', c.closed_on, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
               c.source_file, c.source_row, NULL
        FROM raw_cases c JOIN units u USING (cid)
        WHERE u.manner = 'procedure_terminated' AND c.case_no NOT IN (
            SELECT e.case_no FROM ({own}) e WHERE e.event = 'termination_ruled'
              AND e.case_no IS NOT NULL)"""


def _from_links(con, snapshot, own, columns, today) -> list[str]:
    """Read the events of objection and reconsideration cases on the case they concern."""
    found = con.execute("SELECT DISTINCT court_code FROM linked WHERE NOT alone").fetchall()
    courts = [row[0] for row in found]
    if not con.execute("SELECT count(*) FROM linked").fetchone()[0]:
        return []
    files = _all_files(snapshot, "events", courts)
    child = _scan(files, columns, f"day <= {today}")
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE child_events AS
        SELECT l.cid, e.*, l.case_kind FROM ({child}) e JOIN linked l USING (case_no)
        WHERE l.case_kind IN ('执异', '执复') AND NOT l.alone""")
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE own_events AS
        SELECT u.cid, e.event FROM ({own}) e JOIN units u USING (case_no)
        WHERE u.cid IN (SELECT cid FROM linked)
          AND (e.event LIKE '%objection_%' OR e.event LIKE 're%')
          AND e.case_no NOT IN (SELECT case_no FROM moved)""")
    outsider = "('outsider_objection_received', 'outsider_objection_ruled')"
    return [
        "SELECT * EXCLUDE (case_no, case_kind) FROM child_events",
        # The objection case's own days stand for the events that nobody keyed in.
        f"""SELECT l.cid, CASE WHEN EXISTS (SELECT 1 FROM child_events c
                WHERE c.case_no = l.case_no AND c.event IN {outsider})
                OR (l.alone AND EXISTS (SELECT 1 FROM own_events o
                    WHERE o.cid = l.cid AND o.event IN {outsider}))
                THEN 'outsider_objection_received' ELSE 'objection_received' END,
            coalesce(l.applied_on, l.filed_on), NULL, NULL, NULL, NULL, NULL, l.case_no, NULL,
            l.source_file, l.source_row, NULL
        FROM linked l WHERE l.case_kind = '执异' AND l.applied_on IS NOT NULL
         AND {_unrecorded("('objection_received', 'outsider_objection_received')")}""",
        f"""SELECT l.cid, 'objection_filed', l.filed_on, NULL, NULL, NULL, NULL, NULL, l.case_no,
            NULL, l.source_file, l.source_row, NULL
        FROM linked l WHERE l.case_kind = '执异' AND {_unrecorded("('objection_filed')")}
         AND NOT (l.alone AND l.applied_on IS NULL AND NOT EXISTS (
            SELECT 1 FROM own_events o WHERE o.cid = l.cid AND o.event = 'objection_received'))""",
        f"""SELECT l.cid, 'reconsideration_received', l.applied_on, NULL, NULL, NULL, NULL, NULL,
            l.case_no, NULL, l.source_file, l.source_row, NULL
        FROM linked l WHERE l.case_kind = '执复' AND l.applied_on IS NOT NULL
         AND {_unrecorded("('reconsideration_received')")}""",
        f"""SELECT l.cid, 'resumption_filed', l.filed_on, NULL, NULL, NULL, NULL, NULL, l.case_no,
            NULL, l.source_file, l.source_row, NULL
        FROM linked l WHERE l.case_kind = '执恢' AND {_unrecorded("('resumption_filed')")}""",
    ]


def _unrecorded(words: str) -> str:
    """Return the condition that neither the case nor its child records one of the events."""
    return (
        f"NOT EXISTS (SELECT 1 FROM child_events c WHERE c.cid = l.cid AND c.event IN {words}) "
        f"AND NOT EXISTS (SELECT 1 FROM own_events o WHERE o.cid = l.cid AND o.event IN {words})"
    )


def _petitions(con, part, today) -> str:
    """Read petitions that name cases of the record as events of them.

    A number is read as people write it: brackets, widths and a missing 号 make no difference.
    """
    rows = con.execute(
        _scan(
            part.files("petitions"),
            "petition_id, cited_case_no, received_on, resolved_on, source_file, source_row",
            "cited_case_no IS NOT NULL",
        )
    ).df()
    numbers = {text: _numbers(text) for text in rows["cited_case_no"].unique()}
    cited = rows.assign(case_no=rows["cited_case_no"].map(numbers)).explode("case_no")
    cited = cited.drop(columns="cited_case_no").astype({"petition_id": "str", "case_no": "str"})
    con.register("cited", pa.Table.from_pandas(cited, preserve_index=False))
    con.execute("CREATE OR REPLACE TEMP TABLE petitioned AS SELECT * FROM cited")
    con.unregister("cited")
    return f"""
        SELECT u.cid, p.event, CAST(p.day AS DATE), NULL, NULL, NULL, NULL, NULL, p.petition_id,
               NULL, p.source_file, p.source_row, NULL
        FROM (SELECT *, 'petition_received' AS event, received_on AS day FROM petitioned
              UNION ALL
              SELECT *, 'petition_resolved', resolved_on FROM petitioned) p
        JOIN units u ON u.case_no = p.case_no WHERE CAST(p.day AS DATE) <= {today}"""


def _numbers(text: str) -> list[str]:
    return sorted({str(number) for number in find_case_nos(text)})
