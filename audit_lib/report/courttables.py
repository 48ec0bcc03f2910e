"""The tables of one court in one round, as a notebook finds them.

Takes a folder of Parquet files that the round prepared, gives :class:`CourtTables`. A table that
is absent is empty and named in ``absent``: a report says "not computed", it never crashes and
never reads absence as "no fault".
"""

import json
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
from pandas.api.types import is_datetime64_any_dtype

from audit_lib.errors import MissingColumn, UnreadableSource
from audit_lib.report.identity import hide_identity
from audit_lib.report.texts import change_texts
from audit_lib.report.wording import UNCLEAN, clean_text

__all__ = ["TABLE_COLUMNS", "CourtTables", "RoundFacts", "load_court"]

_ROW = ["source_file", "source_sheet", "source_row"]

TABLE_COLUMNS: dict[str, list[str]] = {
    "courts": ["court_code", "court_name", "level", "parent_code"],
    "cases": "case_no court_code applied_on filed_on cause basis_no basis_effective_on obligation "
    "non_litigation claim_amount handler team closed_on closing_manner parent_case_no "
    "closing_ground note marked_category case_no_written case_year case_kind case_serial "
    "old_style".split(),
    "parties": "case_no court_code role name kind id_no".split(),
    "events": "case_no court_code event day recorded_at amount asset_id asset_kind until party "
    "result document_no operator note".split(),
    "petitions": "petition_id received_on channel assigned_by petitioner petitioner_role "
    "court_code cited_case_no text due_on resolved_on outcome reply".split(),
    "returns": "court_code month category closed_count open_count submitted_on".split(),
    "return_items": "court_code month category case_no reason plan promised_on".split(),
    "inspections": "case_no court_code round inspected_on inspector issue selected_as probability "
    "status reason examined note rectify_by rectified_on".split(),
    "check": "case_no court_code handler rule theme outcome started_on due_on done_on days_late "
    "severity source article evidence duty subject version verified reason paused_days "
    "note".split(),
    "silence": "case_no court_code handler silent_days silent_from silent_until last_substantive "
    "last_substantive_on pauses evidence".split(),
    "score": "case_no court_code handler population score rank reasons".split(),
    "select": "case_no court_code handler stratum probability frame seed score reasons".split(),
    "claims": "petition_id case_no court_code received_on link link_confidence allegation verdict "
    "route evidence quote candidates".split(),
    "campaign": "court_code category backlog closed cleared_strict cleared_with_termination open "
    "target_on on_target returned_closed returned_open difference late_return items_missing "
    "promises_slipped".split(),
    "categories": "case_no court_code category kind reason doubt marked_by_court old".split(),
    # Views of the law room.
    "trend": "court_code as_of duty met late outstanding unknown due share_met change".split(),
    "terms": "case_no court_code handler event subject ends_on days_left within evidence".split(),
    "conditions": "case_no court_code handler ruled_on rule condition state source article "
    "evidence".split(),
    "suspicion": "court_code case_no handler kind event day recorded_on days cases entries detail "
    "evidence".split(),
    "suspects": "rule court_code fired decided share".split(),
    "selective": "court_code step like group_cases case_no handler cause filed_on step_on "
    "other_case_no other_handler other_cause other_filed_on other_step_on days_apart ahead doubt "
    "evidence".split(),
    "strike": "case_no court_code handler state resisted_on resistance answered_on answers days "
    "criminal_on over_limit repeated evidence".split(),
    # Views of the campaign room.
    "faults": "court_code month category case_no fault claimed found doubt evidence".split(),
    "series": "court_code category day open_old open_new closed inflow target_line".split(),
    "forecast": "court_code category open_old days cleared inflow closed per_week net_per_week "
    "clears_on clears_early clears_late target_on chance_by_target outlook".split(),
    "standing": "court_code category old cleared share low high expected ratio ratio_low "
    "ratio_high standing counting".split(),
    "funds": "case_no court_code handler received_on received kept age_days age_band state "
    "deferred_until ground legacy evidence".split(),
    "aid": "case_no court_code handler kind open_days state requested_on why evidence".split(),
    "teams": "court_code handler open open_cleanup oldest_days median_days closed "
    "closed_without_termination share_strict low high".split(),
    "proposals": "court_code trigger category figure of share bound threshold proposed reason "
    "doubt cases evidence decision decided_by decided_on".split(),
}

