"""Which inspector looks at which case: nobody in conflict, the least burdened first."""

import hashlib

import pandas as pd

from audit_lib.inspection.roundfile import Inspector

__all__ = ["assign_inspectors"]


def assign_inspectors(selected: pd.DataFrame, inspectors: tuple[Inspector, ...]) -> pd.Series:
    """Give each case an inspector without a conflict, the least burdened first.

    Parameters
    ----------
    selected : DataFrame, one row per chosen case
        ``case_no``, ``court_code``, ``handler``, ``seed``
    inspectors : the round's, with what each must not touch

    Returns
    -------
    Series of names; missing where every inspector has a conflict, or there is none
    """
    if not inspectors:
        return pd.Series(None, index=selected.index, dtype="str")
    load = {person.name: 0 for person in inspectors}
    out = []
    for row in selected.itertuples():
        free = [
            person.name
            for person in inspectors
            if row.court_code not in person.not_courts
            and row.handler not in person.not_handlers
            and row.case_no not in person.not_cases
            and person.name != row.handler
        ]
        # Among the least burdened by lot, so that no inspector is tied to a stratum.
        lots = {n: hashlib.sha256(f"{row.seed}|{row.case_no}|{n}".encode()).digest() for n in free}
        name = min(free, key=lambda n: (load[n], lots[n]), default=None)
        if name is not None:
            load[name] += 1
        out.append(name)
    return pd.Series(out, index=selected.index, dtype="str")
