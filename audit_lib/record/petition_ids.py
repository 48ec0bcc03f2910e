"""Petitions that courts numbered each for itself: told apart, so that none is taken for another.

Every court may number its petitions from 1, and an export of several holds the same number
again. The first keeps it; a later one carries its court, or its turn, behind it, and the row is
named. The same petition in the same words is one that came twice.
"""

import pandas as pd

__all__ = ["PetitionIds"]

_PLACE = ["source_file", "source_sheet", "source_row"]


class PetitionIds:
    """The numbers of the petitions read so far.

    Examples
    --------
    >>> from audit_lib.record.problems import Problems
    >>> rows = pd.DataFrame({"petition_id": ["1", "1"], "court_code": ["鲁0902", "鲁0911"]})
    >>> rows = rows.assign(source_file="x.csv", source_sheet=None, source_row=[2, 3])
    >>> rows.attrs["table"] = "petitions"
    >>> PetitionIds().tell_apart(rows, Problems(), None)["petition_id"].tolist()
    ['1', '1（鲁0911）']
    """

    def __init__(self):
        self._taken: dict[str, set[int]] = {}

    def tell_apart(self, frame: pd.DataFrame, problems, balance) -> pd.DataFrame:
        """Return the petitions, each with a number of its own.

        Parameters
        ----------
        frame : DataFrame, one row a petition, in the order in which they were read
        problems : Problems; a number that came again is named, the row is kept
        balance : Balance, told of what came twice
        """
        table = frame.attrs.get("table", "petitions")
        content = frame.drop(columns=[*_PLACE, "recorded_at"], errors="ignore")
        hashes = pd.util.hash_pandas_object(content, index=False).tolist()
        courts = frame["court_code"].tolist() if "court_code" in frame else [None] * len(frame)
        ids = frame["petition_id"].tolist()
        again, twice, own = [], [], list(ids)
        for place, (number, court, row) in enumerate(zip(ids, courts, hashes, strict=True)):
            if number not in self._taken:
                self._taken[number] = {row}
            elif row in self._taken[number]:
                twice.append(place)
            else:
                self._taken[number].add(row)
                again.append(place)
                own[place] = self._other(number, court)
                self._taken[own[place]] = {row}
        frame.attrs["table"] = table
        problems.add_rows(
            "repeated_petition_id", frame, again, "petition_id", [ids[p] for p in again], "kept"
        )
        problems.add_rows("duplicate_row", frame, twice, "petition_id", [ids[p] for p in twice])
        if again:
            frame["petition_id"] = pd.Series(own, index=frame.index, dtype="str")
        if twice:
            balance.refused[table] += len(twice)
            frame = frame.drop(index=frame.index[twice]).reset_index(drop=True)
            frame.attrs["table"] = table
        return frame

    def _other(self, number: str, court) -> str:
        if isinstance(court, str) and f"{number}（{court}）" not in self._taken:
            return f"{number}（{court}）"
        turn = 2
        while f"{number}（{turn}）" in self._taken:
            turn += 1
        return f"{number}（{turn}）"
