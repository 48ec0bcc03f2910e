"""The file of one round: which courts, as of which day, how many cases, from which seed.

Takes ``parameters/rounds/<name>.yaml``, gives a :class:`Round`. What is missing, unknown or
contradicts itself is refused with file and line, before anything is judged.
"""

import datetime
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from audit_lib.campaign.marks import CaseMark
from audit_lib.campaign.plans import CourtPlan
from audit_lib.errors import BadRound, Said, hint, say
from audit_lib.law.calendar import calendar_known
from audit_lib.parameters import Parameters, load_parameters

__all__ = ["Declined", "Inspector", "Interview", "Round", "load_round"]

_DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}


def _plain_day(value):
    """Refuse everything but a day: a number would be read as seconds since 1970."""
    if isinstance(value, datetime.datetime) or not isinstance(value, str | datetime.date):
        raise ValueError(say("day_form", "a day is written 2016-12-28"))
    return value


def _words(value):
    """Take `2016` and `2016-12-28` without quotes as the words they were meant to be."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    return str(value) if type(value) is int else value


Day = Annotated[datetime.date, BeforeValidator(_plain_day)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
CourtCode = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\w{1,20}$")]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class Interview(Parameters):
    """One court whose call to an interview a person has confirmed."""

    court: CourtCode
    by: Text
    on: Day

    @model_validator(mode="before")
    @classmethod
    def _on_is_a_word(cls, given):
        """Read the key ``on`` as people mean it: to YAML 1.1 it is the truth value ``true``."""
        if isinstance(given, dict) and True in given and "on" not in given:
            return {("on" if key is True else key): value for key, value in given.items()}
        return given


class Declined(Interview):
    """One court whose call to an interview was proposed, and that a person decided not to call."""

    reason: Text


class Inspector(Parameters):
    """One inspector of the round and what that person must not touch."""

    name: Text
    not_courts: tuple[CourtCode, ...] = ()
    not_handlers: tuple[Text, ...] = ()
    not_cases: tuple[Text, ...] = ()


class Round(Parameters):
    """One round of supervision, as a person wrote it down.

    Attributes
    ----------
    name : text, also the name of the round's folder
    as_of : date, nothing later is seen
    courts : court codes, or ``"all"``
    budget : cases to inspect in each court: one number, or court code → number
        (``default`` in it speaks for the courts that are not named)
    seed : whole number from which the random arm is drawn
    lang : ``zh`` or ``en``
    stage : text, the stage of the campaign; may be missing
    interviews : courts called to an interview, by whom confirmed and when
    declined : courts that a person decided not to call although it was proposed, with the reason
    plans : what each court has reported of its own plan, meetings, teams and measures
    marks : cases that a person put into the livelihood clean-up, each with its reason
    inspectors : who inspects, with conflicts of interest; may be empty
    """

    name: Annotated[
        str,
        BeforeValidator(_words),
        StringConstraints(strip_whitespace=True, min_length=1, max_length=64),
    ]
    as_of: Day
    courts: Literal["all"] | tuple[CourtCode, ...]
    budget: Count | dict[str, Count]
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**63)]
    lang: Literal["zh", "en"] = "zh"
    stage: Annotated[Text, BeforeValidator(_words)] | None = None
    interviews: tuple[Interview, ...] = ()
    declined: tuple[Declined, ...] = ()
    plans: tuple[CourtPlan, ...] = ()
    marks: tuple[CaseMark, ...] = ()
    inspectors: tuple[Inspector, ...] = ()

    @field_validator("name")
    @classmethod
    def _can_be_a_folder(cls, name: str) -> str:
        bad = re.search(r'[<>:"/\\|?*\x00-\x1f]', name) or name.startswith(".")
        if bad or name.endswith(".") or name.split(".")[0].lower() in _DEVICES:
            raise ValueError(
                say("round_name", "the name becomes a folder, on Windows too: letters, digits, "
                    "Chinese characters, `-` and `_` are safe")
            )  # fmt: skip
        return name

    @field_validator("as_of")
    @classmethod
    def _day_has_a_calendar(cls, as_of: datetime.date) -> datetime.date:
        if not calendar_known(as_of):
            raise ValueError(
                say("round_calendar", "the working days of that year are not known; a round can be "
                    "judged only on a day whose calendar is")
            )  # fmt: skip
        return as_of

    @field_validator("courts")
    @classmethod
    def _courts_once_each(cls, courts):
        if not courts:
            raise ValueError(say("round_no_court", "name at least one court, or write `all`"))
        if courts != "all" and len(set(courts)) < len(courts):
            twice = sorted({c for c in courts if courts.count(c) > 1})
            names = ", ".join(twice)
            raise ValueError(say("stands_twice", "{names} stands more than once", names=names))
        return courts

    @model_validator(mode="after")
    def _agrees_with_itself(self):
        called = [interview.court for interview in self.interviews]
        if len(set(called)) < len(called):
            raise ValueError(
                say("round_called_twice", "a court is called to an interview twice in `interviews`")
            )
        refused = [declined.court for declined in self.declined]
        if len(set(refused)) < len(refused):
            raise ValueError(say("round_declined_twice", "a court stands twice in `declined`"))
        if both := sorted(set(called) & set(refused)):
            raise ValueError(
                say("round_called_and_declined", "{court} stands in `interviews` and in `declined`",
                    court=both[0])
            )  # fmt: skip
        people = [inspector.name for inspector in self.inspectors]
        if len(set(people)) < len(people):
            raise ValueError(say("round_inspector_twice", "a name stands twice in `inspectors`"))
        if self.courts != "all":
            planned = [plan.court for plan in self.plans]
            for key, names in (("interviews", called), ("declined", refused), ("plans", planned)):
                outside = [c for c in names if c not in self.courts]
                if outside:
                    raise ValueError(_stranger(key, outside[0]))
            if isinstance(self.budget, dict):
                strange = [c for c in self.budget if c not in (*self.courts, "default")]
                if strange:
                    raise ValueError(_stranger("budget", strange[0]))
                unnamed = [c for c in self.courts if c not in self.budget]
                if unnamed and "default" not in self.budget:
                    raise ValueError(
                        say("round_budget_gap", "`budget` has no number for {court} and no "
                            "`default`", court=unnamed[0])
                    )  # fmt: skip
        elif isinstance(self.budget, dict) and "default" not in self.budget:
            raise ValueError(
                say("round_budget_default", "`courts` is `all`, so `budget` needs a `default`")
            )
        return self

    def budget_of(self, court_code: str) -> int:
        """Return how many cases may be inspected in one court.

        Examples
        --------
        >>> r = Round(name="2016-12", as_of="2016-12-28", courts="all", seed=1,
        ...           budget={"default": 20, "鲁0902": 40})
        >>> r.budget_of("鲁0902"), r.budget_of("鲁0911")
        (40, 20)
        """
        if isinstance(self.budget, int):
            return self.budget
        return self.budget.get(court_code, self.budget.get("default", 0))

    def courts_of(self, available: Iterable[str]) -> list[str]:
        """Return the round's courts, sorted, checked against those of a snapshot.

        Parameters
        ----------
        available : court codes that the snapshot holds

        Raises
        ------
        BadRound
            The round names a court that the snapshot does not hold.
        """
        available = sorted(set(available))
        named = set() if self.courts == "all" else set(self.courts)
        if isinstance(self.budget, dict):
            named |= set(self.budget) - {"default"}
        named |= {entry.court for entry in (*self.interviews, *self.declined, *self.plans)}
        strange = sorted(named - set(available))
        if strange:
            names = ", ".join(f"`{c}`" for c in strange)
            raise BadRound(
                say("round_strange_court", "The round `{round}` names {names}, which the snapshot "
                    "does not hold.{hint}", round=self.name, names=names,
                    hint=hint(strange[:1], available))
            )  # fmt: skip
        return available if self.courts == "all" else sorted(self.courts)


def load_round(path: str | Path) -> Round:
    """Read one round's file.

    Parameters
    ----------
    path : path of a YAML file

    Returns
    -------
    Round

    Raises
    ------
    BadParameterFile
        The file is missing or wrong; the message has the file and the line.
    """
    return load_parameters(path, Round)


def _stranger(key: str, court: str) -> Said:
    return say("round_stranger", "`{key}` names {court}, which is not in `courts`", key=key,
               court=court)  # fmt: skip
