"""What is read before a fork: the report's modules, the rules and the wording.

Importing this reads them, so that a kernel or a worker that is forked afterwards has them. What
a person changes in the parameters meanwhile is seen all the same: :func:`refresh`, called after
each fork, forgets what was read when any of the files is another one.
"""

import sys

import audit_lib.report  # noqa: F401 - the import is what is wanted
from audit_lib.errors import AuditError
from audit_lib.labels import load_labels
from audit_lib.law import load_rules
from audit_lib.parameters import parameters_folder

__all__ = ["refresh"]


def _fingerprint() -> tuple:
    """Return the folder of parameters with name, size and time of each of its files."""
    folder = parameters_folder()
    found = []
    for path in sorted(folder.rglob("*.*")):
        facts = path.stat()
        found.append((str(path), facts.st_size, facts.st_mtime_ns))
    return str(folder), *found


def _warm() -> tuple | None:
    """Read what nearly every notebook needs; whoever meets a fault in it later tells of it."""
    try:
        before = _fingerprint()
        load_labels()
        load_rules()
        _rehearse()
    except (AuditError, OSError):
        return None
    return before


def _rehearse() -> None:
    """Have a picture described, not drawn: the first finds plug-ins and compiles patterns."""
    import altair as alt

    bars = alt.Chart(alt.Data(values=[{"name": "x", "value": 1}])).mark_bar()
    described = bars.encode(y="name:N", x=alt.X("value:Q", axis=alt.Axis(format="d")))
    described.configure_axis(grid=False).to_dict()


_seen = _warm()


def refresh() -> bool:
    """Forget all that was read from the parameters if any of them is another file now.

    Returns
    -------
    bool, whether anything was forgotten
    """
    global _seen
    try:
        now = _fingerprint()
    except (AuditError, OSError):
        now = None
    if now is not None and now == _seen:
        return False
    for name, module in list(sys.modules.items()):
        if name.startswith("audit_lib."):
            for value in list(vars(module).values()):
                clear = getattr(value, "cache_clear", None)
                if callable(clear):
                    clear()
    _seen = now
    return True
