"""Like cases that were treated in another order than they came (选择性执行): a comparison.

Takes an open snapshot and a day, gives pairs for a person to look at. No text of law sets an
order among cases, and a record does not say everything: this is never a finding of law. Reads
``parameters/law/selective.yaml``.
"""

from datetime import date
from functools import lru_cache
from math import log1p

import pandas as pd
import pyarrow as pa
from pydantic import Field

from audit_lib.errors import UnknownCode
from audit_lib.law.court_log import connect
from audit_lib.law.loading import load_pack
from audit_lib.law.log import quote
from audit_lib.parameters import Parameters, load_parameters, parameters_folder

__all__ = ["LIKENESS", "SELECTIVE_COLUMNS", "compare_like_cases", "load_selective"]

#: How cases are alike, the strongest first.
LIKENESS = ("same_debtor", "same_batch", "same_size")

SELECTIVE_COLUMNS = (
    "court_code", "step", "like", "group_cases", "case_no", "handler", "cause", "filed_on",
    "step_on", "other_case_no", "other_handler", "other_cause", "other_filed_on", "other_step_on",
    "days_apart", "ahead", "doubt", "evidence",
)  # fmt: skip
_DAYS = ("filed_on", "step_on", "other_filed_on", "other_step_on")


class Likeness(Parameters):
    """From how many cases on, how far apart in filing, and which steps are compared."""

    fewest: int = Field(ge=2)
    filed_days: int = Field(ge=0)
    steps: list[str]


class Batch(Likeness):
    """Cases of one creditor that came together."""

    within_days: int = Field(gt=0)


class Size(Likeness):
    """Cases of one cause about like sums."""

    share: float = Field(gt=0)


class Like(Parameters):
    """What makes cases alike."""

    same_debtor: Likeness
    same_batch: Batch
    same_size: Size


class Reasons(Parameters):
    """What explains a later step."""

    events: list[str]
    inherited_control: bool


class Selective(Parameters):
    """What ``parameters/law/selective.yaml`` holds."""

    kinds: list[str]
    like: Like
    steps: dict[str, list[str]]
    step_days: int = Field(gt=0)
    reasons: Reasons
    preferred_causes: list[str]


@lru_cache(maxsize=4)
def _load(folder) -> Selective:
    settings = load_parameters(folder / "law" / "selective.yaml", Selective)
    known = load_pack().events
    for word in [*(w for words in settings.steps.values() for w in words),
                 *settings.reasons.events]:  # fmt: skip
        if word not in known:
            raise UnknownCode.from_value("event in selective.yaml", word, known)
    for like in LIKENESS:
        for step in getattr(settings.like, like).steps:
            if step not in settings.steps:
                raise UnknownCode.from_value("step in selective.yaml", step, settings.steps)
    return settings


def load_selective() -> Selective:
    """Read the settings, or refuse them with the word that is wrong."""
    return _load(parameters_folder())


def compare_like_cases(snapshot, as_of: date) -> pd.DataFrame:
    """Compare the order of like cases with the order in which they were filed.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
        Audit day; later cases and events are not seen.

    Returns
    -------
    DataFrame, one row a case that was passed over, and step
        ``step`` (first_act, first_control, first_payment), ``like`` (same_debtor, same_batch,
        same_size), ``group_cases``; the case with its ``filed_on`` and ``step_on`` (missing: not
        yet), the other case, filed no earlier and served first, with the same; ``days_apart``
        (calendar days between the two steps, to its closing or `as_of` where the first has
        none); ``ahead``: how many such cases were served first; ``doubt`` (``same_name``:
        natural persons of one name without numbers to tell them apart); ``evidence``: record
        rows of both.

    Notes
    -----
    Left out: cases with a reason on file (a pause, an objection, an extension …) before the
    other's step, later cases that inherited a control, and claims that the law puts first.
    """
    settings = load_selective()
    con = connect(threads=2)
    try:
        _register(con, snapshot)
        _cases(con, settings, as_of)
        _groups(con, settings.like)
        parts = [
            _passed_over(con, settings, step, like, as_of)
            for step in settings.steps
            for like in LIKENESS
            if step in getattr(settings.like, like).steps
        ]
    finally:
        con.close()
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    # A case is shown once a step, by its strongest likeness.
    strength = frame["like"].map(LIKENESS.index) if len(frame) else pd.Series(dtype="int64")
    frame = frame.assign(strength=strength).sort_values(
        ["court_code", "case_no", "step", "strength", "other_step_on", "other_case_no"]
    )
    frame = frame.drop_duplicates(["case_no", "step"]).reset_index(drop=True)
    frame = frame.reindex(columns=list(SELECTIVE_COLUMNS))
    for column in _DAYS:
        frame[column] = frame[column].astype("datetime64[us]")
    for column in ("group_cases", "days_apart", "ahead"):
        frame[column] = frame[column].astype("Int64")
    return frame


