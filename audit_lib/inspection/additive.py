"""An additive logistic model, pulled towards a prior and freed of who inspected.

The log-odds are a sum of one term a feature, so that reasons are exact and add up. Each
inspector has an effect of its own, drawn to nothing and left out of every prediction: what
remains speaks of the case. With few labels the model stays at the prior (the points card); with
many it leaves it.
"""

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

__all__ = ["AdditiveLogistic"]


class AdditiveLogistic(ClassifierMixin, BaseEstimator):
    """Logistic regression with a prior for its slopes and effects of groups that are left out.

    Parameters
    ----------
    pull : float
        Strength of the pull of the slopes towards the prior (towards nothing without one).
    group_pull : float
        Strength of the pull of each group's effect towards nothing.
    prior : sequence of float or None
        Direction of the slopes expected, one a feature; its length is learned from the data.
    rising : bool
        No slope may be negative: more of a feature never lowers the prediction.

    Attributes
    ----------
    coef_ : array (1, n_features)
    intercept_ : array (1,)
    stretch_ : float, what the prior's direction was multiplied with
    group_effects_ : dict, group → effect on the log-odds
    classes_ : array of two

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.random((400, 2))
    >>> y = (rng.random(400) < X[:, 0]).astype(int)
    >>> model = AdditiveLogistic(pull=1.0).fit(X, y)
    >>> bool(model.coef_[0, 0] > 1), bool(abs(model.coef_[0, 1]) < 1)
    (True, True)
    """

    def __init__(self, pull=1.0, group_pull=4.0, prior=None, rising=False):
        self.pull = pull
        self.group_pull = group_pull
        self.prior = prior
        self.rising = rising

    def fit(self, X, y, sample_weight=None, groups=None):
        """Fit slopes, stretch of the prior, and the groups' effects.

        Parameters
        ----------
        X : array (n, p)
        y : array (n,) of two classes
        sample_weight : array (n,), optional
            Counts for so many rows; the pulls are measured against their sum.
        groups : array (n,) of names, optional
            Who inspected; a missing name is nobody's effect.
        """
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        if type_of_target(y) != "binary":
            raise ValueError(
                "Only binary classification is supported. The type of the target is "
                f"{type_of_target(y)}."
            )
        self.classes_, target = np.unique(y, return_inverse=True)
        if len(self.classes_) != 2:
            raise ValueError(
                "Classifier can't train when only one class is present: expected two, got "
                f"{len(self.classes_)} class."
            )
        weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
        codes, names = _group_codes(groups, len(X))
        prior = np.zeros(X.shape[1]) if self.prior is None else np.asarray(self.prior, float)
        found = _solve(X, target.astype(float), weight, codes, len(names), prior, self)
        p = X.shape[1]
        self.intercept_ = found[:1].copy()
        self.stretch_ = float(found[1])
        self.coef_ = found[2 : 2 + p][None, :].copy()
        self.group_effects_ = dict(zip(names, found[2 + p :].tolist(), strict=True))
        return self

    def decision_function(self, X):
        """Return the log-odds without any group's effect."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return X @ self.coef_[0] + self.intercept_[0]

    def predict_proba(self, X):
        """Return the probabilities of both classes for an average inspector."""
        chance = expit(self.decision_function(X))
        return np.column_stack([1 - chance, chance])

    def predict(self, X):
        """Return the more probable class."""
        check_is_fitted(self)
        return self.classes_[(self.decision_function(X) > 0).astype(int)]

    def __sklearn_tags__(self):
        """Say to scikit-learn that there are exactly two classes."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags


def _group_codes(groups, size):
    if groups is None:
        return np.full(size, -1), []
    names = [None if name is None or name != name else str(name) for name in groups]
    known = sorted({name for name in names if name is not None})
    place = {name: number for number, name in enumerate(known)}
    return np.array([place.get(name, -1) for name in names]), known


def _solve(X, target, weight, codes, n_groups, prior, model) -> np.ndarray:
    """Minimise the weighted loss and the pulls; return intercept, stretch, slopes, effects."""
    p = X.shape[1]
    of_group = codes >= 0
    has_prior = bool(np.any(prior))

    def loss(at):
        effects = at[2 + p :]
        odds = at[0] + X @ at[2 : 2 + p]
        odds[of_group] += effects[codes[of_group]]
        away = at[2 : 2 + p] - at[1] * prior
        value = np.sum(weight * (np.logaddexp(0, odds) - target * odds))
        value += 0.5 * model.pull * away @ away + 0.5 * model.group_pull * effects @ effects
        # The faintest pull keeps the stretch finite where the prior parts the classes.
        value += 0.5 * 1e-3 * at[1] ** 2
        gap = weight * (expit(odds) - target)
        slope = np.empty_like(at)
        slope[0] = gap.sum()
        slope[1] = -model.pull * (away @ prior) + 1e-3 * at[1]
        slope[2 : 2 + p] = X.T @ gap + model.pull * away
        if n_groups:
            mine = np.bincount(codes[of_group], weights=gap[of_group], minlength=n_groups)
            slope[2 + p :] = mine + model.group_pull * effects
        return value, slope

    start = np.zeros(2 + p + n_groups)
    mean = np.clip(np.average(target, weights=weight), 1e-3, 1 - 1e-3)
    start[0] = np.log(mean / (1 - mean))
    bounds = [(None, None), (0, None) if has_prior else (0, 0)]
    bounds += [(0 if model.rising else None, None)] * p + [(None, None)] * n_groups
    done = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 2000, "ftol": 1e-12, "gtol": 1e-8},
    )
    return done.x
