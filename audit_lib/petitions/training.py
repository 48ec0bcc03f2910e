"""Teaching the classifier, and saying how well it reads what it was not taught.

``python -m audit_lib.petitions.training --write`` teaches anew and writes
``parameters/petitions/model.npz``; ``--measure BATCH…`` leaves each named batch out, teaches with
the rest and prints micro-F1 of the allegations and the share of right routes. Reads our own texts
(``corpus``).

Model card. One logistic regression a code (liblinear, balanced), on the five groups of
``features``, of which the n-grams weigh most. An allegation that a person would accept without
requiring it is left out of that text's teaching, neither right nor wrong. Taught by 3,275 whole
texts, 2,682 composed ones and 400 joined from two matters, all invented. Each batch from the
eighth was read once before anything was fitted to it, micro-F1 of the allegations and share of
accepted routes:

    earliest reader       8: 0.80, 89 %    9: 0.63, 75 %    10: 0.56, 68 %    11: 0.86, 88 %
    second reader, as taught by the batches before (from the nineteenth: by the first seventeen)
        11: 0.91, 93 %    12: 0.81, 89 %    13: 0.85, 89 %    14: 0.80, 86 %
        15: 0.86, 89 %    16: 0.84, 93 %    17: 0.81, 94 %    18: 0.92, 94 %
        19: 0.81, 94 %    20: 0.94, 96 %    21: 0.87, 92 %    22: 0.78, 91 %
        23: 0.74, 85 %    24: 0.76, 84 %
    third, as taught by the first twenty-four
        25: 0.78, 93 %    26: 0.84, 96 %    27: 0.73, 89 %    28: 0.77, 96 %
    fourth, taught by the first twenty-nine (27 to 29 before they taught)
        27: 0.77, 91 %    28: 0.82, 91 %    29: 0.76, 93 %    30: 0.86, 92 %    31: 0.86, 93 %
        32: 0.78, 86 %    33: 0.78, 87 %    35: 0.92, 95 %    36: 0.68, 73 %    37: 0.95, 98 %
        38: 0.75, 88 %    39: 0.96, 96 %    40: 0.89, 91 %
    this one, as taught by the batches before, more words in the lexicon, n-grams weighing more
    from the thirty-fifth, other margins without a court's words from the 37th and the 39th
        33: 0.82, 88 %    35: 0.93, 95 %    36: 0.72, 83 %    37: 0.99, 98 %    38: 0.88, 88 %
        39: 0.96, 96 %    40: 0.92, 95 %

Those seven last batches, 400 texts: 0.88 and 92 %, by the fourth reader 0.84 and 90 %. So a text
of a kind not yet seen is read with about 0.7 to 0.95 and 83 to 97 %, by how plainly it speaks: the
thirty-fifth, thirty-seventh, thirty-ninth and fortieth say what they mean in usual words, the
thirty-third and thirty-eighth mostly, with odd facts and figures, the thirty-sixth hints. The
thirty-fourth (354 texts) was written to teach and never measured. Each of 26 batches from the
eighth left out, a third of them at a time: 0.90 and 95 %; but the lexicon and the composed texts
were written after reading the misses, so the first readings above are the honest figures. Kept
aside in ``tests/petitions/held_out.yaml``, which never taught: 52 texts of the seventh, 0.95 and
94 % (the fourth reader 0.89 and 94 %), and the eighteenth, 0.97 and 98 % (0.96 and 98 %).
Few hands wrote all texts, so that strangers' letters may be read less well. Of 4,326 real messages
to authorities (``benchmarks/petitions_messages.py``) 22 are called enforcement: 10 rightly, 5
doubtfully, 7 wrongly (32 %, 95 % interval 14 to 55 %; by the fourth reader 26: 10, 5 and 11), all
read whole by one person's measure. Of a random hundred of those that the fourth reader did not
call (seed 20261124; this one calls one more, wrongly), read whole, none was missed (95 % interval
0 to 3.6 %); of the 51 others that use a word of enforcement, read by those passages, three touch a
judgment not fulfilled and are doubtful.
Weak: hints without a usual word, of favour and gifts above all; a second or third matter in
passing; texts of over 250 characters, where the wording rules decide; short texts that never name
a court, a measure or a judgment.
"""

import argparse
import sys
from collections import Counter

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from audit_lib.parameters import parameters_folder
from audit_lib.petitions.classifier import (
    AllegationModel,
    find_fingerprint,
    weigh_names,
    write_model,
)
from audit_lib.petitions.corpus import LabelledTexts, compose_texts, join_texts, load_texts
from audit_lib.petitions.features import name_features
from audit_lib.petitions.numbers import find_numbers
from audit_lib.petitions.rules import apply_rules
from audit_lib.petitions.wording import ROUTES, load_wording
from audit_lib.petitions.words import find_words

__all__ = ["measure_reading", "train_model"]

