"""How one court's budget is spent: must, random, risk, each case at most once.

Takes one court's cases as plain arrays, gives the rows that were chosen. The random arm is drawn
from all cases that are no must and did not rest, so that it alone speaks for them; no cap and no
score touches it.
"""

import math
from dataclasses import dataclass

import numpy as np

from audit_lib.inspection.lots import draw_order, draw_random, frame_hash
from audit_lib.inspection.settings import DrawSettings

__all__ = ["CourtCases", "Places", "spend_budget"]

STRATA = ("must", "risk", "random")
_MUST_ORDER = {"assigned_petition": 0, "rectification_overdue": 1, "statutory_passivity": 2}


@dataclass(frozen=True)
class CourtCases:
    """One court's cases, each once: number, score, population, handler (None where unknown).

    ``because`` is why a case is a must (None where it is none), ``resting`` whether it was
    inspected in the round before.
    """

    names: np.ndarray
    score: np.ndarray
    population: np.ndarray
    handler: np.ndarray
    because: np.ndarray
    resting: np.ndarray


@dataclass(frozen=True)
class Places:
    """What became of one court's budget.

    Attributes
    ----------
    rows : chosen rows of the court's cases, musts first, then risk, then random, by score
    stratum : of each of them, as a place in ``STRATA``
    frame, frame_hash : how many cases the random arm was drawn from, and their hash
    random : how many were drawn
    waiting : rows of musts without a place
    all_equal : whether the scores said nothing
    """

    rows: np.ndarray
    stratum: np.ndarray
    frame: int
    frame_hash: str
    random: int
    waiting: np.ndarray
    all_equal: bool


def spend_budget(
    cases: CourtCases, court: str, places: int, seed: int, settings: DrawSettings
) -> Places:
    """Spend one court's budget of so many places."""
    names, score = cases.names, cases.score
    budget = min(places, len(names))
    n_random = min(math.ceil(settings.random_share * places - 1e-9), budget)
    lot = draw_order(names, seed, court, "all")
    must, left = _place_musts(cases.because, score, lot, budget - n_random, settings)
    frame = np.flatnonzero(~must & ~cases.resting)
    at = {name: row for row, name in zip(frame, names[frame], strict=True)}
    drawn = np.array([at[n] for n in draw_random(names[frame], n_random, seed, court)], dtype=int)
    random = np.zeros(len(names), dtype=bool)
    random[drawn] = True
    rest = np.flatnonzero(~must & ~random & ~cases.resting)
    open_places = budget - int(must.sum()) - len(drawn)
    taken = _place_risk(cases, rest, lot, open_places, places, must | random, settings)
    groups = (np.flatnonzero(must), taken, drawn)
    rows = np.concatenate(groups).astype(int)
    stratum = np.repeat(np.arange(len(STRATA)), [len(group) for group in groups])
    order = np.lexsort((names[rows].astype("U"), -score[rows], stratum)) if len(rows) else rows
    return Places(
        rows=rows[order],
        stratum=stratum[order],
        frame=len(frame),
        frame_hash=frame_hash(names[frame]),
        random=len(drawn),
        waiting=np.flatnonzero(left),
        all_equal=bool(len(rest) > 1 and np.ptp(score[rest]) == 0),
    )


def _place_musts(because, score, lot, places, settings):
    """Give the musts their places: by reason, then by score; say which are left."""
    rows = np.flatnonzero([reason is not None for reason in because])
    must, left = np.zeros(len(because), dtype=bool), np.zeros(len(because), dtype=bool)
    if len(rows):
        kind = np.array([_MUST_ORDER[because[row]] for row in rows])
        rows = rows[np.lexsort((lot[rows], -score[rows], kind))]
        statutory = np.array([because[row] == "statutory_passivity" for row in rows])
        allowed = math.ceil(settings.must.statutory_share * places - 1e-9)
        waits = statutory & (np.cumsum(statutory) > allowed)
        taken = rows[~waits][:places]
        must[taken] = True
        left[np.setdiff1d(rows, taken)] = True
    return must, left


def _place_risk(cases, rest, lot, places, budget, already, settings):
    """Fill the places by risk: highest first in each population, within the handlers' cap."""
    cap = max(settings.handler_at_least, math.ceil(settings.handler_share * budget))
    handler = cases.handler
    count: dict[str, int] = {}
    for row in np.flatnonzero(already):
        count[handler[row]] = count.get(handler[row], 0) + 1
    queue = rest[np.lexsort((lot[rest], -cases.score[rest]))]
    is_ended = cases.population[queue] == "terminated"
    ended, running = queue[is_ended], queue[~is_ended]
    for_ended = min(len(ended), round_half_up(settings.terminated_share * places))
    taken: list[int] = []
    chosen: set[int] = set()

    def take(rows, wanted):
        for row in rows:
            if wanted <= 0:
                break
            name = handler[row]
            if row in chosen or (name is not None and count.get(name, 0) >= cap):
                continue
            chosen.add(row)
            taken.append(row)
            count[name] = count.get(name, 0) + 1
            wanted -= 1

    take(ended, for_ended)
    take(running, places - len(taken))
    take(ended, places - len(taken))
    return np.array(taken, dtype=int)


def round_half_up(value: float) -> int:
    """Round to the nearest whole number, halves up.

    Examples
    --------
    >>> round_half_up(2.5), round_half_up(0.4)
    (3, 0)
    """
    return math.floor(value + 0.5)
