"""What the courts' systems say: case numbers, tables, reading exports, snapshots.

Start with :func:`ingest_sources`, :func:`open_snapshot` and :func:`parse_case_no`.
"""

from importlib import import_module

from audit_lib.record.case_no import (
    BadCaseNo,
    CaseNo,
    find_case_no_spans,
    find_case_nos,
    parse_case_no,
)
from audit_lib.record.output import write_table
from audit_lib.record.snapshot import Snapshot, open_snapshot, verify_snapshot
from audit_lib.record.tables import find_table, load_events, load_tables

# Reading exports needs pandera and SQLAlchemy, which a notebook that only opens does not.
_LATER = {
    "Explained": "explain",
    "Ingested": "ingest",
    "compare_snapshots": "changes",
    "explain_sources": "explain",
    "ingest_sources": "ingest",
}

__all__ = [
    "BadCaseNo",
    "CaseNo",
    "Explained",
    "Ingested",
    "Snapshot",
    "compare_snapshots",
    "explain_sources",
    "find_case_no_spans",
    "find_case_nos",
    "find_table",
    "ingest_sources",
    "load_events",
    "load_tables",
    "open_snapshot",
    "parse_case_no",
    "verify_snapshot",
    "write_table",
]


def __getattr__(name: str):
    """Import the slow parts when they are first asked for."""
    if name in _LATER:
        return getattr(import_module(f"audit_lib.record.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
