"""How rounds are run: kernels, limits, batches.

Reads ``parameters/rounds.yaml``; nothing in it may change what a report says.
"""

from functools import lru_cache
from typing import Annotated

from pydantic import Field, StringConstraints

from audit_lib.parameters import Parameters, load_parameters, parameters_folder

__all__ = ["RoundSettings", "load_settings"]

Whole = Annotated[int, Field(strict=True, ge=1)]
Module = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Kernels(Parameters):
    """What is imported before the fork, and the bounds of one kernel."""

    preload: tuple[Module, ...]
    memory_mb: Whole
    threads: Whole
    start_seconds: Whole


class Notebooks(Parameters):
    """Which notebook is run for a court, for one called to an interview, and for the round."""

    court: Name
    interview: Name
    overview: Name


class Units(Parameters):
    """Time limits, in seconds, and how often a unit is tried."""

    cell_seconds: Whole
    unit_seconds: Whole
    court_seconds: Whole
    tries: Whole

    def of_overview(self, courts: int) -> "Units":
        """Return the limits of a notebook that counts so many courts, most of it in one cell.

        Examples
        --------
        >>> units = Units(cell_seconds=600, unit_seconds=1800, court_seconds=2, tries=2)
        >>> units.of_overview(3500).cell_seconds
        7600
        """
        more = self.court_seconds * courts
        longer = {name: getattr(self, name) + more for name in ("cell_seconds", "unit_seconds")}
        return self.model_copy(update=longer)


class Preparation(Parameters):
    """How many cases are judged in one batch."""

    cases: Whole


class RoundSettings(Parameters):
    """The whole of ``parameters/rounds.yaml``."""

    kernels: Kernels
    notebooks: Notebooks
    units: Units
    preparation: Preparation


@lru_cache(maxsize=4)
def _load(path) -> RoundSettings:
    return load_parameters(path, RoundSettings)


def load_settings() -> RoundSettings:
    """Return how rounds are run.

    Examples
    --------
    >>> load_settings().notebooks.court
    'court_audit'
    """
    return _load(parameters_folder() / "rounds.yaml")
