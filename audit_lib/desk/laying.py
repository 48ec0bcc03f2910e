"""One court's prepared tables laid out so that one case of thirty thousand opens at once.

Takes the folder of a court's tables, gives ``desk/`` in it: each table cleaned, without ID
numbers, sorted by case, as a file that is mapped into memory and not read; where each case begins
in each of them; and the list of all its cases. Only files of the court's own folder are opened,
so that who may not read the folder sees nothing of it.
"""

import json
from collections import UserDict
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import feather

from audit_lib.errors import UnreadableSource
from audit_lib.report import CourtTables, load_court
from audit_lib.report.courttables import TABLE_COLUMNS, RoundFacts
from audit_lib.report.figures import finding_rows
from audit_lib.report.wording import clip

__all__ = ["Frames", "LaidCourt", "lay_court"]

_FOLDER = "desk"
_NAMES = {
    "parties": ["name"], "events": ["party", "operator"], "petitions": ["petitioner"],
    "cases": ["handler"],
}  # fmt: skip
_LONGEST = 60
_STRATA = {"must": 0, "risk": 1, "random": 2}
# Of the cases only this is asked of others than the one that is open.
_RELATED = "case_no filed_on cause closed_on parent_case_no basis_no handler".split()


def lay_court(folder: Path) -> None:
    """Lay out one court's tables, once, when they are prepared.

    Parameters
    ----------
    folder : folder of a court's prepared tables
    """
    tables = _clip_names(load_court(folder))
    target = folder / _FOLDER
    target.mkdir()
    named = {name: frame for name, frame in tables.frames.items() if "case_no" in frame}
    numbers = sorted(set().union(*(frame["case_no"].dropna() for frame in named.values())))
    place = pd.Index(numbers)
    starts = {"case_no": [*numbers, None]}
    for name, frame in tables.frames.items():
        if name in named:
            codes = place.get_indexer(frame["case_no"])
            codes = np.where(codes < 0, len(numbers), codes)
            frame = frame.iloc[np.argsort(codes, kind="stable")]
            starts[name] = np.searchsorted(np.sort(codes), np.arange(len(numbers) + 1))
        _write(frame.reset_index(drop=True), target / f"{name}.arrow")
    _write(pd.DataFrame(starts), target / "starts.arrow")
    _write(list_cases(tables), target / "queue.arrow")
    facts = {
        "absent": sorted(tables.absent),
        "handlers": sorted(tables["cases"]["handler"].dropna().unique()),
        "themes": sorted(tables["check"]["theme"].dropna().unique()),
        "tables": sorted(tables.frames),
        "facts": {
            **{k: v for k, v in vars(tables.facts).items() if k != "as_of"},
            "as_of": tables.facts.as_of.isoformat(),
        },
    }
    (target / "court.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")


def _clip_names(tables: CourtTables) -> CourtTables:
    """Cut names that are longer than any name is: masking reads them letter by letter."""
    frames = {}
    for name, columns in _NAMES.items():
        frame = tables[name].copy(deep=False)
        for column in columns:
            frame[column] = frame[column].map(lambda n: clip(str(n), _LONGEST), na_action="ignore")
        frames[name] = frame
    return tables.with_frames(frames)


def _write(frame: pd.DataFrame, path: Path) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    feather.write_feather(table, path, compression="uncompressed", chunksize=2**31 - 1)


def list_cases(tables: CourtTables) -> pd.DataFrame:
    """Return every scored or drawn case of a court with all that the list can be asked."""
    rows = _scored(tables)
    numbers = rows["case_no"]
    found = finding_rows(tables)[["case_no", "theme"]].dropna()
    themes = found.drop_duplicates().sort_values("theme").groupby("case_no")["theme"].agg(";".join)
    quiet = tables["silence"].drop_duplicates("case_no").set_index("case_no")["silent_days"]
    cases = tables["cases"].drop_duplicates("case_no").set_index("case_no")
    people = tables["parties"].dropna(subset=["case_no", "name"]).groupby("case_no")["name"]
    rows = rows.assign(
        themes=numbers.map(themes).astype(object).fillna("").astype(str),
        findings=numbers.map(found.groupby("case_no").size()).fillna(0).astype(int),
        silent_days=numbers.map(quiet),
        filed_on=numbers.map(cases["filed_on"]),
        order=rows["stratum"].map(_STRATA).fillna(3),
    )
    sought = numbers.astype(str)
    for column in ("handler", "reasons", "because"):
        sought = sought + "\n" + rows[column].fillna("").astype(str)
    for words in (cases["cause"], people.agg("\n".join)):
        sought = sought + "\n" + numbers.map(words).fillna("").astype(str)
    return rows.assign(sought=sought.str.lower())


def _scored(tables) -> pd.DataFrame:
    """Join score and draw: a case drawn without a score (a must that is closed) stays."""
    score, select = tables["score"], tables["select"]
    drawn = select.drop_duplicates("case_no")
    own = [c for c in ("must_because", "inspector") if c in drawn]
    both = score.drop_duplicates("case_no").merge(
        drawn[["case_no", "court_code", "handler", "stratum", "score", "reasons", *own]],
        on="case_no", how="outer", suffixes=("", "_drawn"),
    )  # fmt: skip
    for column in ("court_code", "handler", "score", "reasons"):
        both[column] = both[column].where(both[column].notna(), both[f"{column}_drawn"])
    both = both.rename(columns={"must_because": "because"})
    for column in ("because", "inspector"):
        if column not in both:
            both[column] = pd.Series(pd.NA, index=both.index, dtype="str")
    return both


