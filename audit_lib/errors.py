"""Errors that a person reads: what happened, where, what was expected, what to do.

One base class; the constructors named ``from_…`` write the messages that several places need.
A message is made by :func:`say`: an id, the English, and the values in it by name. The English is
what ``str`` of the error gives; the Chinese of each id stands in ``parameters/errors.yaml`` and is
put on where the error is shown (:func:`audit_lib.labels.error_words`). Faults in files that people
send us are not exceptions: they are rows of ``problems`` (see :mod:`audit_lib.record`).
"""

import errno
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

__all__ = [
    "AuditError", "BadParameterFile", "BadRound", "BadSnapshot", "CannotWrite", "MissingColumn",
    "NoVersionInForce", "NotebookFailed", "Said", "UnknownCode", "UnreadableSource", "cause",
    "hint", "say",
]  # fmt: skip


@dataclass(frozen=True)
class Said:
    """A sentence that can be told in another language: its id, its English, its values.

    A value may be a sentence itself, or a tuple of them, which stand one a line.
    """

    code: str
    english: str
    values: dict = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the English."""
        return self.fill(self.english, str)

    def fill(self, words: str, told) -> str:
        """Fill the values into `words`; sentences among them are put into words by `told`."""
        filled = {}
        for name, value in self.values.items():
            several = value if isinstance(value, tuple) else (value,)
            parts = [told(part) if isinstance(part, Said) else str(part) for part in several]
            filled[name] = "\n".join(parts)
        return words.format(**filled)


def say(code: str, english: str, /, **values) -> Said:
    """Make a sentence; ``{name}`` in `english` is filled from `values`.

    Examples
    --------
    >>> print(say("no_folder", "`{path}` is no folder.", path="a"))
    `a` is no folder.
    """
    return Said(code, english, values)


class AuditError(ValueError):
    """Base of every error that the workbench raises for a person to read.

    Attributes
    ----------
    said : Said or str
        What is wrong; a plain text has no Chinese and is shown as it is.
    """

    def __init__(self, said: Said | str = ""):
        super().__init__(str(said))
        self.said = said


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
        if not line:
            return cls(say("in_file", "{path}\n{what}", path=path, what=what))
        return cls(say("at_line", "{path}, line {line}\n{what}", path=path, line=line, what=what))


class UnreadableSource(AuditError):
    """A source holds nothing that can be read, or too much of it was refused."""


class MissingColumn(AuditError):
    """A table given to a function lacks a column that it needs."""

    @classmethod
    def from_table(cls, table, missing, available):
        """Name the missing columns, and the nearest ones that are there."""
        return cls(
            say("missing_column", "`{table}` lacks {names}.{hint}", table=table,
                names=_quoted(missing), hint=hint(missing, available))
        )  # fmt: skip


class UnknownCode(AuditError):
    """A code is not in its closed list."""

    @classmethod
    def from_value(cls, what, value, allowed):
        """Name the value and the nearest allowed ones; `what` may be a sentence of its own.

        Examples
        --------
        >>> print(UnknownCode.from_value("outcome", "mett", ["met", "late"]))
        `mett` is not a known outcome. Did you mean `met`?
        """
        return cls(
            say("unknown_code", "`{value}` is not a known {what}.{hint}", value=value, what=what,
                hint=hint([value], allowed))
        )  # fmt: skip


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
            say("bad_snapshot", "`{path}` is not a usable snapshot: {why}\n"
                "Make one with: audit ingest SOURCE --snapshot DIR", path=path, why=why)
        )  # fmt: skip


class NotebookFailed(AuditError):
    """A notebook of a round stopped at an error."""


class CannotWrite(AuditError):
    """A result could not be written; nothing half-written was left behind."""

    @classmethod
    def from_error(cls, path, error: OSError, advice: "Said | str" = ""):
        """Name the file or folder, what the system said, and what to do.

        Examples
        --------
        >>> print(CannotWrite.from_error("a.csv", PermissionError(errno.EACCES, "")))
        `a.csv` could not be written: Permission denied.
        """
        return cls(
            say("cannot_write", "`{path}` could not be written: {why}.{advice}", path=path,
                why=cause(error), advice=advice)
        )  # fmt: skip


_CAUSES = {
    errno.ENOSPC: say("os_no_space", "No space left on device"),
    errno.EDQUOT: say("os_quota", "Disk quota exceeded"),
    errno.EACCES: say("os_denied", "Permission denied"),
    errno.EPERM: say("os_not_permitted", "Operation not permitted"),
    errno.EROFS: say("os_read_only", "Read-only file system"),
    errno.ENOENT: say("os_not_there", "No such file or directory"),
    errno.EEXIST: say("os_exists", "File exists"),
    errno.ENOTDIR: say("os_no_folder", "Not a directory"),
    errno.EISDIR: say("os_is_folder", "Is a directory"),
    errno.ENOTEMPTY: say("os_not_empty", "Directory not empty"),
    errno.ENAMETOOLONG: say("os_long_name", "File name too long"),
    errno.EMFILE: say("os_many_files", "Too many open files"),
    errno.EIO: say("os_disk_fails", "Input/output error"),
    errno.EFBIG: say("os_large_file", "File too large"),
}


def cause(error: Exception) -> Said | str:
    """Return what the system said, as a sentence where it is one of the usual.

    Examples
    --------
    >>> print(cause(OSError(errno.ENOSPC, "kein Platz")))
    No space left on device
    """
    known = _CAUSES.get(getattr(error, "errno", None))
    return known or getattr(error, "strerror", None) or str(error)


def hint(wrong: Iterable[str], allowed: Iterable[str]) -> Said | str:
    """Suggest the nearest allowed words, or list a few of them.

    Examples
    --------
    >>> print(hint(["corut"], ["court", "as_of"]))
     Did you mean `court`?
    >>> print(hint(["zzz"], ["court", "as_of"]))
     Expected one of: `as_of`, `court`.
    """
    allowed = sorted(map(str, allowed))
    near = [m for w in wrong for m in get_close_matches(str(w), allowed, n=1, cutoff=0.7)]
    if near:
        return say("hint_near", " Did you mean {names}?", names=_quoted(near, " or "))
    if not allowed:
        return ""
    more = ", …" if len(allowed) > 12 else ""
    return say("hint_one_of", " Expected one of: {names}.", names=_quoted(allowed[:12]) + more)


def _quoted(names: Iterable[str], between: str = ", ") -> str:
    return between.join(f"`{name}`" for name in names)
