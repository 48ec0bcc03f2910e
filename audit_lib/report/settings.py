"""The parameter files of the reports, typed: ``report.yaml`` and ``audiences.yaml``."""

from functools import lru_cache
from typing import Literal

from pydantic import Field

from audit_lib.errors import UnknownCode, say
from audit_lib.parameters import Parameters, load_parameters, parameters_folder

__all__ = ["Audience", "Settings", "load_audience", "load_settings"]

Name = Literal["show", "surname", "code", "hide"]


class Rows(Parameters):
    """How many rows stand on a page."""

    findings_of_a_rule: int = Field(ge=1)
    cases: int = Field(ge=1)
    petitions: int = Field(ge=1)
    cards: int = Field(ge=0)
    findings_of_a_card: int = Field(ge=1)
    questions_of_a_duty: int = Field(ge=1)
    issues: int = Field(ge=1)


class Summary(Parameters):
    """What the first page takes up, and in which order."""

    things: int = Field(ge=1)
    improved: int = Field(ge=1)
    not_improved: int = Field(ge=1)
    explain_order: list[
        Literal[
            "hidden_cases",
            "rectification_overdue",
            "worst_rule",
            "corroborated_petitions",
            "silence",
            "money",
            "promises_slipped",
            "late_return",
        ]
    ]
    silent_days: int = Field(ge=1)
    change_points: float = Field(gt=0)
    change_obligations: int = Field(ge=1)
    finding_outcomes: list[Literal["late", "overdue", "breached"]]


class Reliability(Parameters):
    """When entries look doubtful."""

    late_keying_days: int = Field(ge=1)


class Settings(Parameters):
    """``parameters/report.yaml``."""

    rows: Rows
    text_length: int = Field(ge=20)
    page_bytes: int = Field(ge=100_000)
    summary: Summary
    reliability: Reliability
    silence_bands: list[int]
    score_bands: list[int]
    age_bands: list[int] = Field(min_length=5, max_length=5)
    workbook_rows: int = Field(ge=1, le=1_000_000)


class Audience(Parameters):
    """What one audience may see; one entry of ``parameters/audiences.yaml``."""

    persons: Name
    companies: Name
    organs: Name
    handlers: Name
    petitioners: Name
    case_numbers: Literal["show", "code"]
    texts: Literal["show", "hide"]
    phones: Literal["show", "hide"]
    case_rows: bool
    parts_left_out: list[str]
    tables_left_out: list[str]
    smallest_count: int = Field(ge=0)


@lru_cache(maxsize=4)
def _settings(path) -> Settings:
    return load_parameters(path, Settings)


@lru_cache(maxsize=4)
def _audiences(path) -> dict[str, Audience]:
    return load_parameters(path, dict[str, Audience])


def load_settings() -> Settings:
    """Return what ``parameters/report.yaml`` says.

    Examples
    --------
    >>> load_settings().summary.things
    3
    """
    return _settings(parameters_folder() / "report.yaml")


def load_audience(name: str) -> Audience:
    """Return what one audience may see.

    Raises
    ------
    UnknownCode
        There is no such audience.

    Examples
    --------
    >>> load_audience("public").case_rows
    False
    """
    known = _audiences(parameters_folder() / "audiences.yaml")
    if name not in known:
        raise UnknownCode.from_value(say("what_audience", "audience"), name, known)
    return known[name]
