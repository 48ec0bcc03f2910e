"""What ``parameters/sample.yaml`` holds: the words and rates of the invented record."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from audit_lib.parameters import Parameters, load_parameters, parameters_folder

__all__ = ["Cause", "CourtWords", "Habit", "SampleWords", "load_words"]


class CourtWords(Parameters):
    """One court of the sample area."""

    code: str
    name: str
    level: Literal["basic", "intermediate", "high"]
    parent: str
    short: str
    area: str
    habit: str


class FurtherCourts(Parameters):
    """How courts beyond the sample area are invented."""

    provinces: list[str]
    per_prefecture: int
    first: list[str]
    second: list[str]
    county: str
    area: str
    basic_court: str
    intermediate_court: str


class Habit(Parameters):
    """How a court goes about the campaign; shares between 0 and 1."""

    passive: float
    wakes: float
    slips: float


class Organ(Parameters):
    """A debtor that the notice means."""

    name: str
    kind: Literal["party_organ"]


class Cause(Parameters):
    """A cause of action with its usual claims in yuan."""

    name: str
    weight: float
    from_: float
    to: float
    livelihood: bool
    bank: bool = False
    family: bool = False

    model_config = Parameters.model_config | {
        "alias_generator": lambda name: name.rstrip("_"),
        "populate_by_name": True,
    }


class Inspector(Parameters):
    """An inspector; `harsh` is added to the chance of recording an issue."""

    name: str
    harsh: float


class Copied(Parameters):
    """The one reason and plan that a careless court gives for all its cases."""

    reason: str
    plan: str


class PetitionWords(Parameters):
    """The grammar of petitions."""

    openings: list[str]
    openings_no_number: list[str]
    openings_of_others: list[str]
    openings_of_others_with_number: list[str]
    assets: list[str]
    closings: list[str]
    bodies: dict[str, list[str]]
    about_nothing: list[str]
    not_enforcement: list[str]
    replies: dict[str, str]
    outcomes: dict[str, str]


class SampleWords(Parameters):
    """The whole file."""

    courts: list[CourtWords]
    further_courts: FurtherCourts
    habits: dict[str, Habit]
    filed: dict[int, float]
    endings: dict[str, float]
    new_cases_a_month: float
    fault_every: int
    surnames: list[str]
    given: list[str]
    company_words: list[str]
    company_trades: list[str]
    company_forms: list[str]
    banks: list[str]
    villages: list[str]
    organs: list[Organ]
    lookalikes: list[str]
    causes: list[Cause]
    conduct_causes: list[str]
    non_litigation_causes: list[str]
    pauses: dict[str, list[str]]
    termination_grounds: list[str]
    obstruction: list[str]
    phrases: dict[str, str]
    teams: list[str]
    company_area_without: str
    land_office: str
    inspection_reasons: dict[str, str]
    readme: str
    reasons: dict[str, list[str]]
    plans: dict[str, list[str]]
    assets: list[str]
    pause_unnamed: str
    copied: Copied
    inspectors: list[Inspector]
    inspection_rounds: dict[str, str]
    inspection_notes: dict[str, list[str]]
    petition: PetitionWords


@lru_cache(maxsize=2)
def _load(folder: Path) -> SampleWords:
    return load_parameters(folder / "sample.yaml", SampleWords)


def load_words() -> SampleWords:
    """Return the words and rates of the invented record.

    Examples
    --------
    >>> load_words().courts[0].code
    '鲁0902'
    """
    return _load(parameters_folder())
