"""The campaign's parameters: ``parameters/campaign.yaml`` as one object."""

import datetime
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from audit_lib.parameters import Parameters, load_parameters, parameters_folder

__all__ = ["CATEGORIES", "CampaignParameters", "load_campaign"]

#: The three clean-ups, in the order in which tables show them.
CATEGORIES = ("livelihood", "party_organ", "petition")

Category = Literal["livelihood", "party_organ", "petition"]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Month = Annotated[str, BeforeValidator(str), StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class Notice(Parameters):
    """The document that orders the campaign, and what is cited where it does not bind."""

    text: str
    issued: datetime.date
    court: str
    elsewhere: Annotated[dict[datetime.date, str], Field(min_length=1)]

    def binds(self, court: str) -> bool:
        """Return whether the notice orders this court anything: its targets, returns, plans.

        Examples
        --------
        >>> [load_campaign().notice.binds(court) for court in ("鲁09", "鲁0923", "辽06")]
        [True, True, False]
        """
        return court.startswith(self.court)


class Stage(Parameters):
    """One stage of the year, both days included."""

    name: str
    first: datetime.date = Field(alias="from")
    last: datetime.date = Field(alias="to")


class Target(Parameters):
    """The day by which a share of the old cases must be gone."""

    by: datetime.date
    share: Share
    article: str


class PetitionSettings(Parameters):
    """Which petitions make a petition case."""

    not_about_enforcement: list[str]
    certain_link: Share
    likely_link: Share
    assigned_from_above: list[str]
    assigned_until: datetime.date


class MarkSettings(Parameters):
    """The courts' own marks."""

    within_days: Count


class Copied(Parameters):
    """When one wording over many cases is copied."""

    cases: Annotated[int, Field(ge=2)]
    share: Share
    shortest: Count
    whole_list: Annotated[int, Field(ge=2)]


class ReturnSettings(Parameters):
    """The monthly returns."""

    due_day: Annotated[int, Field(ge=1, le=28)]
    first_month: Month
    last_month: Month
    due_from: list[Literal["high", "intermediate", "basic"]]
    copied: Copied
    same_months: Annotated[int, Field(ge=2)]


class PaceSettings(Parameters):
    """How the pace is measured."""

    window_days: Annotated[int, Field(ge=1)]
    level: Annotated[float, Field(gt=0, lt=1)]
    draws: Annotated[int, Field(ge=100, le=100_000)]
    seed: Count


class FundSettings(Parameters):
    """Money in the court's account."""

    age_days: list[Annotated[int, Field(ge=1)]]
    small_rest_yuan: Annotated[float, Field(ge=0)]
    unannounced_days: Count
    legacy_until: datetime.date


class AidSettings(Parameters):
    """Hardship that may call for judicial aid."""

    open_days: Count
    kinds: list[str]


class TeamSettings(Parameters):
    """Load by handler and team; one hand in every step."""

    fewest_cases: Count
    fewest_groups: Annotated[int, Field(ge=2)]
    step_groups: dict[str, list[str]]


class Trigger(Parameters):
    """From which figure an interview is proposed."""

    fewest: Count
    share: Share = 0.0


class RateTrigger(Parameters):
    """From which confirmed rate an interview is proposed."""

    rate: Share
    fewest: Count
    level: Annotated[float, Field(gt=0, lt=1)]


class InterviewSettings(Parameters):
    """All triggers."""

    missed_target: Trigger
    false_return: Trigger
    late_return: Trigger
    slipped_promise: Trigger
    passive_rate: RateTrigger
    rectification_overdue: Trigger
    false_faults: list[str]


class CircularSettings(Parameters):
    """The circular that compares courts."""

    level: Annotated[float, Field(gt=0, lt=1)]
    fewest_cases: Count
    age_bands_days: list[Annotated[int, Field(ge=1)]]


class BulletinSettings(Parameters):
    """The public bulletin."""

    smallest_count: Annotated[int, Field(ge=1)]
    cases: Count
    amount_bands_yuan: list[float]


class CampaignParameters(Parameters):
    """The file ``parameters/campaign.yaml``."""

    notice: Notice
    baseline: datetime.date
    ends: datetime.date
    stages: list[Stage]
    counted_kinds: list[str]
    targets: dict[Category, Target]
    termination_counts: Literal["none", "lawful", "all"]
    petitions: PetitionSettings
    marks: MarkSettings
    returns: ReturnSettings
    pace: PaceSettings
    funds: FundSettings
    aid: AidSettings
    teams: TeamSettings
    interviews: InterviewSettings
    circular: CircularSettings
    bulletin: BulletinSettings

    @model_validator(mode="after")
    def _agrees_with_itself(self):
        missing = [c for c in CATEGORIES if c not in self.targets]
        if missing:
            raise ValueError(f"`targets` lacks `{missing[0]}`")
        for stage in self.stages:
            if stage.last < stage.first:
                raise ValueError(f"the stage `{stage.name}` ends before it begins")
        for earlier, later in zip(self.stages, self.stages[1:], strict=False):
            if later.first <= earlier.last:
                raise ValueError(f"the stages `{earlier.name}` and `{later.name}` overlap")
        return self

    def stage_of(self, day: datetime.date) -> str | None:
        """Return the stage that a day falls in, or None outside the campaign."""
        return next((s.name for s in self.stages if s.first <= day <= s.last), None)


@lru_cache(maxsize=2)
def _load(path) -> CampaignParameters:
    return load_parameters(path, CampaignParameters)


def load_campaign() -> CampaignParameters:
    """Return the campaign's parameters.

    Raises
    ------
    BadParameterFile
        The file is missing or wrong.

    Examples
    --------
    >>> load_campaign().targets["party_organ"].by
    datetime.date(2016, 12, 31)
    >>> load_campaign().stage_of(datetime.date(2017, 1, 15))
    'livelihood_clearing'
    """
    return _load(parameters_folder() / "campaign.yaml")
