"""The strict form of ``parameters/risk.yaml``.

Gives :func:`load_risk`; nothing else in the room reads the file.
"""

from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from audit_lib.labels import Lang, Wording
from audit_lib.parameters import Parameters, load_parameters, parameters_folder

__all__ = ["Measure", "Points", "Risk", "load_risk"]

Population = Literal["open", "terminated"]
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=10)]
Days = Annotated[int, Field(ge=0, le=36500)]
Codes = tuple[str, ...]


class Measure(Parameters):
    """What one feature means, in which unit, and where it comes from."""

    title: Wording
    meaning: Wording
    unit: str
    source: str

    @field_validator("title")
    @classmethod
    def _no_digits(cls, title):
        # The reasons of a score are read as words and numbers: a digit in a title would be summed.
        if any(ch.isdigit() for ch in title.zh + title.en):
            raise ValueError("a title carries no digits")
        if any(mark in title.zh + title.en for mark in ";；"):
            raise ValueError("a title carries no semicolon")
        return title


class Points(Parameters):
    """The points one feature can bring, and the knots that turn a measure into a share."""

    points: Annotated[int, Field(strict=True, ge=0, le=100)]
    scale: tuple[tuple[float, float], ...]

    @field_validator("scale")
    @classmethod
    def _rises(cls, scale):
        places, shares = zip(*scale, strict=True) if scale else ((), ())
        if len(scale) < 2 or any(b <= a for a, b in pairwise(places)):
            raise ValueError("`scale` needs two knots or more, with rising measures")
        if any(b < a for a, b in pairwise(shares)):
            raise ValueError(
                "shares in `scale` may not fall: more of a measure never lowers a score"
            )
        if shares[0] != 0 or shares[-1] != 1:
            raise ValueError("`scale` starts at share 0 and ends at share 1")
        return scale

    def share(self, measure: np.ndarray) -> np.ndarray:
        """Return the share of the points, 0 to 1; a missing measure brings none.

        Examples
        --------
        >>> card = Points(points=20, scale=((30, 0), (90, 0.5), (180, 1)))
        >>> card.share(np.array([0.0, 60.0, 400.0, np.nan])).tolist()
        [0.0, 0.25, 1.0, 0.0]
        """
        places, shares = zip(*self.scale, strict=True)
        return np.interp(np.nan_to_num(measure, nan=places[0]), places, shares)


class Lateness(Parameters):
    """How a finding gains weight with the days over its limit."""

    floor: Share
    full_at_days: Annotated[int, Field(ge=1)]


class Habit(Parameters):
    """How acts that a handler does not write down even in cases done with are passed over."""

    closed_as: Codes
    cases_of_prior: Annotated[float, Field(gt=0)]
    exempt: Codes


class FindingWeights(Parameters):
    """How findings of law are weighed, and which rules are one obligation."""

    severity: dict[Literal["high", "medium", "low"], Weight]
    outcome: dict[Literal["overdue", "breached", "late"], Weight]
    lateness: Lateness
    habit: Habit
    same_obligation: dict[str, Codes]
    not_counted: Codes = ()

    @field_validator("same_obligation")
    @classmethod
    def _each_rule_once(cls, groups):
        seen: dict[str, str] = {}
        for group, rules in groups.items():
            for rule in rules:
                if rule in seen:
                    raise ValueError(f"{rule} stands in `{seen[rule]}` and in `{group}`")
                seen[rule] = group
        return groups

    @property
    def obligation_of(self) -> dict[str, str]:
        """Map each grouped rule to the obligation it belongs to."""
        return {rule: group for group, rules in self.same_obligation.items() for rule in rules}


class PropertyEvents(Parameters):
    """Which entries tell of property."""

    known: Codes
    query: Codes
    query_at_least: Annotated[float, Field(ge=0)]
    answers_within_days: Days
    controlled: Codes
    steps: Codes
    finished: Codes
    settles_all: Codes


class Wait(Parameters):
    """What a case may wait for without being idle, and for how many days at most."""

    opens: str
    ends: Codes
    days: Days


class NoProperty(Parameters):
    """When a case counts as searched to the end, and how much its silence then counts."""

    queries: Codes
    searches: Codes
    sanctions: Codes
    behind: Codes
    query_within_days: Days
    silence_counts: Share


class Entries(Parameters):
    """Limits for how entries were keyed in, days."""

    late_after_days: Days
    burst_spread_days: Days
    burst_at_least: Annotated[int, Field(ge=2)]
    moved_share: Share
    term_ends_within_days: Days


