"""Exports of the courts' systems into an immutable snapshot.

Takes folders, files or database addresses; gives a snapshot folder with ``problems.csv`` and
``manifest.json``, and the balance of rows read, kept and refused. Reads
``parameters/ingest.yaml`` and ``parameters/record.yaml``.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from audit_lib.errors import CannotWrite, Said, UnreadableSource, say
from audit_lib.parameters import parameters_folder
from audit_lib.record.batches import Balance, read_batches
from audit_lib.record.convert import convert_batch, empty_column
from audit_lib.record.output import write_table
from audit_lib.record.petition_ids import PetitionIds
from audit_lib.record.problems import FILE_REASONS, Problems
from audit_lib.record.relations import CaseIndex, check_cases, check_courts, relate_batch
from audit_lib.record.repeats import Repeats
from audit_lib.record.settings import load_ingest_parameters
from audit_lib.record.snapshot import FORMAT, manifest_hash
from audit_lib.record.sources import find_sheets, hash_file
from audit_lib.record.storing import Spill
from audit_lib.record.tables import load_tables

__all__ = ["Ingested", "ingest_sources"]

_ENOUGH = 100_000


@dataclass(frozen=True)
class Ingested:
    """What an ingest did.

    Attributes
    ----------
    path : Path
        The snapshot.
    day : date
        Its day.
    day_from : str
        ``given``, ``folder`` (the name of the snapshot's folder) or ``latest`` (the last day
        that the record speaks of).
    balance : DataFrame, one row a table
        ``table``, ``read``, ``kept``, ``refused``, ``doubts`` (cells kept empty); read is kept
        and refused together.
    problems : DataFrame, one row a fault
    """

    path: Path
    day: date
    day_from: str
    balance: pd.DataFrame
    problems: pd.DataFrame


def ingest_sources(
    sources: Iterable[str | Path] | str | Path,
    snapshot_dir: str | Path,
    day: date | None = None,
    progress: Callable[[str, int], None] | None = None,
) -> Ingested:
    """Read exports into a new snapshot.

    Parameters
    ----------
    sources : folders, files or SQLAlchemy addresses
        A folder holds files, or one folder of files a court.
    snapshot_dir : folder to make; it must not exist or be empty
    day : date, optional
        The day as of which the record was received. Without it: the day that `snapshot_dir` is
        named by, else the last day that the record speaks of.
    progress : called with (table, rows read so far of all tables)

    Returns
    -------
    Ingested

    Raises
    ------
    UnreadableSource
        A source is missing, no case can be used, or more rows are refused than
        ``limits.max_refused_share`` allows. No snapshot is left then.
    CannotWrite
        The snapshot exists, or cannot be written.
    """
    if isinstance(sources, str | Path):
        sources = [sources]
    target = Path(snapshot_dir)
    _refuse_existing(target)
    problems, balance = Problems(), Balance()
    sheets, files = find_sheets(sources, problems)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent))
    except OSError as error:
        raise CannotWrite.from_error(target, error) from None
    try:
        day, day_from = _choose_day(day, target, sheets)
        spills = _read_all(sheets, day, problems, balance, beside / "spill", progress)
        result = problems.frame()
        _check_usable(balance, spills, result)
        table = _balance_table(balance, spills, result)
        written = {}
        for name in load_tables():
            written |= spills[name].store(beside)
        shutil.rmtree(beside / "spill", ignore_errors=True)
        write_table(result, beside / "problems.csv")
        written["problems.csv"] = len(result)
        _write_manifest(beside, day, day_from, files, written, balance, table)
        if target.is_dir():
            target.rmdir()
        beside.chmod(0o755)
        os.rename(beside, target)
    except OSError as error:
        nothing = say("nothing_left", " Nothing was left there.")
        raise CannotWrite.from_error(target, error, nothing) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Ingested(target, day, day_from, table, result)


def _refuse_existing(target: Path) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise CannotWrite(
            say("no_folder", "`{path}` exists and is no folder.\nName another folder.",
                path=target)
        )  # fmt: skip
    if target.is_dir() and any(target.iterdir()):
        raise CannotWrite(
            say("snapshot_exists", "`{path}` exists; a snapshot is never overwritten.\n"
                "Name another folder, or remove this one yourself.", path=target)
        )  # fmt: skip


def _read_all(sheets, day, problems, balance, folder, progress):
    spills = {name: Spill(name, folder) for name in load_tables()}

    def batches(table):
        for sheet in sheets:
            if sheet.table == table:
                yield from read_batches(sheet, problems, balance)

    def frames(table):
        repeats = Repeats([sheet for sheet in sheets if sheet.table == table])
        for batch in _join_small(batches(table)):
            frame = convert_batch(batch, day, problems, balance)
            if table not in ("courts", "cases"):  # those are told apart by what they name
                frame = repeats.refuse(frame, problems, balance)
            if progress is not None:
                progress(table, sum(balance.read.values()))
            yield frame

    courts = _gather("courts", frames("courts"))
    courts = check_courts(courts, problems, balance)
    spills["courts"].add(courts)
    cases = _gather("cases", frames("cases"))
    cases = check_cases(cases, courts, problems, balance)
    spills["cases"].add(cases)
    index, petition_ids = CaseIndex(cases, courts), PetitionIds()
    for table in load_tables():
        if table not in ("courts", "cases"):
            for batch in frames(table):
                rows = relate_batch(batch, index, problems, balance)
                if table == "petitions":
                    rows = petition_ids.tell_apart(rows, problems, balance)
                spills[table].add(rows)
    return spills


def _join_small(batches):
    """Put small batches of one shape together: a national record has thousands of small files."""
    held, rows, shape = [], 0, None
    for batch in batches:
        this = (batch.attrs["epoch_1904"], tuple(batch.dtypes.items()))
        if held and (this != shape or rows >= _ENOUGH):
            yield _joined(held)
            held, rows = [], 0
        held.append(batch)
        rows, shape = rows + len(batch), this
    if held:
        yield _joined(held)


def _joined(parts):
    if len(parts) == 1:
        return parts[0]
    whole = pd.concat(parts, ignore_index=True)
    whole.attrs = parts[0].attrs
    return whole


def _gather(table, batches) -> pd.DataFrame:
    """Put the batches of a small table together; all its columns stand even without a row."""
    parts = list(batches)
    if parts:
        frame = pd.concat(parts, ignore_index=True)
    else:
        stored = load_tables()[table].stored()
        frame = pd.DataFrame({name: empty_column(kind, 0) for name, kind in stored.items()})
    frame.attrs = {"table": table}
    return frame


_NO_CASES = say("no_cases", "No table of cases (`cases` or `案件`) was found.")


def _choose_day(day, target, sheets) -> tuple[date, str]:
    """Return the day of the snapshot; nothing reads the clock."""
    if day is not None:
        return day, "given"
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", target.name):
        try:
            return date.fromisoformat(target.name), "folder"
        except ValueError:
            pass
    return _latest_day(sheets), "latest"


def _latest_day(sheets) -> date:
    """Return the last day that the record speaks of, leaving out stray days far beyond it."""
    far = load_ingest_parameters().limits.latest_day
    days: set = set()
    for sheet in sheets:
        past = [n for n, c in load_tables()[sheet.table].columns.items() if c.past]
        if past:
            for batch in read_batches(sheet, Problems(), Balance()):
                typed = convert_batch(batch, far, Problems(), Balance())
                for name in past:
                    days.update(typed[name].dropna().dt.normalize().unique())
    if not any(sheet.table == "cases" for sheet in sheets):
        raise UnreadableSource(_NO_CASES)
    if not days:
        raise UnreadableSource(
            say("no_day", "The sources hold no day at all, so the day of the snapshot is not "
                "known.\nGive it with --day.")
        )  # fmt: skip
    ordered = sorted(days)
    # A mistyped year stands alone, more than a year after everything else.
    while len(ordered) > 1 and ordered[-1] - ordered[-2] > pd.Timedelta(days=366):
        ordered.pop()
    return pd.Timestamp(ordered[-1]).date()


def _check_usable(balance, spills, problems) -> None:
    """Fail where nothing or too little could be read; the message names the first reasons."""
    read, refused = sum(balance.read.values()), sum(balance.refused.values())
    repeats = problems["table"].eq("courts") & problems["reason"].eq("duplicate_row")
    refused -= int(repeats.sum())
    limit = load_ingest_parameters().limits.max_refused_share
    if spills["cases"].rows and spills["courts"].rows and refused <= limit * read:
        return
    if not balance.read["cases"] and not balance.given["cases"]:
        what = _NO_CASES
    elif not balance.read["courts"] and not balance.given["courts"]:
        what = say("no_courts", "No table of courts (`courts` or `法院`) was found.")
    elif not spills["cases"].rows:
        what = _none_of("cases", balance)
    elif not spills["courts"].rows:
        what = _none_of("courts", balance)
    else:
        what = say("too_many_refused", "{refused} of {read} rows were refused; the limit is "
                   "{limit} (ingest.yaml).", refused=refused, read=read,
                   limit=f"{limit:.0%}")  # fmt: skip
    raise UnreadableSource(say("not_usable", "{lines}", lines=(what, *_worst(problems))))


def _none_of(table, balance) -> Said:
    return say("none_usable", "None of the {count} rows of `{table}` can be used.", table=table,
               count=balance.read[table])  # fmt: skip


def _worst(problems) -> list[Said]:
    """Return the most frequent reasons, with the first place of each."""
    lines = []
    refused = problems[problems["became"].eq("refused")]
    for reason, count in refused["reason"].value_counts(sort=True).head(3).items():
        first = refused[refused["reason"].eq(reason)].iloc[0]
        place = "#".join(str(first[c]) for c in ("file", "sheet", "row") if pd.notna(first[c]))
        column = "" if pd.isna(first["column"]) else f" [{first['column']}]"
        lines.append(
            say("worst_reason", "{place}{column}: {en} ({count}×)", place=place, column=column,
                en=first["wording_en"], zh=first["wording_zh"], count=count)
        )  # fmt: skip
    return lines


def _balance_table(balance, spills, problems) -> pd.DataFrame:
    doubts = problems[problems["became"].eq("kept") & ~problems["reason"].isin(FILE_REASONS)]
    counted = doubts["table"].value_counts()
    rows = [
        (name, balance.read[name], spills[name].rows, balance.refused[name],
         int(counted.get(name, 0)))
        for name in load_tables()
    ]  # fmt: skip
    for name, read, kept, refused, _ in rows:
        if read != kept + refused:
            raise AssertionError(f"{name}: {read} rows read, {kept} kept, {refused} refused")
    return pd.DataFrame(rows, columns=["table", "read", "kept", "refused", "doubts"])


def _write_manifest(folder, day, day_from, files, written, balance, table) -> None:
    entries = {}
    for name in sorted(written):
        file = folder / name
        entries[name] = {
            "bytes": file.stat().st_size,
            "rows": written[name],
            "sha256": hash_file(file),
        }
    parameters = {
        name: hashlib.sha256(_parameter_bytes(name)).hexdigest()
        for name in ("events.csv", "ingest.yaml", "record.yaml")
    }
    courts = sorted(_courts(folder))
    manifest = {
        "format": FORMAT,
        "day": day.isoformat(),
        "day_from": day_from,
        "courts": courts,
        "sources": files,
        "parameters": parameters,
        "tables": {
            name: {
                "columns_given": sorted(balance.given[name]),
                "rows": int(table.set_index("table")["kept"][name]),
            }
            for name in load_tables()
        },
        "balance": json.loads(table.to_json(orient="records")),
        "files": entries,
    }
    manifest["sha256"] = manifest_hash(manifest)
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _parameter_bytes(name: str) -> bytes:
    # Line ends differ between checkouts and say nothing.
    return (parameters_folder() / name).read_bytes().replace(b"\r\n", b"\n")


def _courts(folder: Path) -> list[str]:
    codes = pq.read_table(folder / "courts/part-0.parquet", columns=["court_code"])
    return codes["court_code"].to_pylist()
