"""Two snapshots of the same courts against each other: what was added, changed, or vanished.

Entries that change after the fact are findings of their own; later rooms read them from here.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from audit_lib.record.problems import mask_numbers
from audit_lib.record.snapshot import Snapshot, open_snapshot
from audit_lib.record.tables import COMPANIONS, DERIVED, load_tables

__all__ = ["compare_snapshots"]

#: What makes a row of a table the same row in two snapshots, where its content changed.
_IDENTITY = {
    "courts": ["court_code"],
    "cases": ["case_no"],
    "parties": ["case_no", "role", "name"],
    "events": ["case_no", "event", "asset_id", "party", "document_no"],
    "petitions": ["petition_id"],
    "returns": ["month", "category"],
    "return_items": ["month", "category", "case_no"],
    "inspections": ["case_no", "round", "issue", "inspector"],
}
#: Looser identities, tried in turn on what is left: an entry whose asset or party was changed.
_LOOSER = {"events": [["case_no", "event", "day"], ["case_no", "event"]],
           "parties": [["case_no", "role"]]}  # fmt: skip

_COLUMNS = ["table", "court_code", "case_no", "what", "subject", "column", "before", "after",
            "earlier_file", "earlier_sheet", "earlier_row",
            "later_file", "later_sheet", "later_row"]  # fmt: skip


def compare_snapshots(
    earlier: Snapshot | str | Path, later: Snapshot | str | Path, tables=None
) -> pd.DataFrame:
    """Compare two snapshots row by row.

    Parameters
    ----------
    earlier, later : Snapshot, or path of one
        Compared for the courts that both are opened for; a court in only one of them is left
        out, because not sending a court is not the same as deleting its record.
    tables : names of tables, optional
        All of them by default.

    Returns
    -------
    DataFrame, one row a change
        ``table``, ``court_code``, ``case_no``; ``what`` is added, removed or changed;
        ``subject`` says which row (event and day, name, month …); for ``changed`` the ``column``
        with its value ``before`` and ``after``, one row a column; for added and removed the
        whole content in ``after`` or ``before``. ``earlier_file/sheet/row`` and
        ``later_file/sheet/row`` say where each stood. ID numbers are masked.

    Notes
    -----
    An event has no number of its own. Rows that are equal in both are matched first; of the
    rest those with the same case, event, asset, party and document are taken as one row that
    changed, then those with the same case, event and day, then the same case and event.
    """
    earlier = earlier if isinstance(earlier, Snapshot) else open_snapshot(earlier)
    later = later if isinstance(later, Snapshot) else open_snapshot(later)
    both = sorted(set(earlier.court_codes) & set(later.court_codes))
    whole = set(earlier.court_codes) == set(later.court_codes)
    parts = []
    for table in tables or load_tables():
        if table == "courts":
            parts.append(_compare(table, _of(earlier.courts, both), _of(later.courts, both)))
            continue
        for court in both:
            a, b = earlier.only([court]), later.only([court])
            if _same_bytes(a, b, table):
                continue
            parts.append(_compare(table, a.read(table), b.read(table)))
        if table in ("petitions", "inspections") and whole:
            parts.append(_compare(table, _without_court(earlier, table),
                                  _without_court(later, table)))  # fmt: skip
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in _COLUMNS}).astype(
            {"earlier_row": "Int64", "later_row": "Int64"}
        )
    return pd.concat(parts, ignore_index=True)


def _of(courts, codes):
    return courts[courts["court_code"].isin(codes)].reset_index(drop=True)


def _without_court(snapshot, table):
    rows = snapshot.read(table)
    return rows[rows["court_code"].isna()].reset_index(drop=True)


def _same_bytes(a, b, table) -> bool:
    names = a._names(table), b._names(table)
    hashes = [
        [s.manifest["files"][n]["sha256"] for n in ns] for s, ns in zip((a, b), names, strict=True)
    ]
    return hashes[0] == hashes[1]


def _compare(table, before, after) -> pd.DataFrame:
    content = [
        c for c in before.columns if c not in COMPANIONS and c not in ("court_written",)
        and (c == "court_code" or c not in DERIVED.get(table, {}))
    ]  # fmt: skip
    before, after = _as_words(before, content), _as_words(after, content)
    left = np.ones(len(before), dtype=bool)
    right = np.ones(len(after), dtype=bool)
    changed = []
    for keys in (content, _IDENTITY[table], *_LOOSER.get(table, [])):
        pairs = _pair(before[left], after[right], keys)
        left[pairs[0]], right[pairs[1]] = False, False
        if keys is not content:
            changed.append(pairs)
    rows = [_changes(table, before, after, a, b, content) for a, b in changed if len(a)]
    rows.append(_whole_rows(table, before[left], "removed", content))
    rows.append(_whole_rows(table, after[right], "added", content))
    found = pd.concat(rows, ignore_index=True)
    found["order"] = found["what"].map({"removed": 0, "changed": 1, "added": 2})
    found = found.sort_values(
        ["case_no", "order", "earlier_row", "later_row", "column"], kind="stable"
    )
    return found[_COLUMNS].reset_index(drop=True)


def _as_words(frame, content):
    """Return the content as text ("" where nothing is known) and where each row stood."""
    words = {}
    for name in content:
        values = frame[name]
        if values.dtype.kind == "M":
            text = values.dt.strftime("%Y-%m-%d %H:%M:%S").str.removesuffix(" 00:00:00")
        else:
            text = values.astype("str")
        if name == "id_no":
            text = text.map(mask_numbers, na_action="ignore")
        words[name] = text.fillna("").replace("<NA>", "")
    words |= {f"_{name}": frame[name] for name in COMPANIONS}
    return pd.DataFrame(words).reset_index(drop=True)


def _pair(before, after, keys):
    """Match rows with equal keys, the n-th with the n-th; return positions in both."""
    tied = []
    for frame in (before, after):
        keyed = frame[keys].assign(_position=frame.index)
        keyed["_copy"] = keyed.groupby(keys, sort=False).cumcount()
        tied.append(keyed)
    joined = tied[0].merge(tied[1], on=[*keys, "_copy"], suffixes=("", "_after"))
    return joined["_position"].to_numpy(), joined["_position_after"].to_numpy()


def _place(rows, side):
    return {f"{side}_{part}": rows[f"_source_{part}"].to_numpy() for part in ("file", "sheet")} | {
        f"{side}_row": pd.array(rows["_source_row"], dtype="Int64")
    }


def _about(table, rows):
    """Say in a few words which row is meant."""
    parts = {
        "events": ["event", "day"], "parties": ["role", "name"], "petitions": ["petition_id"],
        "inspections": ["round", "issue"],
    }.get(table, [n for n in ("month", "category") if n in rows])  # fmt: skip
    if not parts:
        return pd.Series("", index=rows.index)
    about = rows[parts[0]]
    for name in parts[1:]:
        about = about + " " + rows[name]
    return about


def _frame(table, rows, what, **values):
    count = len(rows)
    empty = pd.Series([None] * count, dtype="str")
    numbers = pd.array([None] * count, dtype="Int64")
    base = {name: empty for name in _COLUMNS} | {
        "table": pd.Series([table] * count, dtype="str"),
        "court_code": rows["court_code"].to_numpy(),
        "case_no": rows["case_no"].to_numpy() if "case_no" in rows else empty,
        "what": pd.Series([what] * count, dtype="str"),
        "subject": _about(table, rows).to_numpy(),
        "earlier_row": numbers,
        "later_row": numbers,
    }
    return pd.DataFrame(base | values)[_COLUMNS]


def _changes(table, before, after, a, b, content):
    old, new = before.loc[a].reset_index(drop=True), after.loc[b].reset_index(drop=True)
    parts = []
    for name in content:
        hit = (old[name] != new[name]).to_numpy()
        if hit.any():
            x, y = old[hit].reset_index(drop=True), new[hit].reset_index(drop=True)
            parts.append(
                _frame(table, x, "changed", column=name, before=x[name], after=y[name],
                       **_place(x, "earlier"), **_place(y, "later"))
            )  # fmt: skip
    return pd.concat(parts, ignore_index=True) if parts else _frame(table, old[:0], "changed")


def _whole_rows(table, rows, what, content):
    rows = rows.reset_index(drop=True)
    told = [
        "; ".join(f"{n}={v}" for n, v in zip(content, values, strict=True) if v)
        for values in rows[content].itertuples(index=False, name=None)
    ]
    told = pd.Series(told, dtype="str")
    if what == "removed":
        return _frame(table, rows, what, before=told, **_place(rows, "earlier"))
    return _frame(table, rows, what, after=told, **_place(rows, "later"))
