"""One round at a time, and the diary of its runs.

The lock is the operating system's: it is gone with whoever held it, however that ended. The
ledger is one line of JSON an event, appended; a line that a killed run left half is skipped. What
is done is read from the files and their hashes, never from the ledger.
"""

import contextlib
import datetime
import getpass
import json
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from audit_lib.errors import BadRound, CannotWrite, say

__all__ = ["RoundIsRunning", "hold_lock", "read_ledger", "write_entry"]


class RoundIsRunning(BadRound):
    """Someone runs this round at this moment."""


@contextlib.contextmanager
def hold_lock(log: Path) -> Iterator[None]:
    """Hold the lock of one round.

    Parameters
    ----------
    log : the round's ``log/`` folder; made when absent

    Raises
    ------
    RoundIsRunning
        Another process holds it; the message says which.
    CannotWrite
        The folder cannot be written.
    """
    path = log / "lock"
    try:
        log.mkdir(parents=True, exist_ok=True)
        stream = open(path, "a+b")
    except OSError as error:
        advice = say("other_output", "\nName an output folder that you may write, on a disk with "
                     "space.")  # fmt: skip
        raise CannotWrite.from_error(log, error, advice) from None
    with stream:
        if not _lock(stream):
            stream.seek(1)
            holder = stream.read(200).decode("utf-8", "replace").strip()
            holder = holder or say("another_process", "by another process")
            raise RoundIsRunning(
                say("round_running", "This round is being run already ({holder}).\nWait until it "
                    "has ended, or stop it; what it has made is kept.", holder=holder)
            )  # fmt: skip
        try:
            _note_holder(stream)
            yield
        finally:
            _unlock(stream)


def _note_holder(stream) -> None:
    try:
        stream.truncate(0)
        stream.write(f" process {os.getpid()} on {platform.node()}".encode())
        stream.flush()
    except OSError as error:
        raise CannotWrite.from_error(stream.name, error) from None


if sys.platform == "win32":
    import msvcrt

    def _lock(stream) -> bool:
        stream.seek(0)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(stream) -> None:
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(stream) -> bool:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(stream) -> None:
        fcntl.flock(stream, fcntl.LOCK_UN)


def write_entry(log: Path, event: str, **facts) -> None:
    """Append one line: when, who, what.

    Raises
    ------
    CannotWrite
        The disk is full or the folder is gone.
    """
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    entry = {"at": now, "event": event} | facts
    if event == "started":
        entry |= {"by": _user(), "host": platform.node(), "process": os.getpid()}
    line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
    try:
        with open(log / "ledger.jsonl", "a+b") as stream:
            if stream.seek(0, os.SEEK_END):
                stream.seek(-1, os.SEEK_END)
                if stream.read(1) != b"\n":  # a killed run left half a line
                    line = b"\n" + line
            stream.write(line)
    except OSError as error:
        raise CannotWrite.from_error(log / "ledger.jsonl", error) from None


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def read_ledger(log: Path) -> list[dict]:
    """Return the ledger's entries, oldest first; torn lines are left out."""
    entries = []
    try:
        lines = (log / "ledger.jsonl").read_bytes().splitlines()
    except FileNotFoundError:
        return []
    for line in lines:
        with contextlib.suppress(ValueError):
            entries.append(json.loads(line))
    return entries
