"""The random arm's lots: SHA-256 of seed, court, frame and case number.

Anyone can repeat them with any tool, and no run of them can be chosen.
"""

import hashlib

import numpy as np

__all__ = ["draw_order", "draw_random", "frame_hash"]


def frame_hash(case_nos) -> str:
    """Return the hash of a list of cases, whatever their order.

    Examples
    --------
    >>> frame_hash(["b", "a"]) == frame_hash(["a", "b"])
    True
    """
    return hashlib.sha256("\n".join(sorted(map(str, case_nos))).encode()).hexdigest()


def draw_order(case_nos, seed: int, court_code: str, frame: str) -> np.ndarray:
    """Return a number between 0 and 1 for each case, fixed by seed, court, frame and number.

    It is the first seven bytes of SHA-256 of ``seed|court|frame|case number`` over 2 ** 56.
    """
    start = hashlib.sha256(f"{seed}|{court_code}|{frame}|".encode())
    digests = []
    for case_no in case_nos:
        digest = start.copy()
        digest.update(str(case_no).encode())
        digests.append(digest.digest()[:8])
    numbers = np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64)
    return (numbers >> np.uint64(8)) / 2.0**56


def draw_random(case_nos, count: int, seed: int, court_code: str) -> list[str]:
    """Draw `count` cases so that each is equally likely; anyone gets the same ones.

    Parameters
    ----------
    case_nos : the frame, in any order
    count : how many to draw
    seed : the round's seed
    court_code : the court

    Returns
    -------
    list of case numbers, in the order in which they came out

    Examples
    --------
    >>> draw_random(["a", "b", "c", "d"], 2, seed=1, court_code="鲁0902")
    ['c', 'd']
    >>> draw_random(["d", "c", "b", "a"], 2, seed=1, court_code="鲁0902")
    ['c', 'd']
    """
    names = sorted(map(str, case_nos))
    order = draw_order(names, seed, court_code, frame_hash(names))
    return [names[place] for place in np.argsort(order, kind="stable")[:count]]
