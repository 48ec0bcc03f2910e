"""Immutable snapshots of the record: opening them, and proving that they are whole.

A snapshot is a folder of Parquet files by table and court with ``manifest.json`` and
``problems.csv``. It is written once (:mod:`audit_lib.record.ingest`) and never changed.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from audit_lib.errors import BadSnapshot, UnknownCode, say
from audit_lib.record.tables import find_table, load_tables

__all__ = ["FORMAT", "Snapshot", "manifest_hash", "open_snapshot", "verify_snapshot"]

FORMAT = "court-record-snapshot/1"


def manifest_hash(manifest: dict) -> str:
    """Return the sha256 of a manifest without its own hash."""
    rest = {key: value for key, value in manifest.items() if key != "sha256"}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Snapshot:
    """The record as received for one day, for one court, some, or all.

    Attributes
    ----------
    path : Path
    day : date
        The day as of which the record was received.
    court_codes : list of str
        The chosen courts, sorted.
    manifest : dict
        What ``manifest.json`` says.
    courts, cases, parties, events, petitions, returns, return_items, inspections : DataFrame
        Read when first asked for; every column of the contract is there. Do not change them in
        place: take a copy.
    """

    def __init__(self, path: Path, manifest: dict, courts: list[str] | None):
        self.path = path
        self.manifest = manifest
        self.day = date.fromisoformat(manifest["day"])
        self._chosen = courts

    def __repr__(self) -> str:
        return f"Snapshot({str(self.path)!r}, day={self.day}, courts={len(self.court_codes)})"

    @property
    def court_codes(self) -> list[str]:
        """The chosen courts, sorted."""
        return list(self.manifest["courts"]) if self._chosen is None else list(self._chosen)

    def only(self, courts: Iterable[str]) -> "Snapshot":
        """Return the same snapshot for some of its courts."""
        return Snapshot(self.path, self.manifest, _choose(courts, self.manifest["courts"]))

    def files(self, table: str) -> list[str]:
        """Return the Parquet files of one table for the chosen courts, at least one.

        Where the chosen courts have no row, the one file is empty and has the right columns.
        """
        find_table(table)
        return [
            str(self.path / name) for name in self._names(table) or [f"_schema/{table}.parquet"]
        ]

    def _names(self, table: str) -> list[str]:
        known = self.manifest["files"]
        if table == "courts" or self._chosen is None:
            return [name for name in known if name.startswith(f"{table}/")]
        names = [f"{table}/court_code={court}/part-0.parquet" for court in self._chosen]
        return [name for name in names if name in known]

    def columns_given(self, table: str) -> set[str]:
        """Return the columns that the sources really had."""
        find_table(table)
        return set(self.manifest["tables"][table]["columns_given"])

    def fingerprint(self) -> str:
        """Return one hash of all files of the chosen courts: the key of what is made from them."""
        names = sorted(name for table in load_tables() for name in self._names(table))
        lines = [f"{name} {self.manifest['files'][name]['sha256']}" for name in names]
        lines.append(f"day {self.manifest['day']}")
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def read(self, table: str, columns: list[str] | None = None) -> pd.DataFrame:
        """Read one table of the chosen courts, or some of its columns.

        Raises
        ------
        BadSnapshot
            A file was altered.
        """
        parts = []
        for file in self.files(table):
            try:
                parts.append(
                    pq.ParquetFile(file, page_checksum_verification=True).read(columns=columns)
                )
            except (pa.ArrowException, OSError) as error:
                name = Path(file).relative_to(self.path).as_posix()
                why = say("part_damaged", "`{name}` was altered or is damaged ({why}).", name=name,
                          why=str(error))  # fmt: skip
                raise BadSnapshot.from_path(self.path, why) from None
        return _to_pandas(pa.concat_tables(parts), table)

    @cached_property
    def courts(self) -> pd.DataFrame:
        """The chosen courts; with all of them also those that have no case."""
        courts = self.read("courts")
        if self._chosen is not None:
            courts = courts[courts["court_code"].isin(self._chosen)].reset_index(drop=True)
        return courts

    @cached_property
    def cases(self) -> pd.DataFrame:
        """One row a case."""
        return self.read("cases")

    @cached_property
    def parties(self) -> pd.DataFrame:
        """One row a party of a case."""
        return self.read("parties")

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row a received event."""
        return self.read("events")

    @cached_property
    def petitions(self) -> pd.DataFrame:
        """One row a petition; those of no known court only where all courts are chosen."""
        return self.read("petitions")

    @cached_property
    def returns(self) -> pd.DataFrame:
        """One row a monthly return and category."""
        return self.read("returns")

    @cached_property
    def return_items(self) -> pd.DataFrame:
        """One row an open case that a return names."""
        return self.read("return_items")

    @cached_property
    def inspections(self) -> pd.DataFrame:
        """One row an issue that an inspection found, or found absent."""
        return self.read("inspections")

    @cached_property
    def invented(self) -> bool:
        """Whether this program invented the record: a list of planted faults came with it."""
        names = self.problems["file"].dropna().astype(str).str.replace("\\", "/")
        return bool(names.str.split("/").str[-1].eq("planted.csv").any())

    @cached_property
    def problems(self) -> pd.DataFrame:
        """What could not be read when the snapshot was made; of all courts."""
        return pd.read_csv(self.path / "problems.csv", dtype={"row": "Int64"}, encoding="utf-8-sig")


