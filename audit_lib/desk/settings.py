"""The parameter file of the desk, typed, and where the desk keeps things."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from audit_lib.parameters import Parameters, load_parameters, notebooks_folder, parameters_folder

__all__ = ["DeskSettings", "desk_folder", "load_desk_settings", "tables_folder"]

TeamName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,30}$")]


class WhatIf(Parameters):
    """What may be tried out on the desk: paths into ``risk.yaml`` besides the points."""

    thresholds: tuple[str, ...]


class DeskSettings(Parameters):
    """``parameters/desk.yaml``."""

    rows: int = Field(ge=1, le=5000)
    text_length: int = Field(ge=20)
    events: int = Field(ge=1)
    related: int = Field(ge=1)
    changes: int = Field(ge=1)
    earlier: int = Field(ge=0, le=24)
    courts_kept: int = Field(ge=1)
    names: Literal["masked", "shown"]
    masked_as: str
    save_seconds: int = Field(ge=1, le=600)
    what_if: WhatIf
    teams: dict[TeamName, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_team_a_court(self):
        seen: dict[str, str] = {}
        for team, courts in self.teams.items():
            for court in courts:
                if court in seen:
                    raise ValueError(f"`{court}` stands in teams `{seen[court]}` and `{team}`")
                seen[court] = team
        return self


@lru_cache(maxsize=4)
def _settings(path) -> DeskSettings:
    return load_parameters(path, DeskSettings)


def load_desk_settings() -> DeskSettings:
    """Return what ``parameters/desk.yaml`` says.

    Examples
    --------
    >>> load_desk_settings().names
    'masked'
    """
    return _settings(parameters_folder() / "desk.yaml")


def desk_folder() -> Path:
    """Return the folder in which the desk keeps prepared tables, decisions and its working copy.

    ``AUDIT_DESK_FOLDER`` in the environment names it; else it is ``data/desk`` beside the
    notebooks of a checkout (outside version control), else ``audit-desk`` in the user's home.
    """
    given = os.environ.get("AUDIT_DESK_FOLDER")
    if given:
        return Path(given).resolve()
    beside = notebooks_folder().parent
    if beside.name == "_shipped":
        return Path.home() / "audit-desk"
    return beside / "data" / "desk"


def tables_folder() -> Path:
    """Return the folder of the prepared tables: ``AUDIT_DESK_TABLES``, else in the desk's own."""
    given = os.environ.get("AUDIT_DESK_TABLES")
    return Path(given).resolve() if given else desk_folder() / "tables"
