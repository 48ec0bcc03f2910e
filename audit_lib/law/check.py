"""The record against the law: one row a case and obligation.

Takes an open snapshot and a day, gives the table of findings. Reads ``parameters/law/``. Courts
are judged in batches of bounded memory; what comes out does not depend on the batches.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

import pandas as pd

from audit_lib.law.court_log import batches, connect, open_court_log, threads_for
from audit_lib.law.engine import OUTPUT_COLUMNS, Judgement, judge
from audit_lib.law.loading import Pack, load_pack

__all__ = ["check_snapshot", "count_outcomes", "judge_batches"]


def judge_batches(
    snapshot,
    as_of: date,
    everything: bool = False,
    extra_events: pd.DataFrame | None = None,
    pack: Pack | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    rules: Iterable[str] | None = None,
    rows: bool = True,
) -> Iterator[Judgement]:
    """Judge a snapshot batch by batch, for records too large to hold at once.

    The parameters are those of :func:`check_snapshot`; without `rows` only counts are given.

    Yields
    ------
    Judgement
        One a batch of courts, in order of court code.
    """
    pack = pack or load_pack()
    names = list(pack.checkable()) if rules is None else list(rules)
    chosen = {name: pack.rule(name) for name in names}
    groups = list(batches(snapshot))
    con = connect(threads or threads_for(snapshot))
    try:
        for number, courts in enumerate(groups):
            log = open_court_log(con, snapshot, courts, pack, as_of, extra_events)
            tell = _counted(progress, number, len(groups), len(chosen))
            yield judge(log, chosen, everything, tell, rows=rows)
    finally:
        con.close()


def _counted(progress, batch: int, of: int, rules: int):
    """Turn "the next rule begins" into (rules judged, rules to judge)."""
    if progress is None:
        return None
    seen = iter(range(batch * rules + 1, (batch + 1) * rules + 1))
    return lambda name: progress(next(seen), of * rules)


def check_snapshot(
    snapshot,
    as_of: date,
    everything: bool = False,
    extra_events: pd.DataFrame | None = None,
    pack: Pack | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    rules: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Compare every case's record with every rule, as known on one day.

    Parameters
    ----------
    snapshot : Snapshot
        From :func:`audit_lib.record.open_snapshot`; its chosen courts are judged.
    as_of : date
        Audit day. Events after it are not seen.
    everything : bool
        Keep all outcomes; else only ``late``, ``overdue`` and ``breached``.
    extra_events : DataFrame, one row an event derived from other tables
        See :func:`audit_lib.law.court_log.open_court_log`.
    progress : called with (rules judged, rules to judge).
    rules : ids of the rules to judge by; every checkable one by default.

    Returns
    -------
    DataFrame, one row an obligation
        ``case_no`` (missing for an obligation of the court itself), ``court_code``,
        ``handler``, ``rule``, ``theme``, ``outcome``, ``started_on``, ``due_on``, ``done_on``,
        ``days_late`` (calendar days, only late and overdue), ``severity``, ``source``,
        ``article``, ``evidence`` (record rows), ``duty``, ``subject`` (party or asset),
        ``version``, ``verified`` (yes/no: has anybody re-read the text), ``reason`` (why
        unknown), ``paused_days``, ``note``.

    Notes
    -----
    A finding is about the record and a lead for a person. A start day that is not on file
    gives ``unknown``, never a breach.
    """
    parts = [
        part.rows
        for part in judge_batches(
            snapshot, as_of, everything, extra_events, pack, threads, progress, rules
        )
    ]
    return _typed(pd.concat(parts, ignore_index=True) if parts else pd.DataFrame())


def count_outcomes(
    snapshot, as_of: date, extra_events: pd.DataFrame | None = None, pack: Pack | None = None
) -> pd.DataFrame:
    """Count all outcomes, one row a court, rule and outcome: ``n``, and ``days_late`` summed."""
    judged = judge_batches(snapshot, as_of, False, extra_events, pack, rows=False)
    parts = [part.counts for part in judged]
    columns = ["court_code", "rule", "theme", "duty", "outcome", "n", "days_late"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    """Give every column its type, whatever the rows hold."""
    rows = rows.reindex(columns=list(OUTPUT_COLUMNS))
    for column in OUTPUT_COLUMNS:
        if column in ("started_on", "due_on", "done_on", "version"):
            rows[column] = rows[column].astype("datetime64[us]")
        elif column in ("days_late", "paused_days"):
            rows[column] = rows[column].astype("Int64")
        else:
            rows[column] = rows[column].astype("str").where(rows[column].notna())
    return rows
