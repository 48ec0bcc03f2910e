"""The measures of a case's entries, each over plain arrays of some courts at once.

Takes a :class:`Batch` of entries that were known on the day, adds to one array a measure.
"""

from dataclasses import dataclass

import numpy as np

from audit_lib.inspection.settings import Risk

__all__ = [
    "NEVER",
    "Batch",
    "Role",
    "count_cosmetic",
    "find_last_kept",
    "find_pauses",
    "find_searched",
    "find_waits",
    "measure_keying",
    "measure_property",
]

NEVER = np.int32(-(2**30))


class Role:
    """What an entry tells, as bits; the waits of the parameters take two bits each after these."""

    KNOWN, CONTROLLED, STEP, FINISHED, SETTLES = 1, 2, 4, 8, 16
    PAUSE, RESUME, MOVES, QUERY, SEARCH, SANCTION, BEHIND = 32, 64, 128, 256, 512, 1024, 2048
    # A query's answer: worth a step, or not.
    ANSWER, RICH, EMPTY = 4096, 8192, 16384
    WAITS = 15

    @classmethod
    def wait(cls, number: int) -> tuple[int, int]:
        """Return the bits that open and end one wait."""
        return 1 << (cls.WAITS + 2 * number), 1 << (cls.WAITS + 2 * number + 1)


@dataclass
class Batch:
    """Some courts' entries as plain arrays; days count from 1970, a missing day is `NEVER`.

    ``court`` is the number of each case's court, for all cases asked about.
    """

    case: np.ndarray
    role: np.ndarray
    day: np.ndarray
    recorded: np.ndarray
    until: np.ndarray
    asset: np.ndarray
    court: np.ndarray


def _latest(batch, rows, count) -> np.ndarray:
    """Return for each case the last day among some rows, `NEVER` where there is none."""
    found = np.full(count, NEVER, dtype=np.int32)
    np.maximum.at(found, batch.case[rows], batch.day[rows])
    return found


def count_cosmetic(batch, last_day, out):
    """Count the entries after the last substantive act; a pause is none of them."""
    after = batch.case[(batch.day > last_day[batch.case]) & (batch.role & Role.PAUSE == 0)]
    out["cosmetic"] += np.bincount(after, minlength=len(last_day))


def measure_keying(batch, risk: Risk, out) -> np.ndarray:
    """Measure late keying and bursts; returns which rows were back-dated in a burst."""
    limits, count = risk.entries, len(out["paused"])
    rows = np.flatnonzero(batch.recorded > NEVER)
    late = batch.recorded[rows] - batch.day[rows] > limits.late_after_days
    total = np.bincount(batch.case[rows], minlength=count)
    # Two entries more than there are: one late entry of one is not yet a habit.
    late_share = np.bincount(batch.case[rows][late], minlength=count) / (total + 2.0)
    out["late_keyed"] += late_share * (total > 0)
    back_dated = np.zeros(len(batch.case), dtype=bool)
    if not len(rows):
        return back_dated
    rows = rows[_order(batch.case[rows], batch.recorded[rows])]
    case, day, recorded = batch.case[rows], batch.day[rows], batch.recorded[rows]
    new = np.r_[True, (np.diff(case) != 0) | (np.diff(recorded) != 0)]
    starts = np.flatnonzero(new)
    spread = np.maximum.reduceat(day, starts) - np.minimum.reduceat(day, starts)
    size = np.diff(np.r_[starts, len(case)])
    burst = (spread > limits.burst_spread_days) & (size >= limits.burst_at_least)
    burst[burst] = ~_system_moved(case[starts][burst], recorded[starts][burst], batch, limits)
    np.maximum.at(out["keyed_in_burst"], case[starts][burst], size[burst])
    of_burst = burst[np.cumsum(new) - 1]
    back_dated[rows] = of_burst & (recorded - day > limits.late_after_days)
    return back_dated


def _order(major, minor) -> np.ndarray:
    """Return the order by two whole numbers; one key sorts faster than two."""
    return np.argsort((major.astype(np.int64) << 32) + minor)


def _system_moved(case, recorded, batch, limits) -> np.ndarray:
    """Tell which bursts fall on a day on which very many cases of their court had one.

    Then a court's system was changed to another, and nobody is meant.
    """
    court = batch.court[case]
    _, which, bursts = np.unique((court << 32) + recorded, return_inverse=True, return_counts=True)
    cases = np.bincount(batch.court[np.unique(batch.case)], minlength=court.max(initial=0) + 1)
    return bursts[which] > np.maximum(20, limits.moved_share * cases[court])


def find_last_kept(batch, back_dated, out):
    """Find where the last substantive act was back-dated, and the last one that was not."""
    moves = batch.role & Role.MOVES != 0
    if not (moves & back_dated).any():
        return
    count = len(out["paused"])
    kept = _latest(batch, moves & ~back_dated, count)
    claimed = _latest(batch, moves & back_dated, count)
    rested = _latest(batch, batch.role & (Role.PAUSE | Role.RESUME) != 0, count)
    # With a pause after it the net silence cannot be told from one day: it stays as it is.
    doubtful = (claimed > kept) & (rested <= kept)
    out["kept_last"][doubtful] = kept[doubtful]
    out["back_dated"][doubtful] = True