# What a count never needs: names, words and numbers of persons.
_OF_PERSONS = (
    "name id_no text quote reply note plan petitioner operator party evidence pauses "
    "candidates inspector handler other_handler speaks_for speaks_against"
).split()
_DAYS = {
    *"applied_on filed_on basis_effective_on closed_on day recorded_at until received_on due_on "
    "resolved_on submitted_on promised_on inspected_on rectify_by rectified_on started_on done_on "
    "version silent_from silent_until last_substantive_on target_on as_of ends_on ruled_on "
    "recorded_on step_on other_filed_on other_step_on resisted_on answered_on criminal_on "
    "clears_on clears_early clears_late deferred_until requested_on decided_on".split()
}
# Columns whose name means something else in these tables: a remedy's `until` is words, and so
# are what a return claims and finds, and the cases that a proposal names.
_WORDS = {("claims", "until"), ("proposals", "cases")}
_NUMBERS = {
    *"claim_amount case_year case_serial amount closed_count open_count probability days_late "
    "paused_days silent_days score rank frame seed link_confidence backlog closed cleared_strict "
    "cleared_with_termination open returned_closed returned_open difference items_missing "
    "promises_slipped source_row met outstanding unknown due share_met change days_left within "
    "days cases entries fired decided share group_cases days_apart ahead over_limit repeated "
    "open_old open_new inflow target_line per_week net_per_week chance_by_target low high "
    "expected ratio ratio_low ratio_high received kept age_days open_days open_cleanup "
    "oldest_days median_days closed_without_termination share_strict figure of bound "
    "threshold".split()
}
# Names that are numbers in one table and words in another.
_NUMBERS_ONLY = {
    "late": {"trend"},
    "old": {"standing"},
    "cleared": {"standing", "forecast"},
}


@dataclass(frozen=True)
class RoundFacts:
    """What ``round.json`` says of the round and the court.

    Attributes
    ----------
    name, stage, court_code, court_name, lang, audience : text
    as_of : day, midnight
    seed : whole number, or missing
    interviews : confirmed interviews, each ``{court, by, on}``
    invented : the record is a sample that the program invented
    """

    name: str
    as_of: pd.Timestamp
    court_code: str
    court_name: str
    stage: str = ""
    seed: int | None = None
    lang: str = "zh"
    audience: str = "inspectors"
    interviews: tuple = ()
    invented: bool = False


@dataclass(frozen=True)
class CourtTables:
    """One court's tables; ``tables["check"]`` is a DataFrame with every column it should have.

    Attributes
    ----------
    facts : RoundFacts
    frames : table name → DataFrame
    absent : names of tables that were not given
    audience : whose masking was applied, or ``None``
    """

    facts: RoundFacts
    frames: dict[str, pd.DataFrame] = field(repr=False)
    absent: frozenset[str] = frozenset()
    audience: str | None = None
    # What was counted from these tables already; other tables have their own.
    _counted: dict = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, name: str, count):
        """Return what `count` makes of these tables, counted the first time that it is asked."""
        if name not in self._counted:
            self._counted[name] = count(self)
        return self._counted[name]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.frames[name]

    def given(self, name: str) -> bool:
        """Tell whether a table was computed at all."""
        return name not in self.absent

    def with_frames(self, frames: dict[str, pd.DataFrame], audience=None) -> "CourtTables":
        """Return the same court with other tables in place of its own."""
        return replace(self, frames=self.frames | frames, audience=audience or self.audience)


