"""A small classifier beside the wording rules: n-grams, meanings and the rules' own findings.

Takes a text's words; gives how likely each allegation and each special route is, and the
characters that speak most for an allegation. Taught by our own texts (``corpus``,
``training``). What it learnt is kept in ``parameters/petitions/model.npz``: numbers and names
only, nothing is unpickled. Where the texts, the lexicon or the wording have been edited since, it
is taught anew when first used, which takes some seconds.
"""

import hashlib
import io
import zipfile
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from audit_lib.parameters import parameters_folder
from audit_lib.petitions.features import LONGEST, name_features
from audit_lib.petitions.rules import Ruled
from audit_lib.petitions.wording import load_wording
from audit_lib.petitions.words import Words

__all__ = ["AllegationModel", "find_fingerprint", "load_model", "read_model", "write_model"]

# each group of names is brought to this length; None: each name counts so much
LENGTHS = (3.0, 0.5, None, 0.5, 0.5)
SAID = 0.1
SOURCES = ("texts.yaml", "composed.yaml", "lexicon.yaml")
# the parts of petitions.yaml that change what is learnt
WORDING = {
    "spelling", "reading", "words", "denials", "allegations", "beside_debtor", "about", "silent",
    "asks",
}  # fmt: skip
_FORM = "4"  # raised when what a text is turned into changes
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the day written into the file, so that its bytes repeat


@dataclass(frozen=True)
class AllegationModel:
    """What was learnt: one weight for each name and code.

    Attributes
    ----------
    codes : tuple of str
        Allegations, ``none``, and ``route:…`` of the routes that the text itself must tell.
    columns : dict of name to row of `weights`
    rarity : array of float, one a name
    weights : array of float, names × codes
    offsets : array of float, one a code
    fingerprint : str
        Of the files that it was taught by.
    """

    codes: tuple[str, ...]
    columns: dict[str, int]
    rarity: np.ndarray
    weights: np.ndarray
    offsets: np.ndarray
    fingerprint: str = ""

    def score_words(self, words: Words, ruled: Ruled) -> dict[str, float]:
        """Return code → probability, for a text whose words and rules are known."""
        columns, values = weigh_names(name_features(words, ruled), self.columns, self.rarity)
        sums = values @ self.weights[columns] + self.offsets
        chances = 1 / (1 + np.exp(-np.clip(sums, -50, 50)))
        return {code: float(chance) for code, chance in zip(self.codes, chances, strict=True)}

    def speaking_words(self, words: Words, code: str) -> tuple[int, int]:
        """Return the stretch of a text that speaks most for an allegation."""
        column, text = self.codes.index(code), words.folded.text[:LONGEST]
        best, place = -np.inf, (0, min(1, len(text)))
        for size in (2, 3):
            for start in range(len(text) - size + 1):
                at = self.columns.get(text[start : start + size])
                if at is not None and self.weights[at, column] > best:
                    best, place = self.weights[at, column], (start, start + size)
        for name, spans in words.meanings.items():
            at = self.columns.get(f"means:{name}")
            if at is not None and self.weights[at, column] > best and spans[0][1] <= LONGEST:
                best, place = self.weights[at, column], spans[0]
        return place


def weigh_names(groups, columns: dict[str, int], rarity) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns and values of one text, each group of names brought to its length."""
    at_all, told_all = [], []
    for names, length in zip(groups, LENGTHS, strict=True):
        counts = Counter(name for name in names if name in columns)
        at = np.fromiter((columns[name] for name in counts), dtype=np.int64, count=len(counts))
        if length is None:
            told = np.full(len(at), SAID)
        else:
            told = 1 + np.log(np.fromiter(counts.values(), dtype=float, count=len(counts)))
            told *= rarity[at]
            told *= length / (np.sqrt(told @ told) or 1.0)
        at_all.append(at)
        told_all.append(told)
    return np.concatenate(at_all), np.concatenate(told_all)


def find_fingerprint(folder: Path | None = None) -> str:
    """Return the fingerprint of what teaches: our texts, the lexicon, the wording."""
    folder = folder or parameters_folder()
    told = hashlib.sha256(_FORM.encode())
    for name in SOURCES:
        told.update((folder / "petitions" / name).read_bytes().replace(b"\r\n", b"\n"))
    wording = load_wording()[0]
    told.update(wording.model_dump_json(include=WORDING).encode())
    told.update(wording.classifier.model_dump_json(include={"inverse_penalty", "seed"}).encode())
    return told.hexdigest()


def write_model(model: AllegationModel, path: Path) -> None:
    """Write what was learnt: weights to a 127th of the largest of their code."""
    scale = np.abs(model.weights).max(axis=0) / 127
    small = np.round(model.weights / scale).astype(np.int8)
    kept = np.flatnonzero(np.abs(small).max(axis=1) > 1)
    names = sorted(model.columns, key=model.columns.get)
    parts = {
        "names": _letters("\n".join(names[row] for row in kept)),
        "codes": _letters("\n".join(model.codes)), "fingerprint": _letters(model.fingerprint),
        "rarity": model.rarity[kept].astype(np.float32), "weights": small[kept],
        "scale": scale.astype(np.float32), "offsets": model.offsets.astype(np.float32),
    }  # fmt: skip
    beside = path.with_suffix(".new")  # put in its place whole: others may be reading
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, values in parts.items():
            held = io.BytesIO()
            np.save(held, values, allow_pickle=False)
            file.writestr(zipfile.ZipInfo(f"{name}.npy", _EARLIEST), held.getvalue(), 8, 9)
    beside.replace(path)


def read_model(path: Path) -> AllegationModel:
    """Read what :func:`write_model` wrote."""
    with np.load(path, allow_pickle=False) as parts:
        words = {k: parts[k].tobytes().decode() for k in ("names", "codes", "fingerprint")}
        return AllegationModel(
            codes=tuple(words["codes"].split("\n")),
            columns={name: at for at, name in enumerate(words["names"].split("\n"))},
            rarity=parts["rarity"].astype(float),
            weights=parts["weights"].astype(np.float32) * parts["scale"],
            offsets=parts["offsets"].astype(float), fingerprint=words["fingerprint"],
        )  # fmt: skip


def _letters(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), dtype=np.uint8)


@lru_cache(maxsize=2)
def _load(folder: Path) -> AllegationModel:
    path, wanted = folder / "petitions" / "model.npz", find_fingerprint(folder)
    try:
        model = read_model(path)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        model = None  # missing or damaged: it can always be taught anew
    if model is not None and model.fingerprint == wanted:
        return model
    from audit_lib.petitions.training import train_model

    return train_model()


def load_model() -> AllegationModel:
    """Return the classifier as it was taught by the files as they now stand."""
    return _load(parameters_folder())
