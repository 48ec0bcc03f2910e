"""What a person decides about reading exports: ``parameters/ingest.yaml``."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import Field, model_validator

from audit_lib.parameters import Parameters, load_parameters, parameters_folder
from audit_lib.record.tables import code_list, load_events, load_tables

__all__ = ["IngestParameters", "Limits", "load_ingest_parameters"]


class Limits(Parameters):
    """Limits beyond which a cell, a file or a whole source is not believed."""

    max_refused_share: float = Field(ge=0, le=1)
    longest_text: int = Field(gt=0)
    longest_long_text: int = Field(gt=0)
    largest_amount: float = Field(gt=0)
    largest_count: int = Field(gt=0)
    earliest_day: date
    latest_day: date
    largest_file_bytes: int = Field(gt=0)
    largest_unpacked_bytes: int = Field(gt=0)
    largest_unpack_ratio: int = Field(gt=1)
    header_within: int = Field(gt=0)


class IngestParameters(Parameters):
    """What ``parameters/ingest.yaml`` holds."""

    table_names: dict[str, list[str]]
    headers: dict[str, dict[str, list[str]]]
    missing_words: list[str]
    totals: list[str]
    limits: Limits
    may_precede_filing: list[str]
    never_after_closing: list[str]
    never_after_final_closing: list[str]
    final_closings: list[str]

    @model_validator(mode="after")
    def _names_exist(self):
        tables = load_tables()
        for table in {**self.table_names, **self.headers}:
            if table not in tables:
                raise ValueError(f"`{table}` is no table")
        for table, headers in self.headers.items():
            for column in headers:
                if column not in tables[table].columns:
                    raise ValueError(f"`{column}` is no column of `{table}`")
        events = load_events()
        for code in (
            *self.may_precede_filing, *self.never_after_closing, *self.never_after_final_closing
        ):  # fmt: skip
            if code not in events:
                raise ValueError(f"`{code}` is no event of events.csv")
        for code in self.final_closings:
            if code not in code_list("closing_manner"):
                raise ValueError(f"`{code}` is no manner of closing")
        return self


@lru_cache(maxsize=4)
def _load(path: Path) -> IngestParameters:
    return load_parameters(path, IngestParameters)


def load_ingest_parameters() -> IngestParameters:
    """Return what ``parameters/ingest.yaml`` says."""
    return _load(parameters_folder() / "ingest.yaml")
