"""The days of the monthly returns: which months are due, by when, and as of when they count.

Reads the ``returns`` part of ``parameters/campaign.yaml``.
"""

import datetime

import pandas as pd

from audit_lib.campaign.settings import load_campaign

__all__ = ["count_day", "due_day", "month_of", "months_due"]


def months_due(as_of: datetime.date) -> list[str]:
    """Return the months for which a return can exist by a day, in order.

    Examples
    --------
    >>> months_due(datetime.date(2017, 2, 3))
    ['2016-12', '2017-01', '2017-02']
    """
    settings = load_campaign().returns
    first, last = pd.Period(settings.first_month, "M"), pd.Period(settings.last_month, "M")
    until = min(pd.Period(as_of, "M"), last)
    return [str(month) for month in pd.period_range(first, until, freq="M")]


def due_day(month: str) -> pd.Timestamp:
    """Return the day by which the return of a month is due.

    Examples
    --------
    >>> due_day("2017-01")
    Timestamp('2017-01-28 00:00:00')
    """
    return pd.Timestamp(f"{month}-{load_campaign().returns.due_day:02d}")


def month_of(as_of: datetime.date) -> str:
    """Return the month of a day as returns write it.

    Examples
    --------
    >>> month_of(datetime.date(2016, 12, 28))
    '2016-12'
    """
    return f"{as_of:%Y-%m}"


def count_day(as_of: datetime.date) -> datetime.date:
    """Return the day as of which a month is counted: its 28th, or `as_of` if that is earlier.

    Examples
    --------
    >>> count_day(datetime.date(2017, 1, 31)), count_day(datetime.date(2017, 1, 5))
    (datetime.date(2017, 1, 28), datetime.date(2017, 1, 5))
    """
    return min(as_of, as_of.replace(day=load_campaign().returns.due_day))