FEWEST_TEXTS = 5  # a code with fewer texts is not learnt
FEWEST_SEEN = 2  # a name in fewer texts is not learnt
COMPOSED = 0.5  # how much a composed or joined text counts beside a whole one
JOINED = 400  # texts of two matters, joined from those of one


def train_model(groups: list[LabelledTexts] | None = None) -> AllegationModel:
    """Teach the classifier.

    Parameters
    ----------
    groups : list of LabelledTexts, optional
        Else all of our own, whole and composed.
    """
    parameters, _ = load_wording()
    fingerprint = find_fingerprint()
    groups = groups or _all_texts()
    groups = [*groups, *join_texts(groups, JOINED, parameters.classifier.seed)]
    taught = [(group, text) for group in groups for text in group.texts]
    parts = [_read(text, parameters) for _, text in taught]
    seen = Counter(name for part in parts for group in part for name in set(group))
    columns = {
        name: at
        for at, name in enumerate(sorted(n for n in seen if seen[n] >= FEWEST_SEEN))
    }  # fmt: skip
    # as TfidfVectorizer smooths: rare names speak more
    rarity = np.array([np.log((1 + len(parts)) / (1 + seen[name])) + 1 for name in columns])
    rows = [weigh_names(part, columns, rarity) for part in parts]
    features = csr_matrix(
        (
            np.concatenate([values for _, values in rows]),
            np.concatenate([at for at, _ in rows]),
            np.cumsum([0, *(len(at) for at, _ in rows)]),
        ),
        shape=(len(rows), len(columns)),
    )
    importance = np.array(
        [COMPOSED if g.written in ("composed", "joined") else 1.0 for g, _ in taught]
    )
    codes, weights, offsets = [], [], []
    for code, labels, keep in _targets([group for group, _ in taught]):
        model = LogisticRegression(
            C=parameters.classifier.inverse_penalty, class_weight="balanced", tol=1e-3,
            random_state=parameters.classifier.seed, solver="liblinear",
        ).fit(features[keep], labels[keep], sample_weight=importance[keep])  # fmt: skip
        codes.append(code)
        weights.append(model.coef_[0])
        offsets.append(model.intercept_[0])
    return AllegationModel(
        tuple(codes), columns, rarity, np.array(weights).T.copy(), np.array(offsets),
        fingerprint,
    )  # fmt: skip


def _all_texts() -> list[LabelledTexts]:
    return [*load_texts(), *compose_texts()]


def _read(text: str, parameters):
    words = find_words(text)
    return name_features(words, apply_rules(words, parameters, find_numbers(text)))


def _targets(groups: list[LabelledTexts]):
    """Yield code, which texts are it, and which texts teach it."""
    required = [set(group.allegations) or {"none"} for group in groups]
    for code in sorted(set().union(*required)):
        labels = np.array([code in r for r in required])
        keep = labels | np.array([code not in group.also for group in groups])
        if labels.sum() >= FEWEST_TEXTS:
            yield code, labels, keep
    for route in ROUTES:
        labels = np.array([group.route == route for group in groups])
        keep = labels | np.array([route not in group.routes_also for group in groups])
        if labels.sum() >= FEWEST_TEXTS:
            yield f"route:{route}", labels, keep


def measure_reading(groups: list[LabelledTexts], model: AllegationModel | None = None):
    """Return how well some texts are read.

    Returns
    -------
    dict
        ``texts``; ``f1`` of the allegations over all texts (one in ``also`` is neither right nor
        wrong); ``routes``, the share of accepted routes; ``first``, the share of the first-named.
    """
    from audit_lib.petitions.reading import read_petition

    found = wrong = missed = right = first = total = 0
    for group in groups:
        for text in group.texts:
            petition = read_petition(text, model=model)
            got = {code for code, _ in petition.allegations} - {"none"}
            need = set(group.allegations)
            found, missed = found + len(got & need), missed + len(need - got)
            wrong += len(got - need - set(group.also))
            right += petition.route in [group.route, *group.routes_also]
            first += petition.route == group.route
            total += 1
    f1 = 2 * found / max(2 * found + missed + wrong, 1)
    return {"texts": total, "f1": f1, "routes": right / total, "first": first / total}


def main(arguments: list[str] | None = None) -> int:
    """Teach and write, or measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--measure", nargs="*", metavar="BATCH")
    wanted = parser.parse_args(arguments)
    for batch in wanted.measure or ():
        groups = _all_texts()
        model = train_model([group for group in groups if group.written != batch])
        told = measure_reading([group for group in groups if group.written == batch], model)
        print(batch, " ".join(f"{k}={v:.3f}" for k, v in told.items()), flush=True)
    if wanted.write:
        write_model(train_model(), parameters_folder() / "petitions" / "model.npz")
    return 0


if __name__ == "__main__":
    sys.exit(main())
