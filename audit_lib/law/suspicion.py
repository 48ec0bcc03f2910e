"""What the law room may hold against the record itself: settings of ``reliability.yaml``.

Reads ``parameters/law/reliability.yaml``; the words in it must be events and rules that exist.
"""

from datetime import date
from functools import lru_cache

from pydantic import Field

from audit_lib.errors import UnknownCode
from audit_lib.law.loading import load_pack
from audit_lib.parameters import Parameters, load_parameters, parameters_folder

__all__ = ["Reliability", "load_reliability"]


class Burst(Parameters):
    """When entries of one day count as a burst before a return is due."""

    report_day: int
    days_before: int
    fewest: int
    older_than_days: int
    times_usual: float


class Identical(Parameters):
    """When one entry over many cases is worth a look."""

    fewest_cases: int


class Order(Parameters):
    """Two events of which one cannot come before the other."""

    first: str
    then: str


class Forecast(Parameters):
    """Which terms are watched, and how far ahead."""

    days: list[int]
    events: list[str]
    ended_by: list[str]


class Suspect(Parameters):
    """From how many obligations and which share of findings on a rule is not believed."""

    fewest: int = Field(gt=0)
    share: float = Field(gt=0, le=1)


class Trend(Parameters):
    """How far back the card of a court is also made, for its trend."""

    days_back: list[int]


class Older(Parameters):
    """Which conditions of a 终本 the page shows for rulings before the rules on it."""

    since: date
    rules: list[str]
    source: str
    article: str


class Reliability(Parameters):
    """The whole file."""

    late_keyed_days: int
    never_after: int
    burst: Burst
    identical: Identical
    order: list[Order]
    forecast: Forecast
    suspect: Suspect
    trend: Trend
    conditions: list[str]
    older_conditions: Older


@lru_cache(maxsize=4)
def _load(folder) -> Reliability:
    settings = load_parameters(folder / "law" / "reliability.yaml", Reliability)
    pack = load_pack()
    words = [w for pair in settings.order for w in (pair.first, pair.then)]
    for word in [*words, *settings.forecast.events, *settings.forecast.ended_by]:
        if word not in pack.events:
            raise UnknownCode.from_value("event in reliability.yaml", word, pack.events)
    for name in [*settings.conditions, *settings.older_conditions.rules]:
        pack.rule(name)
    return settings


def load_reliability() -> Reliability:
    """Read the settings, or refuse them with the word that is wrong."""
    return _load(parameters_folder())