def load_court(tables_dir, whole: bool = True) -> CourtTables:
    """Read the prepared tables of one court.

    Parameters
    ----------
    tables_dir : folder with ``round.json`` and ``<table>.parquet`` files; any table may be absent
    whole : texts too. Without them the tables are for counting only: nothing of a person is
        read, and a hundred courts take seconds

    Returns
    -------
    CourtTables
        Characters that cannot be seen are dropped from texts; ``parties`` has no ``id_no``.

    Raises
    ------
    UnreadableSource
        There is no ``round.json``, or a file is no Parquet.
    MissingColumn
        A table that is there lacks ``court_code`` or ``case_no`` altogether.
    """
    folder = Path(tables_dir)
    facts = _read_facts(folder / "round.json")
    frames, absent = {}, set()
    for name in TABLE_COLUMNS:
        path = folder / f"{name}.parquet"
        if path.exists():
            frame = _read(path)
            if not whole:
                frame = frame.drop(columns=_OF_PERSONS, errors="ignore")
            frames[name] = tidy(frame, name)
        else:
            frames[name] = tidy(pd.DataFrame(), name)
            absent.add(name)
    for path in sorted(folder.glob("*.parquet")):
        if path.stem not in TABLE_COLUMNS and whole:
            frames[path.stem] = _clean(_read(path))
    if not whole:
        return CourtTables(facts, frames, frozenset(absent))
    return CourtTables(facts, hide_identity(frames), frozenset(absent))


def _read(path: Path) -> pd.DataFrame:
    try:
        # As `pd.read_parquet`, without its search for partitions, on one thread: they are small.
        return pq.ParquetFile(path).read(use_threads=False).to_pandas(use_threads=False)
    except (OSError, ValueError) as error:
        raise UnreadableSource(
            f"`{path}` cannot be read as a Parquet table: {error}\nRun the round again."
        ) from error


def _read_facts(path: Path) -> RoundFacts:
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        as_of = pd.Timestamp(given["as_of"])
        code = str(given["court_code"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableSource(
            f"`{path}` does not say which court and day this is: {error!r}\n"
            "It is written by `audit round`; give the folder of one court's prepared tables."
        ) from error
    return RoundFacts(
        name=clean_text(str(given.get("name") or "")),
        as_of=as_of.normalize(),
        court_code=clean_text(code),
        court_name=clean_text(str(given.get("court_name") or code)),
        stage=clean_text(str(given.get("stage") or "")),
        seed=given.get("seed"),
        lang=given.get("lang") or "zh",
        audience=given.get("audience") or "inspectors",
        interviews=tuple(given.get("interviews") or ()),
        invented=bool(given.get("invented", False)),
    )


def tidy(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give a table every column it should have, in the types a report counts on.

    Raises
    ------
    MissingColumn
        It has rows but neither ``court_code`` nor ``case_no``.
    """
    wanted = TABLE_COLUMNS[name]
    if len(frame) and not {"court_code", "case_no"} & set(frame.columns):
        raise MissingColumn.from_table(name, ["court_code"], frame.columns)
    names = set(frame.columns)
    listed = {*wanted, *_ROW}
    rows = frame.reset_index(drop=True)
    empty = _empty_columns(len(rows))
    made = {}
    for column in [*wanted, *(c for c in rows.columns if c not in listed), *_ROW]:
        kind = _kind(name, column)
        if column not in names:
            made[column] = empty[kind]
            continue
        values = rows[column]
        if kind == "day" and not is_datetime64_any_dtype(values.dtype):
            values = pd.to_datetime(values, errors="coerce")
        elif kind == "number" and values.dtype != "float64":
            values = pd.to_numeric(values, errors="coerce").astype("float64")
        made[column] = values
    return _clean(pd.DataFrame(made, index=rows.index))


def _kind(table: str, column: str) -> str:
    """Tell what a column of a table holds: ``day``, ``number`` or ``text``."""
    if (table, column) in _WORDS:
        return "text"
    if column in _DAYS:
        return "day"
    if column in _NUMBERS or table in _NUMBERS_ONLY.get(column, ()):
        return "number"
    return "text"


@lru_cache(maxsize=32)
def _empty_columns(rows: int) -> dict[str, pd.Series]:
    """Make the columns that were not given, by what they should hold."""
    nothing = pd.Series(pd.NA, index=pd.RangeIndex(rows), dtype="object")
    return {
        "text": nothing,
        "day": pd.to_datetime(nothing, errors="coerce"),
        "number": pd.to_numeric(nothing, errors="coerce").astype("float64"),
    }


def _clean(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop unseen characters from every text."""
    return change_texts(frame, lambda column: clean_text, UNCLEAN)
