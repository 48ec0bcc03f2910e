"""Errors that a person reads: what happened, where, what was expected, what to do.

One base class; the constructors named ``from_…`` write the message, so that no calling code
does. Faults in files that people send us are not exceptions: they are rows of ``problems``
(see :mod:`audit_lib.record`).
"""

from collections.abc import Iterable
from difflib import get_close_matches


class AuditError(ValueError):
    """Base of every error that the workbench raises for a person to read."""


class BadParameterFile(AuditError):
    """A file under ``parameters/`` is wrong; nothing was judged with it."""

    @classmethod
    def from_place(cls, path, line, what):
        """Say `what` is wrong at one line of a file.

        Examples
        --------
        >>> print(BadParameterFile.from_place("a.yaml", 3, "`within` is missing."))
        a.yaml, line 3
        `within` is missing.
        """
        where = f"{path}, line {line}" if line else f"{path}"
        return cls(f"{where}\n{what}")


class UnreadableSource(AuditError):
    """A source holds nothing that can be read, or too much of it was refused."""


class MissingColumn(AuditError):
    """A table given to a function lacks a column that it needs."""

    @classmethod
    def from_table(cls, table, missing, available):
        """Name the missing columns, and the nearest ones that are there."""
        names = ", ".join(f"`{name}`" for name in missing)
        return cls(f"`{table}` lacks {names}.{hint(missing, available)}")


class UnknownCode(AuditError):
    """A code is not in its closed list."""

    @classmethod
    def from_value(cls, what, value, allowed):
        """Name the value and the nearest allowed ones.

        Examples
        --------
        >>> print(UnknownCode.from_value("outcome", "mett", ["met", "late"]))
        `mett` is not a known outcome. Did you mean `met`?
        """
        return cls(f"`{value}` is not a known {what}.{hint([value], allowed)}")


class NoVersionInForce(AuditError):
    """No version of a rule is in force on the day asked about."""


class BadRound(AuditError):
    """A round's file names something that does not exist or contradicts itself."""


class BadSnapshot(AuditError):
    """A snapshot folder is missing, incomplete, or not one of ours."""

    @classmethod
    def from_path(cls, path, why):
        """Say which folder and why, and how a snapshot is made."""
        return cls(
            f"`{path}` is not a usable snapshot: {why}\n"
            "Make one with: audit ingest SOURCE --snapshot DIR"
        )


class NotebookFailed(AuditError):
    """A notebook of a round stopped at an error."""


class CannotWrite(AuditError):
    """A result could not be written; nothing half-written was left behind."""


def hint(wrong: Iterable[str], allowed: Iterable[str]) -> str:
    """Suggest the nearest allowed words, or list a few of them.

    Examples
    --------
    >>> hint(["corut"], ["court", "as_of"])
    ' Did you mean `court`?'
    >>> hint(["zzz"], ["court", "as_of"])
    ' Expected one of: `as_of`, `court`.'
    """
    allowed = sorted(map(str, allowed))
    near = [m for w in wrong for m in get_close_matches(str(w), allowed, n=1, cutoff=0.7)]
    if near:
        return " Did you mean " + " or ".join(f"`{m}`" for m in near) + "?"
    if not allowed:
        return ""
    more = ", …" if len(allowed) > 12 else ""
    return " Expected one of: " + ", ".join(f"`{a}`" for a in allowed[:12]) + more + "."
