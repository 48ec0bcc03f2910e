"""The legal calendar: working days with the make-up days of the State Council's notices.

Takes nothing; gives one table that the engine joins by day. The years that the
``chinese-calendar`` package knows count with their holidays and make-up days; outside them
weekends alone count, and the table says so.
"""

from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
import numpy as np
import pyarrow as pa

FIRST, LAST = date(1990, 1, 1), date(2070, 12, 31)

__all__ = ["FIRST", "LAST", "calendar_known", "is_working_day", "roll_forward", "working_days"]


@lru_cache(maxsize=1)
def _known_years() -> range:
    years = {day.year for day in chinese_calendar.holidays}
    return range(min(years), max(years) + 1)


def calendar_known(day: date) -> bool:
    """Say whether the holidays of a day's year are known.

    Examples
    --------
    >>> calendar_known(date(2016, 10, 1)), calendar_known(date(2060, 1, 1))
    (True, False)
    """
    return day.year in _known_years()


def is_working_day(day: date) -> bool:
    """Say whether a day is worked, make-up days included.

    Examples
    --------
    >>> is_working_day(date(2016, 10, 8))  # a Saturday worked in exchange for National Day
    True
    """
    if calendar_known(day):
        return chinese_calendar.is_workday(day)
    return day.weekday() < 5


def roll_forward(day: date) -> date:
    """Return the day itself, or the first working day after it.

    References
    ----------
    Civil Procedure Law (2012), article 82: a period whose last day is a statutory holiday ends
    on the first day after it.

    Examples
    --------
    >>> roll_forward(date(2016, 10, 1))
    datetime.date(2016, 10, 8)
    """
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


@lru_cache(maxsize=1)
def working_days() -> pa.Table:
    """Return the calendar, one row a day from 1990 to 2070.

    Returns
    -------
    pyarrow Table: ``day`` date; ``next_work`` date, the first working day not before it;
        ``worked`` int, how many working days have passed up to and including it; ``is_work``
        bool; ``known`` bool, whether the year's holidays are known.
    """
    count = (LAST - FIRST).days + 1
    days = [FIRST + timedelta(days=n) for n in range(count)]
    # What `is_working_day` says of each, for 30,000 days at once.
    ordinal = np.arange(count)
    is_work = (FIRST.weekday() + ordinal) % 7 < 5
    for kept, worked in ((chinese_calendar.holidays, False), (chinese_calendar.workdays, True)):
        listed = np.array([day.toordinal() - FIRST.toordinal() for day in kept])
        is_work[listed[(listed >= 0) & (listed < count)]] = worked
    years = np.array([day.year for day in days])
    following = np.where(is_work, ordinal, count)
    following = np.minimum.accumulate(following[::-1])[::-1]
    following = np.where(following == count, ordinal, following)
    return pa.table(
        {
            "day": pa.array(days, pa.date32()),
            "next_work": pa.array([days[n] for n in following], pa.date32()),
            "worked": pa.array(np.cumsum(is_work), pa.int32()),
            "is_work": pa.array(is_work),
            "known": pa.array(np.isin(years, _known_years())),
        }
    )
