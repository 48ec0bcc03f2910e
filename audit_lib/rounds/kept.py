"""A round's tables for a person who opens a notebook: made once, kept, and only read after that.

Takes an open snapshot and a round, gives the folders of the courts' tables. The courts that a
round judges together are judged together here too: a score and a comparison with other courts
rest on all of them, so that a notebook opened by hand says what the round's report says. The
tables are kept under the hash of everything that they are made from; the latest few stay.
"""

import atexit
import os
import shutil
import tempfile
import warnings
from functools import lru_cache
from pathlib import Path

from filelock import FileLock

from audit_lib.errors import UnreadableSource, say
from audit_lib.labels import label
from audit_lib.parameters import notebooks_folder
from audit_lib.rounds.batches import Batch, plan_batches
from audit_lib.rounds.inputs import (
    hash_library,
    hash_parameters,
    hash_record,
    key_of,
    library_versions,
)
from audit_lib.rounds.settings import load_settings

__all__ = ["keep_court", "keep_round", "kept_folder"]

_WHOLE = "complete"


def kept_folder() -> Path:
    """Return where the tables are kept: ``data/prepared`` beside the notebooks, out of git.

    Of an installation without a checkout it is ``audit-prepared`` in the user's home. Where it
    may not be written, it is a folder of this process alone, which is gone with it.
    """
    beside = notebooks_folder().parent
    shipped = beside.name == "_shipped"
    folder = Path.home() / "audit-prepared" if shipped else beside / "data" / "prepared"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return _own_folder()


@lru_cache(maxsize=1)
def _own_folder() -> Path:
    folder = tempfile.mkdtemp(prefix="audit-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def keep_court(snapshot, round_, court: str) -> Path:
    """Return the folder of one court's tables.

    Parameters
    ----------
    snapshot : Snapshot
    round_ : Round; a court that it does not name is judged alone
    court : court code

    Raises
    ------
    BadRound, BadSnapshot, CannotWrite
        As of preparing a round. Nothing half-made is left.
    """
    courts = round_.courts_of(snapshot.manifest["courts"])
    if court not in courts:
        round_ = round_.model_copy(update={"courts": (court,)})
        courts = round_.courts_of(snapshot.manifest["courts"])
    batches = plan_batches(snapshot.path, snapshot.courts, courts)
    batch = next(batch for batch in batches if court in batch.courts)
    if not _may_read(snapshot.path, court):
        raise UnreadableSource(
            say("court_closed", "This account may not read the cases of {court}.", court=court)
        )
    return _keep(snapshot, round_, batch) / court


def keep_round(snapshot, round_) -> list[Path]:
    """Return the folders of the tables of all courts of a round, in order of court code."""
    courts = round_.courts_of(snapshot.manifest["courts"])
    batches = plan_batches(snapshot.path, snapshot.courts, courts)
    folders = {
        court: folder / court
        for batch in batches
        for folder in [_keep(snapshot, round_, batch)]
        for court in batch.courts
    }
    return [folders[court] for court in courts]


def _keep(snapshot, round_, batch: Batch) -> Path:
    """Return the folder of a batch's tables; they are made where they are not kept yet."""
    batch = _readable(snapshot.path, batch, round_.lang)
    base = kept_folder()
    key = key_of(
        record=hash_record(snapshot, [*batch.courts, *batch.seen]),
        round=round_.model_dump(mode="json"),
        courts=batch.courts,
        seen=batch.seen,
        parameters=hash_parameters(),
        library=hash_library(),
        versions=library_versions(),
    )[:20]
    folder = base / key
    # Two who open notebooks at once: the second waits, and reads what the first has made.
    with FileLock(base / "lock"):
        if not (folder / _WHOLE).is_file():
            _make(snapshot, round_, batch, folder)
        os.utime(folder / _WHOLE)
        _drop_oldest(base)
    return folder


def _make(snapshot, round_, batch: Batch, folder: Path) -> None:
    # Here, not above: who reads what is kept needs none of the engines behind it.
    from audit_lib.rounds.preparation import prepare_batch

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        prepare_batch(
            str(snapshot.path), batch, round_, str(folder), dict.fromkeys(batch.courts, ""),
            "inspectors", round_.lang,
        )  # fmt: skip
        (folder / _WHOLE).touch()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _readable(path: Path, batch: Batch, lang: str) -> Batch:
    """Return the batch as far as this account may read it; that it is not the whole is said."""
    courts, seen = (
        tuple(code for code in codes if _may_read(path, code))
        for codes in (batch.courts, batch.seen)
    )
    if (courts, seen) == (batch.courts, batch.seen):
        return batch
    warnings.warn(label("rounds", "part_of_courts", lang), stacklevel=5)
    return Batch(courts, seen, batch.cases)


def _may_read(path: Path, court: str) -> bool:
    parts = Path(path).glob(f"*/court_code={court}")
    return all(os.access(part, os.R_OK | os.X_OK) for part in parts)


def _drop_oldest(base: Path) -> None:
    """Keep the tables that were opened last, as many as ``parameters/rounds.yaml`` says."""
    held = sorted(base.glob(f"*/{_WHOLE}"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in held[load_settings().preparation.kept :]:
        shutil.rmtree(path.parent, ignore_errors=True)