def _register(con, snapshot) -> None:
    """Give DuckDB the columns that are read."""
    columns = {
        "cases": ["case_no", "court_code", "case_kind", "handler", "cause", "claim_amount",
                  "filed_on", "closed_on"],
        "events": ["case_no", "event", "day", "source_file", "source_row"],
        "parties": ["case_no", "role", "name", "kind", "id_no"],
    }  # fmt: skip
    for name, wanted in columns.items():
        frame = getattr(snapshot, name)[wanted]
        con.register(f"given_{name}", pa.Table.from_pandas(frame, preserve_index=False))


def _cases(con, settings: Selective, as_of: date) -> None:
    """Make ``c``, one row a case, and ``firsts``, one row a case and step."""
    today, kinds = quote(as_of), ", ".join(quote(k) for k in settings.kinds)
    preferred = " OR ".join(
        f"contains(coalesce(cause, ''), {quote(word)})" for word in settings.preferred_causes
    )
    reasons = ", ".join(quote(e) for e in settings.reasons.events) or "NULL"
    con.execute(f"""
        CREATE TEMP TABLE c AS
        WITH one AS (
            SELECT case_no, min(court_code) AS court_code, min(handler) AS handler,
                   min(cause) AS cause, min(claim_amount) AS claim,
                   CAST(min(filed_on) AS DATE) AS filed, CAST(min(closed_on) AS DATE) AS closed_on
            FROM given_cases
            WHERE case_kind IN ({kinds}) AND CAST(filed_on AS DATE) <= {today} GROUP BY case_no),
        reason AS (
            SELECT case_no, CAST(min(day) AS DATE) AS reason_on FROM given_events
            WHERE event IN ({reasons}) GROUP BY case_no)
        SELECT one.* EXCLUDE (closed_on), CASE WHEN closed_on <= {today} THEN closed_on END
                   AS closed, reason_on, ({preferred or "FALSE"}) AS preferred
        FROM one LEFT JOIN reason USING (case_no)""")
    listed = ", ".join(
        f"({quote(step)}, {quote(code)})"
        for step, codes in settings.steps.items()
        for code in codes
    )
    con.execute(f"""
        CREATE TEMP TABLE firsts AS
        SELECT step, case_no, CAST(day AS DATE) AS day, event || ' '
                   || strftime(day, '%Y-%m-%d') || ' (' || source_file || '#' || source_row || ')'
                   AS row
        FROM (SELECT s.step, e.* FROM given_events e
              JOIN (SELECT * FROM (VALUES {listed}) v(step, event)) s USING (event)
              WHERE CAST(e.day AS DATE) <= {today} AND e.case_no IN (SELECT case_no FROM c))
        QUALIFY row_number() OVER (
            PARTITION BY step, case_no ORDER BY day, source_file, source_row, event) = 1""")


