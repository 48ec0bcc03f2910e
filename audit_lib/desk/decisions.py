"""What an inspector writes down on a case, and how a case's entries add up to its state."""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from audit_lib.errors import AuditError
from audit_lib.parameters import Parameters

__all__ = ["BadEntry", "Decision", "Entry", "Remark", "read_body", "state_of"]

Issue = Literal["passive", "chaotic", "termination", "funds", "petition"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
KINDS = ("decision", "second_reading", "dispute", "withdrawal")


class BadEntry(AuditError):
    """What was to be written down is incomplete or contradicts itself; nothing was saved.

    Attributes
    ----------
    faults : tuple of (field, code), for those who read another language than the message
    """

    def __init__(self, message: str, faults: Sequence[tuple[str, str]] = ()):
        super().__init__(message)
        self.faults = tuple(faults)

    @classmethod
    def from_fault(cls, code: str, words: str, field: str = ""):
        """Say the one thing that is wrong."""
        place = f"`{field}`: " if field else ""
        return cls(f"Nothing was saved.\n{place}{words}", [(field, code)])

    @classmethod
    def from_faults(cls, error: ValidationError):
        """Say which fields are wrong, one line each."""
        found = error.errors()[:5]
        lines = [
            f"`{'.'.join(map(str, fault['loc'])) or 'entry'}`: {fault['msg']}" for fault in found
        ]
        faults = [(str(fault["loc"][0]) if fault["loc"] else "", _code(fault)) for fault in found]
        return cls("\n".join(["Nothing was saved.", *lines]), faults)


_EMPTY = frozenset("missing string_too_short too_short date_type none_required".split())


def _code(fault) -> str:
    """Return which wording a fault has: our own, empty, too long, or not of its kind."""
    if fault["type"] in _OWN:
        return fault["type"]
    if fault["type"] in _EMPTY or fault["input"] in (None, ""):
        return "empty"
    return "too_long" if fault["type"].endswith("too_long") else "not_allowed"


_OWN = {
    "issue_twice": "an issue stands twice in `issues`",
    "not_examined": "`{issue}` was found but is not among what was examined",
    "no_note": "a problem needs a note that says what was seen",
    "no_problem": "there is a day to rectify by, but no problem",
    "day_before": "the day to rectify by lies before the inspection",
}


def _refuse(code: str, **values):
    raise PydanticCustomError(code, _OWN[code].format(**values))


class Decision(Parameters):
    """What one inspector found in one case.

    Attributes
    ----------
    issues : kinds of problem; empty means that none was found
    examined : kinds that were looked at, which is what "none" speaks for
    note : what was seen, in words
    evidence : evidence of the record that the inspector ticked, as the record names it
    inspected_on : day of the inspection
    rectify_by : day by which the court has to put it right
    selected_as, probability : how the case came to be inspected, as the draw says
    reason : why an earlier decision is changed; needed for a change
    """

    issues: tuple[Issue, ...] = ()
    examined: tuple[Issue, ...] = Field(min_length=1)
    note: Words = ""
    evidence: tuple[Said, ...] = ()
    inspected_on: datetime.date
    rectify_by: datetime.date | None = None
    selected_as: Literal["must", "risk", "random"] | None = None
    probability: float | None = Field(default=None, gt=0, le=1)
    reason: Words = ""

    @model_validator(mode="after")
    def _agrees_with_itself(self):
        if len(set(self.issues)) < len(self.issues):
            _refuse("issue_twice")
        unseen = [issue for issue in self.issues if issue not in self.examined]
        if unseen:
            _refuse("not_examined", issue=unseen[0])
        if self.issues and not self.note:
            _refuse("no_note")
        if self.rectify_by is not None:
            if not self.issues:
                _refuse("no_problem")
            if self.rectify_by < self.inspected_on:
                _refuse("day_before")
        return self


class Remark(Parameters):
    """A second reading, a dispute by the court, or the withdrawal of a decision.

    Attributes
    ----------
    note : why; always needed
    agrees : of a second reading, whether the reader agrees
    """

    note: Said
    agrees: bool | None = None


@dataclass(frozen=True)
class Entry:
    """One line of the history of a case; it never changes.

    Attributes
    ----------
    position : place in the whole history, from 1
    revision : place in the history of the case in this round, from 1
    kind : decision, second_reading, dispute or withdrawal
    body : Decision or Remark
    made_at : moment in UTC, ISO
    """

    position: int
    save_id: str
    round: str
    court_code: str
    case_no: str
    revision: int
    kind: str
    author: str
    made_at: str
    body: Decision | Remark


def read_body(kind: str, given) -> Decision | Remark:
    """Read what is to be written down, from a mapping or from stored text.

    Raises
    ------
    BadEntry
        It is incomplete, or contradicts itself.

    Examples
    --------
    >>> read_body("dispute", {"note": " "})
    Traceback (most recent call last):
    audit_lib.desk.decisions.BadEntry: Nothing was saved.
    `note`: String should have at least 1 character
    """
    model = Decision if kind == "decision" else Remark
    try:
        body = model.model_validate(json.loads(given) if isinstance(given, str) else given)
    except ValidationError as error:
        raise BadEntry.from_faults(error) from None
    if kind == "second_reading" and body.agrees is None:
        raise BadEntry.from_fault("no_answer", "A second reading says whether the reader agrees.")
    return body


def state_of(history: Sequence[Entry]) -> str:
    """Return where a case stands: todo, decided, read_again, disagreed, disputed or withdrawn.

    Examples
    --------
    >>> state_of([])
    'todo'
    """
    if not history:
        return "todo"
    last = history[-1]
    if last.kind == "second_reading":
        return "read_again" if last.body.agrees else "disagreed"
    return {"decision": "decided", "dispute": "disputed", "withdrawal": "withdrawn"}[last.kind]