def _to_pandas(data: pa.Table, table: str) -> pd.DataFrame:
    stored = load_tables()[table].stored()
    text = pd.StringDtype(na_value=float("nan"))
    mapper = {pa.string(): text, pa.int64(): pd.Int64Dtype()}.get
    frame = data.to_pandas(types_mapper=mapper, date_as_object=False)
    for name in frame.columns:
        if stored[name] in ("date", "timestamp"):
            frame[name] = frame[name].astype("datetime64[us]")
        elif stored[name] == "row":
            frame[name] = frame[name].astype("int64")
    return frame


_COURT = say("what_court_of_snapshot", "court of this snapshot")


def _choose(courts: Iterable[str] | None, known: list[str]) -> list[str] | None:
    if courts is None:
        return None
    chosen = [courts] if isinstance(courts, str) else list(courts)
    for code in chosen:
        if code not in known:
            raise UnknownCode.from_value(_COURT, code, known)
    return sorted(set(chosen))


def open_snapshot(path: str | Path, courts: Iterable[str] | None = None) -> Snapshot:
    """Open a snapshot for all of its courts or some.

    Parameters
    ----------
    path : folder that ``audit ingest`` wrote
    courts : court codes, or None for all

    Returns
    -------
    Snapshot

    Raises
    ------
    BadSnapshot
        No snapshot, one that was not finished, or one whose manifest or files were altered.
        Every file is compared by size here, by checksum when it is read, and by its hash in
        :func:`verify_snapshot`.
    UnknownCode
        A court that the snapshot does not have.
    """
    path = Path(path)
    manifest = _read_manifest(path)
    snapshot = Snapshot(path, manifest, _choose(courts, manifest["courts"]))
    names = {name for table in load_tables() for name in snapshot._names(table)}
    names |= {name for name in manifest["files"] if "/" not in name or name[0] == "_"}
    for name in sorted(names):
        try:
            size = (path / name).stat().st_size
        except OSError:
            why = say("part_missing", "`{name}` is missing.", name=name)
            raise BadSnapshot.from_path(path, why) from None
        if size != manifest["files"][name]["bytes"]:
            why = say("part_size", "`{name}` was altered (its size differs).", name=name)
            raise BadSnapshot.from_path(path, why)
    return snapshot


def _read_manifest(path: Path) -> dict:
    if not path.is_dir():
        raise BadSnapshot.from_path(path, say("no_such_folder", "there is no such folder."))
    try:
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        why = say("no_manifest", "it has no manifest.json.")
        raise BadSnapshot.from_path(path, why) from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        why = say("manifest_unreadable", "manifest.json cannot be read ({why}).", why=str(error))
        raise BadSnapshot.from_path(path, why) from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        why = say("manifest_form", "manifest.json is not of the form `{form}`.", form=FORMAT)
        raise BadSnapshot.from_path(path, why)
    if manifest.get("sha256") != manifest_hash(manifest):
        raise BadSnapshot.from_path(path, say("manifest_altered", "manifest.json was altered."))
    return manifest


def verify_snapshot(path: str | Path) -> list[str]:
    """Compare every file of a snapshot with its hash.

    Returns
    -------
    list of str
        One sentence a file that is missing, altered or foreign; empty where all is whole.

    Raises
    ------
    BadSnapshot
        The manifest itself cannot be trusted.
    """
    path = Path(path)
    manifest = _read_manifest(path)
    faults = []
    for name, entry in sorted(manifest["files"].items()):
        file = path / name
        if not file.is_file():
            faults.append(f"{name} is missing")
        else:
            with file.open("rb") as opened:
                if hashlib.file_digest(opened, "sha256").hexdigest() != entry["sha256"]:
                    faults.append(f"{name} was altered")
    there = {p.relative_to(path).as_posix() for p in path.rglob("*") if not p.is_dir()}
    extra = sorted(there - set(manifest["files"]) - {"manifest.json"})
    return faults + [f"{name} does not belong to the snapshot" for name in extra]