class ClaimWeights(Parameters):
    """How petitions' allegations are weighed."""

    verdict: dict[Literal["supported", "not_shown", "not_checkable", "contradicted"], Share]
    ignored: Codes
    repeats_within_days: Days


class HandlerPriors(Parameters):
    """How strongly a handler's few cases are drawn to the court's."""

    cases_of_court: Annotated[float, Field(gt=0)]
    cases_of_prior: Annotated[float, Field(gt=0)]
    typical: Annotated[float, Field(ge=0, le=100)]
    inspections_of_prior: Annotated[float, Field(gt=0)]
    moved_since: Share


class Outcomes(Parameters):
    """Which issues are looked for in which population."""

    open: Codes
    terminated: Codes
    disputed: Literal["leave_out", "count"]


class AssignedPetition(Parameters):
    """Which petitions make an inspection a must."""

    channels: Codes
    verdicts: Codes


class Must(Parameters):
    """What must be inspected."""

    assigned_petition: AssignedPetition
    rectification_overdue: bool
    statutory_rules: Codes
    statutory_days_late: Days
    statutory_share: Share


class DrawSettings(Parameters):
    """How a court's budget is spent."""

    random_share: Annotated[float, Field(ge=0.2, le=1)]
    terminated_share: Share
    handler_share: Annotated[float, Field(gt=0, le=1)]
    handler_at_least: Annotated[int, Field(ge=1)]
    must: Must


class ModelSettings(Parameters):
    """How the model is fitted, and when it may take the card's place."""

    least_labels: Annotated[int, Field(ge=10)]
    least_of_each_class: Annotated[int, Field(ge=2)]
    pull: tuple[Annotated[float, Field(gt=0)], ...]
    inspector_pull: Annotated[float, Field(gt=0)]
    weight_cap: Annotated[float, Field(ge=1)]
    margin: float
    confidence: Annotated[float, Field(gt=0.5, lt=1)]
    resamples: Annotated[int, Field(ge=50)]
    folds: Annotated[int, Field(ge=2)]
    seed: Annotated[int, Field(strict=True, ge=0)]


class EstimateSettings(Parameters):
    """How estimates are bounded."""

    confidence: Annotated[float, Field(gt=0.5, lt=1)]


class Risk(Parameters):
    """Everything a person decides about the order of attention."""

    features: dict[str, Measure]
    card: dict[Population, dict[str, Points]]
    own_signal: dict[Population, Codes]
    findings: FindingWeights
    property: PropertyEvents
    paused_by: Codes
    pause_ended_by: Codes
    waits: Annotated[tuple[Wait, ...], Field(max_length=8)]
    no_property: NoProperty
    by_mark_only: Codes
    entries: Entries
    claims: ClaimWeights
    handler: HandlerPriors
    outcomes: Outcomes
    draw: DrawSettings
    model: ModelSettings
    estimate: EstimateSettings

    @model_validator(mode="after")
    def _adds_up(self):
        for population in ("open", "terminated"):
            card = self.card.get(population)
            if card is None:
                raise ValueError(f"`card` has no `{population}`")
            strange = [name for name in card if name not in self.features]
            if strange:
                raise ValueError(f"`card.{population}` names {strange[0]}, not under `features`")
            total = sum(entry.points for entry in card.values())
            if total != 100:
                raise ValueError(f"the points of `card.{population}` add up to {total}, not 100")
            own = self.own_signal.get(population, ())
            if not own or any(name not in card for name in own):
                raise ValueError(f"`own_signal.{population}` must name features of that card")
        return self

    def titles(self, lang: Lang = "zh") -> dict[str, str]:
        """Return each feature's title."""
        return {name: getattr(measure.title, lang) for name, measure in self.features.items()}


@lru_cache(maxsize=8)
def _load(path: Path) -> Risk:
    return load_parameters(path, Risk)


def load_risk(path: str | Path | None = None) -> Risk:
    """Read the risk parameters.

    Parameters
    ----------
    path : path, optional
        ``parameters/risk.yaml`` where none is given.

    Raises
    ------
    BadParameterFile
        Something in the file is wrong; file and line are named.

    Examples
    --------
    >>> risk = load_risk()
    >>> sum(entry.points for entry in risk.card["open"].values())
    100
    """
    return _load(Path(path) if path else parameters_folder() / "risk.yaml")
