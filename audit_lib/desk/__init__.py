"""Room ``desk``: where inspectors open a case, see what happened and what should have, and decide.

Takes a round's prepared tables, gives widgets and a store of decisions; it judges and counts
nothing of its own. ``open_desk`` starts the server, ``open_data`` and ``Desk`` are what the
notebook shows. Reads ``parameters/desk.yaml`` and the ``desk_…`` groups of
``parameters/labels.yaml``. Loaded when asked for: ``audit desk`` must start at once.
"""

from importlib import import_module

_HOMES = {
    "Desk": "screen",
    "DeskData": "data",
    "Filters": "queue",
    "Store": "store",
    "build_case": "casepage",
    "build_queue": "queue",
    "case_html": "casepage",
    "build_inspections": "export",
    "draw_case": "timeline",
    "find_store": "store",
    "open_data": "data",
    "open_desk": "launch",
    "open_store": "store",
    "share_desk": "teams",
    "first_page": "steps",
    "WhatIf": "whatif",
    "write_inspections": "export",
}

__all__ = [*_HOMES]


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
