"""Working days as day numbers (``date.toordinal``), for inventing days that a court works.

Reads the public calendar of mainland China (chinese-calendar); outside its years weekends alone
are rest days. The law room counts with a calendar of its own; this one only places acts.
"""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

__all__ = ["after", "due", "due_months", "months_later", "on_or_before", "quiet_monday", "workday"]

_FIRST = date(2010, 1, 1)
_LAST = date(2022, 12, 31)
_BASE = _FIRST.toordinal()


@lru_cache(maxsize=1)
def _tables() -> tuple[list[int], list[int]]:
    """Return, for each day, the working day on or after it and the one on or before it."""
    days = [_FIRST + timedelta(days=n) for n in range((_LAST - _FIRST).days + 1)]
    work = [chinese_calendar.is_workday(day) for day in days]
    following, preceding = [0] * len(days), [0] * len(days)
    near = _BASE + len(days)
    for n in range(len(days) - 1, -1, -1):
        near = _BASE + n if work[n] else near
        following[n] = near
    near = _BASE
    for n in range(len(days)):
        near = _BASE + n if work[n] else near
        preceding[n] = near
    return following, preceding


_FOLLOWING, _PRECEDING = _tables()


def workday(day: int) -> int:
    """Return `day`, or the first working day after it."""
    return _FOLLOWING[day - _BASE]


def on_or_before(day: int) -> int:
    """Return `day`, or the last working day before it."""
    return _PRECEDING[day - _BASE]


def after(day: int, days: float) -> int:
    """Return the working day on or after `day` plus so many calendar days."""
    return _FOLLOWING[day + int(days) - _BASE]


def due(day: int, days: int) -> int:
    """Return the last day of a term of days: the first day is not counted, a rest day rolls on.

    Examples
    --------
    >>> date.fromordinal(due(date(2016, 9, 28).toordinal(), 3)).isoformat()
    '2016-10-08'
    """
    return _FOLLOWING[day + days - _BASE]


def months_later(day: int, months: int) -> int:
    """Return the same day of a later month, or that month's last day."""
    start = date.fromordinal(day)
    number = start.year * 12 + start.month - 1 + months
    year, month = divmod(number, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last)).toordinal()


def due_months(day: int, months: int) -> int:
    """Return the last day of a term of months, rolled past rest days."""
    return _FOLLOWING[months_later(day, months) - _BASE]


@lru_cache(maxsize=4096)
def quiet_monday(day: int) -> int:
    """Return the first Monday from `day` on that opens three weeks without any holiday."""
    day += (7 - date.fromordinal(day).weekday()) % 7
    while any((_FOLLOWING[day + n - _BASE] == day + n) != (n % 7 < 5) for n in range(21)):
        day += 7
    return day