def find_pauses(batch, today, out):
    """Find the cases in which slowness is lawful on the day, by a pause on record."""
    count = len(out["paused"])
    ended = _latest(batch, batch.role & (Role.RESUME | Role.SETTLES) != 0, count)
    running = batch.role & Role.PAUSE != 0
    running &= (batch.until == NEVER) | (batch.until >= today)
    running &= batch.day > ended[batch.case]
    out["paused"][batch.case[running]] = True


def find_waits(batch, today, risk: Risk, out):
    """Find since when a case waits for others: an objection, a suit, an appraiser."""
    count = len(out["paused"])
    for number, wait in enumerate(risk.waits):
        opens, ends = Role.wait(number)
        opened = _latest(batch, batch.role & opens != 0, count)
        ended = _latest(batch, batch.role & ends != 0, count)
        waits = (opened > NEVER) & (opened > ended) & (today - opened <= wait.days)
        since = np.where(waits, opened, 2**30)
        out["waiting_since"] = np.minimum(out["waiting_since"], since)


def find_searched(batch, today, risk: Risk, out):
    """Find the cases without known property in which all that is left is to ask again.

    Every search was made, or another court's seizure comes first.
    """
    count = len(out["paused"])
    queried = _latest(batch, batch.role & (Role.QUERY | Role.ANSWER) != 0, count)
    searched = _latest(batch, batch.role & Role.SEARCH != 0, count) > NEVER
    limited = _latest(batch, batch.role & Role.SANCTION != 0, count) > NEVER
    behind = _latest(batch, batch.role & Role.BEHIND != 0, count) > NEVER
    recent = queried >= today - risk.no_property.query_within_days
    out["searched"] |= recent & (searched & limited | behind) & ~out["holds"]


def _queried_property(batch, today, risk: Risk, out):
    """Measure how long what a query found has not been seized; to ask again is no step.

    What is seized later goes on as the asset that it became. A later query that finds nothing ends
    the time: from then on there was nothing to seize.
    """
    rich = batch.role & Role.RICH != 0
    if not rich.any():
        return
    count = len(out["paused"])
    seized = Role.CONTROLLED | Role.STEP | Role.FINISHED | Role.SETTLES
    taken = _latest(batch, batch.role & seized != 0, count)
    rich &= batch.day > taken[batch.case]
    first = np.full(count, today, dtype=np.int32)
    np.minimum.at(first, batch.case[rich], batch.day[rich])
    last = _latest(batch, rich, count)
    empty = _latest(batch, batch.role & Role.EMPTY != 0, count)
    # The answers about several debtors come within days of each other.
    lost = empty > last + risk.property.answers_within_days
    known = last > NEVER
    out["holds"] |= known & ~lost
    idle = np.where(lost, empty, today) - first
    np.maximum(out["property_untouched"], np.where(known, idle, 0), out=out["property_untouched"])


def measure_property(batch, today, risk: Risk, out):
    """Measure how long property that is known, and not dealt with, has not been moved on."""
    count = len(out["paused"])
    _queried_property(batch, today, risk, out)
    of_property = Role.KNOWN | Role.CONTROLLED | Role.STEP | Role.FINISHED | Role.SETTLES
    tells = batch.role & of_property != 0
    case, role, day = batch.case[tells], batch.role[tells], batch.day[tells]
    until, asset = batch.until[tells], batch.asset[tells]
    whole = (asset < 0) | (role & Role.SETTLES != 0)
    touched_all = np.full(count, NEVER, dtype=np.int32)
    np.maximum.at(touched_all, case[whole], day[whole])
    closes = whole & (role & (Role.FINISHED | Role.SETTLES) != 0)
    finished_all = np.full(count, NEVER, dtype=np.int32)
    np.maximum.at(finished_all, case[closes], day[closes])

    order = _order(case, asset)
    case, role, day, until, asset = (a[order] for a in (case, role, day, until, asset))
    if not len(case):
        return
    starts = np.flatnonzero(np.r_[True, (np.diff(case) != 0) | (np.diff(asset) != 0)])
    held = np.where(role & (Role.KNOWN | Role.CONTROLLED) != 0, day, NEVER)
    gone = np.where(role & (Role.FINISHED | Role.SETTLES) != 0, day, NEVER)
    held, gone = np.maximum.reduceat(held, starts), np.maximum.reduceat(gone, starts)
    touched = np.maximum.reduceat(day, starts)
    term = np.maximum.reduceat(until, starts)
    owner = case[starts]
    gone = np.maximum(gone, finished_all[owner])
    live = (held > NEVER) & (held > gone)
    out["holds"][owner[live]] = True
    idle = today - np.maximum(touched, touched_all[owner])
    np.maximum.at(out["property_untouched"], owner[live], idle[live].astype(float))
    left = term.astype(np.int64) - today
    soon = live & (term > NEVER) & (left >= 0) & (left <= risk.entries.term_ends_within_days)
    short = (risk.entries.term_ends_within_days - left[soon]).astype(float)
    np.maximum.at(out["term_ending"], owner[soon], short)
