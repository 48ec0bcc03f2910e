"""A small classifier beside the wording rules: character n-grams and the concepts found.

Takes our own labelled texts (``parameters/petitions/texts.yaml``); gives, for a text, how likely
each allegation is, and the characters that speak most for it. It is fitted when first used, from
the same texts with the same seed: no fitted file is kept, nothing is unpickled.
"""

from functools import lru_cache
from typing import Literal

import numpy as np
from scipy.sparse import hstack

from audit_lib.parameters import Parameters, load_parameters, parameters_folder
from audit_lib.petitions.wording import Allegation, Route, load_wording
from audit_lib.petitions.words import Words, find_words

__all__ = ["AllegationModel", "LabelledTexts", "load_model", "load_texts"]

FEWEST_TEXTS = 5  # an allegation with fewer texts is not learnt
LONGEST = 2000  # characters of a text that the classifier looks at
LONG = 60


class LabelledTexts(Parameters):
    """Invented texts with the reading that a person gave them."""

    written: Literal["first", "second", "third"]
    allegations: list[Allegation]
    also: list[Allegation] = []
    route: Route
    routes_also: list[Route] = []
    texts: list[str]


def load_texts() -> list[LabelledTexts]:
    """Return our own labelled texts, one group a reading.

    Examples
    --------
    >>> sum(len(group.texts) for group in load_texts()) >= 400
    True
    """
    path = parameters_folder() / "petitions" / "texts.yaml"
    return load_parameters(path, list[LabelledTexts])


class AllegationModel:
    """One logistic regression an allegation, on character n-grams and found concepts.

    Parameters
    ----------
    seed : int
    inverse_penalty : float
        Of the logistic regression (its ``C``).

    Notes
    -----
    An allegation that a person would accept without requiring it is left out of that text's
    teaching, neither right nor wrong.
    """

    def __init__(self, seed: int = 0, inverse_penalty: float = 4.0):
        self.seed, self.inverse_penalty = seed, inverse_penalty

    def fit(self, texts: list[str], required: list[set[str]], accepted: list[set[str]]):
        """Learn from texts with the allegations that each must, and may, be read to hold."""
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        prepared = [find_words(text) for text in texts]
        self._grams = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
        self._concepts = TfidfVectorizer(analyzer=str.split, lowercase=False)
        grams = self._grams.fit_transform(words.folded.text for words in prepared)
        features = hstack(
            [grams, self._concepts.fit_transform(map(_concepts, prepared))], format="csr"
        )
        self.codes, weights, offsets = [], [], []
        for code in sorted(set().union(*required)):
            labels = np.array([code in r for r in required])
            keep = np.array(
                [code in r or code not in a for r, a in zip(required, accepted, strict=True)]
            )
            if labels.sum() < FEWEST_TEXTS:
                continue
            model = LogisticRegression(
                C=self.inverse_penalty, class_weight="balanced", random_state=self.seed,
                max_iter=400,
            ).fit(features[keep], labels[keep])  # fmt: skip
            self.codes.append(code)
            weights.append(model.coef_[0])
            offsets.append(model.intercept_[0])
        self._weights, self._offsets = np.array(weights), np.array(offsets)
        return self

    def _features(self, words: Words):
        grams = self._grams.transform([words.folded.text[:LONGEST]])
        return hstack([grams, self._concepts.transform([_concepts(words)])], format="csr")

    def score_words(self, words: Words) -> dict[str, float]:
        """Return allegation → probability, for a text whose words were found already."""
        sums = (self._features(words) @ self._weights.T)[0] + self._offsets
        return {
            code: float(1 / (1 + np.exp(-value)))
            for code, value in zip(self.codes, sums, strict=True)
        }

    def score(self, texts: list[str]) -> list[dict[str, float]]:
        """Return for each text allegation → probability."""
        return [self.score_words(find_words(text)) for text in texts]

    def speaking_words(self, words: Words, code: str) -> tuple[int, int]:
        """Return the stretch of a text that speaks most for an allegation."""
        weights = self._weights[self.codes.index(code)]
        vocabulary, text = self._grams.vocabulary_, words.folded.text[:LONGEST].lower()
        best, place = -np.inf, (0, min(1, len(text)))
        for size in (2, 3):
            for start in range(len(text) - size + 1):
                column = vocabulary.get(text[start : start + size])
                if column is not None and weights[column] > best:
                    best, place = weights[column], (start, start + size)
        return place


def _concepts(words: Words) -> str:
    """Return the concepts found in a text, as words for counting."""
    found = [concept for concept in words.hits if not concept.startswith("ask:")]
    if any(d.kind == "length" and (d.most or 0) >= LONG for d in words.dates):
        found.append("long_time")
    return " ".join(sorted(found)) or "nothing"


@lru_cache(maxsize=1)
def load_model() -> AllegationModel:
    """Return the classifier, fitted to all our labelled texts."""
    parameters, _ = load_wording()
    texts, required, accepted = [], [], []
    for group in load_texts():
        for text in group.texts:
            texts.append(text)
            required.append(set(group.allegations) or {"none"})
            accepted.append(set(group.also))
    return AllegationModel(parameters.classifier.seed).fit(texts, required, accepted)
