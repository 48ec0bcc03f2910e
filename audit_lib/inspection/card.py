"""The points of each case, and the reasons in words: they add up exactly.

A weighing turns each feature's measure into a share of its points (``scale``), and the score is
the sum. Points are whole tenths, so that the printed reasons add up to the printed score, to the
last digit. The points card of ``parameters/risk.yaml`` and a trained model are both weighings.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit_lib.inspection.settings import Points, Risk

__all__ = ["Weighing", "add_points", "card_weighing", "score_points", "tell_reasons"]


@dataclass(frozen=True)
class Weighing:
    """How many points each feature can bring in one population; they add up to 100 at most.

    Attributes
    ----------
    scales : feature → its knots
    points : feature → points at a share of 1
    """

    scales: dict[str, Points]
    points: dict[str, float]

    def tenths(self, features: pd.DataFrame) -> np.ndarray:
        """Return the contributions in whole tenths of a point, one row a case."""
        out = np.zeros((len(features), len(self.points)), dtype=np.int16)
        for number, (name, points) in enumerate(self.points.items()):
            if points > 0:
                share = self.scales[name].share(features[name].to_numpy(dtype=float))
                # Cut rather than rounded: a hundred points in all are never passed.
                out[:, number] = np.floor(10.0 * points * share + 1e-9)
        return out


def card_weighing(population: str, risk: Risk) -> Weighing:
    """Return the points card of one population.

    Examples
    --------
    >>> from audit_lib.inspection.settings import load_risk
    >>> card = card_weighing("open", load_risk())
    >>> sum(card.points.values())
    100
    """
    card = risk.card[population]
    return Weighing(dict(card), {name: entry.points for name, entry in card.items()})


def add_points(features: pd.DataFrame, weighing: Weighing) -> pd.DataFrame:
    """Return each case's contributions in points, one column a feature.

    Parameters
    ----------
    features : DataFrame, one row per case of one population
    weighing : Weighing

    Returns
    -------
    DataFrame, one row per case, the index kept; every cell 0 or more, in tenths of a point
    """
    points = weighing.tenths(features) / 10.0
    return pd.DataFrame(points, columns=list(weighing.points), index=features.index)


def score_points(tenths: np.ndarray) -> np.ndarray:
    """Return the scores, 0 to 100, exact to the tenth."""
    return tenths.sum(axis=1, dtype=np.int64) / 10.0


def tell_reasons(tenths: np.ndarray, titles: list[str]) -> np.ndarray:
    """Write the contributions of each case in words, largest first.

    Parameters
    ----------
    tenths : array of whole numbers, one row per case, one column per feature
    titles : what each feature is called, in the order of the columns

    Returns
    -------
    array of text, one per case; every contribution that is not nothing stands in it

    Notes
    -----
    Cases with the same contributions share one text, and a text grows by one contribution at a
    time over all cases, so that a million are written in seconds.

    Examples
    --------
    >>> list(tell_reasons(np.array([[5, 120, 0], [0, 0, 0]]), ["late", "silent", "other"]))
    ['silent +12.0; late +0.5', '+0.0']
    """
    if not len(tenths):
        return np.array([], dtype=object)
    order = np.argsort(-tenths.astype(np.int32), axis=1, kind="stable")
    ranked = np.take_along_axis(tenths, order, axis=1)
    text = np.full(len(tenths), "", dtype=object)
    for place in range(tenths.shape[1]):
        rows = np.flatnonzero(ranked[:, place] > 0)
        if not len(rows):
            break
        key = order[rows, place].astype(np.int64) * 10_000 + ranked[rows, place]
        codes, pairs = pd.factorize(key)
        words = [f"{titles[k // 10_000]} +{k % 10_000 / 10:.1f}" for k in pairs]
        piece = np.array(words if place == 0 else [f"; {w}" for w in words], dtype=object)[codes]
        text[rows] = text[rows] + piece
    text[ranked[:, 0] <= 0] = "+0.0"
    return text