def _groups(con, like: Like) -> None:
    """Make ``members``: likeness, key, case and doubt; ``size`` is the group's cases."""
    band = f"floor(ln(claim) / {log1p(like.same_size.share)!r})"
    # A natural person is told apart by his number; without one a namesake may be meant.
    con.execute(f"""
        CREATE TEMP TABLE members AS
        WITH named AS (
            SELECT p.case_no, p.role, p.kind, p.id_no, c.court_code, c.cause,
                   regexp_replace(p.name, '\\s', '', 'g') AS plain
            FROM given_parties p JOIN c USING (case_no) WHERE p.name IS NOT NULL),
        debtors AS (
            SELECT 'same_debtor' AS alike, case_no, bool_or(kind = 'natural_person'
                       AND id_no IS NULL) AS unsure,
                   concat_ws('|', court_code, plain, CASE WHEN kind = 'natural_person'
                       THEN id_no END) AS key
            FROM named WHERE role = 'debtor' GROUP BY ALL),
        first_creditor AS (
            SELECT case_no, min(plain) AS creditor FROM named WHERE role = 'creditor'
            GROUP BY case_no),
        batch AS (
            SELECT 'same_batch' AS alike, case_no, FALSE AS unsure,
                   concat_ws('|', court_code, creditor, cause) AS key
            FROM c JOIN first_creditor USING (case_no) WHERE cause IS NOT NULL),
        sized AS (
            SELECT 'same_size' AS alike, case_no, FALSE AS unsure,
                   concat_ws('|', court_code, cause, year(filed), quarter(filed), {band}) AS key
            FROM c WHERE claim > 0 AND cause IS NOT NULL),
        every AS (
            SELECT * FROM debtors UNION ALL SELECT * FROM batch UNION ALL SELECT * FROM sized),
        counted AS (
            SELECT *, count(*) OVER g AS size, bool_or(unsure) OVER g AS doubtful
            FROM every WINDOW g AS (PARTITION BY alike, key))
        SELECT alike, key, case_no, size, doubtful FROM counted
        WHERE size >= CASE alike WHEN 'same_debtor' THEN {like.same_debtor.fewest}
                      WHEN 'same_batch' THEN {like.same_batch.fewest}
                      ELSE {like.same_size.fewest} END""")


def _passed_over(con, settings: Selective, step: str, like: str, as_of: date) -> pd.DataFrame:
    """Return each case of a likeness that another overtook in one step, with the first that did."""
    today, alike = quote(as_of), getattr(settings.like, like)
    within = ""
    if isinstance(alike, Batch):
        within = f"AND b.filed <= a.filed + {alike.within_days}"
    inherited = "AND b.day >= b.filed" if settings.reasons.inherited_control else ""
    return con.execute(f"""
        WITH m AS (
            SELECT m.key, m.size, m.doubtful, c.*, f.day, f.row,
                   least(coalesce(f.day, {today}), coalesce(c.closed, {today})) AS reached
            FROM members m JOIN c USING (case_no)
            LEFT JOIN (SELECT * FROM firsts WHERE step = {quote(step)}) f USING (case_no)
            WHERE m.alike = {quote(like)}),
        pairs AS (
            SELECT a.case_no, b.case_no AS other, b.day AS other_day, a.key,
                   count(*) OVER (PARTITION BY a.case_no, a.key) AS ahead
            FROM m a JOIN m b ON a.key = b.key AND a.case_no <> b.case_no
             AND b.filed >= a.filed + {alike.filed_days} {within}
             AND b.day <= a.reached - {settings.step_days} {inherited}
             AND (a.closed IS NULL OR a.closed > b.day)
             AND (a.reason_on IS NULL OR a.reason_on > b.day)
             AND (a.preferred OR NOT b.preferred)
            QUALIFY row_number() OVER (PARTITION BY a.case_no
                ORDER BY b.day, b.case_no, a.key) = 1)
        SELECT a.court_code, {quote(step)} AS step, {quote(like)} AS like, a.size AS group_cases,
               a.case_no, a.handler, a.cause, a.filed AS filed_on, a.day AS step_on,
               b.case_no AS other_case_no, b.handler AS other_handler, b.cause AS other_cause,
               b.filed AS other_filed_on, b.day AS other_step_on, a.reached - b.day AS days_apart,
               p.ahead, CASE WHEN a.doubtful THEN 'same_name' END AS doubt,
               concat_ws('; ', a.row, b.row) AS evidence
        FROM pairs p JOIN m a ON a.case_no = p.case_no AND a.key = p.key
        JOIN m b ON b.case_no = p.other AND b.key = p.key""").df()