class Frames(UserDict):
    """Tables by name, each made by its function when it is first asked for.

    Examples
    --------
    >>> frames = Frames({"cases": lambda: pd.DataFrame({"case_no": ["1"]})})
    >>> len(frames["cases"]), frames["cases"] is frames["cases"]
    (1, True)
    """

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table."""
        made = self.data[name]
        if callable(made):
            made = self.data[name] = made()
        return made


class LaidCourt:
    """One court as the desk reads it.

    Parameters
    ----------
    folder : folder of the court's prepared tables

    Raises
    ------
    UnreadableSource
        There is no such court here, or this account may not read it.
    """

    def __init__(self, folder: Path):
        self._folder = Path(folder) / _FOLDER
        try:
            told = json.loads((self._folder / "court.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UnreadableSource(
                f"`{folder}` holds no court that this account can read: {error}\n"
                "Whoever looks after the desk runs `audit desk --prepare`."
            ) from None
        given = told["facts"]
        given |= {"as_of": pd.Timestamp(given["as_of"]), "interviews": tuple(given["interviews"])}
        self.facts = RoundFacts(**given)
        self.absent = frozenset(told["absent"])
        self.handlers, self.themes = told["handlers"], told["themes"]
        self.tables = told["tables"]
        self._mapped: dict[str, pa.Table] = {}
        self._frames: dict[str, pd.DataFrame] = {}
        self._places: dict[tuple[str, str], dict] = {}

    def given(self, name: str) -> bool:
        """Tell whether a table was computed at all."""
        return name not in self.absent

    def _map(self, name: str) -> pa.Table:
        if name not in self._mapped:
            path = self._folder / f"{name}.arrow"
            try:
                self._mapped[name] = feather.read_table(path, memory_map=True)
            except (OSError, pa.ArrowException) as error:
                raise UnreadableSource(f"`{path}` cannot be read: {error}") from None
        return self._mapped[name]

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return one whole table."""
        if name not in self._frames:
            self._frames[name] = self._map(name).to_pandas()
        return self._frames[name]

    @cached_property
    def queue(self) -> pd.DataFrame:
        """Every case that can be listed."""
        return self._map("queue").to_pandas()

    @cached_property
    def _numbers(self) -> dict[str, int]:
        numbers = self._map("starts")["case_no"].to_pylist()
        return {number: place for place, number in enumerate(numbers) if number is not None}

    @cached_property
    def listed(self) -> frozenset[str]:
        """Numbers of the cases that can be listed."""
        return frozenset(self.queue["case_no"])

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Numbers of the cases of the record."""
        return frozenset(self._map("cases")["case_no"].to_pylist())

    def rows(self, name: str, case_no: str) -> pd.DataFrame:
        """Return the rows of one table that speak of one case; nothing else is read."""
        place, start, end = self._numbers.get(case_no), 0, 0
        if place is not None and name in self._starts:
            start, end = self._starts[name][place : place + 2]
        return self._map(name).slice(start, end - start).to_pandas(use_threads=False)

    @cached_property
    def _starts(self) -> dict[str, np.ndarray]:
        starts = self._map("starts").drop_columns("case_no")
        columns = zip(starts.column_names, starts.columns, strict=True)
        return {name: column.to_numpy() for name, column in columns}

    def where(self, name: str, column: str, value) -> pd.DataFrame:
        """Return the rows of one table whose column holds a value."""
        frame = self._related if name == "cases" else self[name]
        return frame.iloc[self._find(name, column, value)]

    def _find(self, name: str, column: str, value) -> np.ndarray:
        """Return the places of those rows in the whole table."""
        if (name, column) not in self._places:
            frame = self._related if name == "cases" else self[name]
            self._places[name, column] = frame.groupby(column, sort=False).indices
        return self._places[name, column].get(value, np.empty(0, dtype=int))

    def read_ahead(self) -> None:
        """Find out where everything stands that the first case opened would have to find out."""
        self._find("petitions", "cited_case_no", None)
        self._find("petitions", "petition_id", None)
        for column in ("case_no", "parent_case_no", "basis_no", "handler"):
            self._find("cases", column, None)
        self.rows("cases", "")

    @cached_property
    def _related(self) -> pd.DataFrame:
        return self._map("cases").select(_RELATED).to_pandas()

    def case(self, case_no: str) -> CourtTables:
        """Return the tables of one case, names in full; ID numbers are not in them.

        Besides the prepared tables, ``findings``: of ``check`` what is late, overdue or breached.
        A table is read when it is first asked for.
        """
        frames = Frames({name: partial(self._of_case, name, case_no) for name in self.tables})
        tables = CourtTables(self.facts, frames, self.absent)
        frames["findings"] = partial(finding_rows, tables)
        return tables

    def _of_case(self, name: str, case_no: str) -> pd.DataFrame:
        if name == "petitions":
            ids = self.rows("claims", case_no)["petition_id"].dropna().unique()
            places = [self._find(name, "cited_case_no", case_no)]
            places += [self._find(name, "petition_id", number) for number in ids]
            return self[name].iloc[np.unique(np.concatenate(places))]
        if name in TABLE_COLUMNS and "case_no" not in TABLE_COLUMNS[name]:
            return self[name] if name in ("courts", "returns") else self[name].iloc[:0]
        return self[name] if name == "snapshots" else self.rows(name, case_no)
