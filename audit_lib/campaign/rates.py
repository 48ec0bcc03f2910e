"""Shares with their interval, so that few cases are not mistaken for many."""

from math import sqrt
from statistics import NormalDist

import numpy as np

__all__ = ["share_interval"]


def share_interval(count, of, level: float = 0.95):
    """Return the Wilson score interval of a share, element by element.

    Parameters
    ----------
    count, of : numbers or arrays of numbers, ``0 <= count <= of``
    level : share of such intervals that cover the truth

    Returns
    -------
    (low, high)
        Arrays; missing where `of` is 0.

    References
    ----------
    Wilson (1927), J. Am. Stat. Assoc. 22, 209.

    Examples
    --------
    >>> low, high = share_interval(3, 10, 0.95)
    >>> round(float(low), 3), round(float(high), 3)
    (0.108, 0.603)
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    count, of = np.asarray(count, dtype=float), np.asarray(of, dtype=float)
    of = np.where(of > 0, of, np.nan)
    share = count / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * np.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


def ratio_interval(observed, expected, level: float = 0.95):
    """Return the interval of observed ÷ expected counts (Byar's approximation to the Poisson).

    Examples
    --------
    >>> low, high = ratio_interval(10, 8.0)
    >>> round(float(low), 2), round(float(high), 2)
    (0.6, 2.3)
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    observed = np.asarray(observed, dtype=float)
    expected = np.asarray(expected, dtype=float)
    expected = np.where(expected > 0, expected, np.nan)
    up = observed + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        low = observed * (1 - 1 / (9 * observed) - z / (3 * np.sqrt(observed))) ** 3
    low = np.where(observed > 0, low, 0.0)
    high = up * (1 - 1 / (9 * up) + z / (3 * np.sqrt(up))) ** 3
    return low / expected, high / expected


def lower_bound(count: int, of: int, level: float) -> float:
    """Return the one-sided Wilson lower bound of a share.

    Examples
    --------
    >>> round(lower_bound(6, 20, 0.9), 3)
    0.188
    """
    if not of:
        return 0.0
    z = NormalDist().inv_cdf(level)
    share = count / of
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, (share + z * z / (2 * of) - half) / (1 + z * z / of))
