"""One case as it stood on the day of a petition, and how its rows are quoted.

Gives :class:`CaseFile` and :class:`Judgement` to the modules that judge the allegations, one module
a family: progress, closing, money, acts.
"""

from dataclasses import dataclass, field

import pandas as pd

from audit_lib.petitions.reading import Petition
from audit_lib.petitions.wording import Checking

__all__ = [
    "CONTROL",
    "PAID",
    "CaseFile",
    "Judgement",
    "compare_days",
    "compare_sums",
    "join_notes",
    "quote_events",
    "tell_day",
    "tell_place",
]

CONTROL = (
    "deposit_frozen",
    "movable_seized",
    "immovable_seized",
    "right_frozen",
    "preservation_carried_out",
)
PAID = ("money_paid", "money_escrowed", "refunded_to_debtor")


@dataclass(frozen=True)
class Judgement:
    """A verdict with the record's words for and against, and what is not known."""

    verdict: str
    speaks_for: str = ""
    speaks_against: str = ""
    note: str = ""


@dataclass(frozen=True)
class CaseFile:
    """One case as it stood on a day.

    ``events`` are the rows up to that day, in order of day; ``later`` the rows after it up to
    the audit day; ``recorded`` the event codes that the court records at all; ``siblings`` other
    cases of the court against a debtor of this one, with ``filed_on`` and ``paid_on`` (first
    payment up to the day).
    """

    case: object
    events: pd.DataFrame
    later: pd.DataFrame
    on: pd.Timestamp
    petition: Petition
    limits: Checking
    substantive: frozenset[str]
    recorded: frozenset[str]
    siblings: pd.DataFrame = field(default_factory=pd.DataFrame)

    def of(self, *codes: str) -> pd.DataFrame:
        """Return the rows of some events."""
        return self.events[self.events["event"].isin(codes)]

    def not_recorded(self, *codes: str) -> bool:
        """Whether the court's record holds none of these events for any case."""
        return not self.recorded & set(codes)

    @property
    def filed(self) -> str:
        """The filing, quoted."""
        return f"case_filed {tell_day(self.case.filed_on)} ({tell_place(self.case)})"


def tell_day(value) -> str:
    """Write a day, or ? where it is missing."""
    return "?" if pd.isna(value) else f"{pd.Timestamp(value):%Y-%m-%d}"


def tell_place(row) -> str:
    """Write where a row stands: file and row."""
    file = row.source_file if isinstance(row.source_file, str) else "?"
    number = row.source_row
    return f"{file}#{'?' if pd.isna(number) else int(number)}"


def quote_events(rows: pd.DataFrame, most: int = 4) -> str:
    """Quote event rows: code, day, sum, file and row."""
    words = []
    for row in rows.head(most).itertuples(index=False):
        amount = "" if pd.isna(row.amount) else f" {row.amount:.2f}"
        words.append(f"{row.event} {tell_day(row.day)}{amount} ({tell_place(row)})")
    if len(rows) > most:
        words.append(f"… +{len(rows) - most}")
    return "; ".join(words)


def compare_sums(file: CaseFile, rows: pd.DataFrame) -> str:
    """Compare the sums of the text with those of the record."""
    named = file.petition.amounts
    if not named or not len(rows):
        return ""
    sums = [*rows["amount"].dropna(), rows["amount"].sum()]
    same = [a.quote for a in named if any(a.least * 0.99 <= s <= a.most * 1.01 for s in sums)]
    return f"same_sum {same[0]}" if same else f"text_names {named[0].quote}"


def compare_days(file: CaseFile, rows: pd.DataFrame) -> str:
    """Compare the days and months that the text names with those of some rows.

    A day of the text fits when a row lies within three days of it.
    """
    named = [d for d in file.petition.dates if d.kind in ("day", "month") and d.first is not None]
    if not named or not len(rows):
        return ""
    near = pd.Timedelta(days=3)
    for mention in named:
        first, last = pd.Timestamp(mention.first) - near, pd.Timestamp(mention.last) + near
        if ((rows["day"] >= first) & (rows["day"] <= last)).any():
            return f"same_day {mention.quote}"
    said = ", ".join(dict.fromkeys(d.quote for d in named[:3]))
    return f"text_says {said}; record_says {tell_day(rows['day'].min())}"


def join_notes(*notes: str) -> str:
    """Join what is to be said beside a verdict, leaving out what is empty."""
    return "; ".join(note for note in notes if note)
