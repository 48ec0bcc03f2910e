"""Rounds of supervision: one run a court and notebook, resumable and provable.

``run_round`` runs a round, ``verify_round`` proves its files, ``prepare_round`` judges the record
once for all notebooks. Loaded when asked for: the warm process of the kernels must stay small.
"""

from importlib import import_module

_HOMES = {
    "Fault": "evidence",
    "RoundResult": "runner",
    "court_folders": "opening",
    "court_tables": "opening",
    "prepare_round": "preparation",
    "run_round": "runner",
    "verify_round": "evidence",
}

__all__ = [*_HOMES]


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
