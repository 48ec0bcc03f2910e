"""The cases of a snapshot, ready to be looked up by number, by name and by sum.

Takes the tables cases and parties; gives row positions. Names and numbers are kept as sorted
64-bit hashes and compared in full when found, so that a million cases take little room.
"""

from collections.abc import Iterable
from functools import cached_property

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

__all__ = ["CaseIndex", "near_numbers"]


class CaseIndex:
    """Cases by canonical number, and by court and party.

    Parameters
    ----------
    cases : DataFrame, one row a case
        ``case_no``, ``court_code``, ``filed_on``, ``claim_amount`` (yuan), ``basis_no``.
    parties : DataFrame, one row a case and party
        ``case_no``, ``role``, ``name``.
    """

    def __init__(self, cases: pd.DataFrame, parties: pd.DataFrame):
        self.case_no = cases["case_no"].to_numpy(object)
        self.court = cases["court_code"].to_numpy(object)
        self.filed_on = cases["filed_on"].to_numpy("datetime64[D]")
        self.claim = cases["claim_amount"].to_numpy(float)
        self._by_number = _Hashed(self.case_no)
        known = parties["name"].notna() & parties["case_no"].notna()
        parties = parties[known]
        rows = self._by_number.first(parties["case_no"].to_numpy(object))
        there = rows >= 0
        self._party_case = rows[there]
        self._party_name = parties["name"].to_numpy(object)[there]
        self._party_role = parties["role"].to_numpy(object)[there]
        self._order = np.argsort(self._party_case, kind="stable")
        self._sorted_case = self._party_case[self._order]
        courts = self.court[self._party_case]
        self._by_name = _Hashed(_joined(courts, self._party_name))
        self._basis = cases["basis_no"].to_numpy(object)

    @cached_property
    def _by_basis(self) -> "_Hashed":
        return _Hashed(self._basis)

    def of_number(self, number: str) -> int:
        """Return the row of a case number, -1 where there is none."""
        return self._by_number.one(number)

    def of_numbers(self, numbers: Iterable[str]) -> np.ndarray:
        """Return the rows of many numbers, -1 where there is none."""
        return self._by_number.first(np.asarray(list(numbers), dtype=object))

    def of_basis(self, number: str) -> list[int]:
        """Return the rows of the cases that enforce a judgment of this number."""
        return self._by_basis.all(number)

    def of_name(self, court: str, name: str) -> list[tuple[int, str]]:
        """Return (row, role) of the cases of a court that have a party of exactly this name."""
        found = self._by_name.all(f"{court}\x00{name}")
        return [(int(self._party_case[i]), self._party_role[i]) for i in found]

    def parties(self, row: int) -> list[tuple[str, str]]:
        """Return (name, role) of the parties of a case."""
        start, end = np.searchsorted(self._sorted_case, [row, row + 1])
        return [(self._party_name[i], self._party_role[i]) for i in self._order[start:end]]

    def like_names(self, wanted: list[tuple[str, str]], score: float) -> dict:
        """Return the nearest names: (court, name) → list of (row, role, likeness 0–100).

        Names are compared within one court and one first character only, in blocks.
        """
        result: dict[tuple[str, str], list[tuple[int, str, float]]] = {}
        if not wanted:
            return result
        asked = pd.Series(sorted(set(wanted)))
        keys = [(court, name[0]) for court, name in asked]
        courts = self.court[self._party_case]
        needed = set(keys)
        first = np.array([name[:1] for name in self._party_name], dtype=object)
        frame = pd.DataFrame({"court": courts, "first": first})
        blocks = frame.groupby(["court", "first"], sort=False).indices
        for key in sorted(needed):
            inside = blocks.get(key)
            if inside is None:
                continue
            names = [pair for pair, k in zip(asked, keys, strict=True) if k == key]
            choices, places = np.unique(self._party_name[inside].astype(str), return_inverse=True)
            rows_of = pd.Series(inside).groupby(places).indices
            likeness = process.cdist(
                [name for _, name in names], choices.tolist(), scorer=fuzz.ratio,
                score_cutoff=score, workers=1,
            )  # fmt: skip
            for number, pair in enumerate(names):
                best = np.flatnonzero(likeness[number])
                best = best[np.argsort(-likeness[number][best], kind="stable")][:5]
                result[pair] = [
                    (int(self._party_case[inside[i]]), self._party_role[inside[i]],
                     float(likeness[number][choice]))
                    for choice in best for i in rows_of[choice][:20]
                ]  # fmt: skip
        return result


class _Hashed:
    """Sorted hashes of texts, looked up and then compared in full."""

    def __init__(self, texts: np.ndarray):
        self._texts = texts
        filled = np.flatnonzero(pd.notna(texts))
        hashes = pd.util.hash_array(texts[filled].astype(object), categorize=False)
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._rows = hashes[order], filled[order]

    def all(self, text: str) -> list[int]:
        asked = pd.util.hash_array(np.array([text], dtype=object), categorize=False)[0]
        start = np.searchsorted(self._hashes, asked)
        end = np.searchsorted(self._hashes, asked, side="right")
        return [int(row) for row in self._rows[start:end] if self._texts[row] == text]

    def one(self, text: str) -> int:
        found = self.all(text)
        return found[0] if found else -1

    def first(self, texts: np.ndarray) -> np.ndarray:
        """Return one row a text, -1 where there is none."""
        if not len(texts) or not len(self._hashes):
            return np.full(len(texts), -1)
        hashes = pd.util.hash_array(texts, categorize=False)
        places = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        rows = self._rows[places]
        same = (self._hashes[places] == hashes) & (self._texts[rows] == texts)
        return np.where(same, rows, -1)


def _joined(left, right) -> np.ndarray:
    return np.array([f"{a}\x00{b}" for a, b in zip(left, right, strict=True)], dtype=object)


def near_numbers(year: int, court: str, kind: str, serial: int) -> list[tuple[str, str]]:
    """Return the numbers one slip of the hand away, with the kind of slip.

    Examples
    --------
    >>> near = dict(near_numbers(2016, "鲁0902", "执", 1234))
    >>> near["（2016）鲁0902执1243号"], near["（2015）鲁0902执1234号"]
    ('swapped', 'year')
    """
    digits = str(serial)
    found: dict[str, str] = {}

    def add(number, slip, at=None, of=None):
        if number and number[0] != "0":
            text = f"（{at or year}）{court}{of or kind}{number}号"
            found.setdefault(text, slip)

    for i in range(len(digits) - 1):
        add(digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :], "swapped")
    for other in (year - 1, year + 1):
        add(digits, "year", at=other)
    for other in ("执", "执恢", "执异", "执保"):
        if other != kind:
            add(digits, "kind", of=other)
    for i in range(len(digits)):
        for digit in "0123456789":
            add(digits[:i] + digit + digits[i + 1 :], "digit")
        add(digits[:i] + digits[i + 1 :], "missing")
    for i in range(len(digits) + 1):
        for digit in "0123456789":
            add(digits[:i] + digit + digits[i:], "extra")
    found.pop(f"（{year}）{court}{kind}{serial}号", None)
    return list(found.items())
