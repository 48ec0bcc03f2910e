"""Our own labelled texts, from which the classifier learns.

Two kinds, both invented: whole texts (``parameters/petitions/texts.yaml``), and short cores that
carry one reading, joined with openings and endings that carry none
(``parameters/petitions/composed.yaml``), so that who speaks and how politely is not taken for what
is alleged. Gives :class:`LabelledTexts`.
"""

from typing import Literal

from pydantic import Field

from audit_lib.parameters import Parameters, load_parameters, parameters_folder
from audit_lib.petitions.wording import Allegation, Route

__all__ = ["BATCHES", "LabelledTexts", "compose_texts", "load_texts"]

Batch = Literal[
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
    "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
    "seventeenth", "eighteenth", "nineteenth", "twentieth", "twenty_first", "twenty_second",
    "twenty_third", "twenty_fourth",
    "composed",
]  # fmt: skip
BATCHES: tuple[str, ...] = Batch.__args__


class LabelledTexts(Parameters):
    """Invented texts with the reading that a person gave them."""

    written: Batch
    allegations: list[Allegation]
    also: list[Allegation] = []
    route: Route
    routes_also: list[Route] = []
    texts: list[str] = Field(min_length=1)


class _Cores(Parameters):
    """Cores of one reading, and by whom they are said."""

    said_by: str
    allegations: list[Allegation]
    also: list[Allegation] = []
    route: Route
    routes_also: list[Route] = []
    cores: list[str] = Field(min_length=1)


class _Composed(Parameters):
    openings: dict[str, list[str]]
    endings: list[str]
    groups: list[_Cores]


def load_texts() -> list[LabelledTexts]:
    """Return our own labelled texts, one group a reading.

    Examples
    --------
    >>> sum(len(group.texts) for group in load_texts()) >= 1200
    True
    """
    path = parameters_folder() / "petitions" / "texts.yaml"
    return load_parameters(path, list[LabelledTexts])


def compose_texts() -> list[LabelledTexts]:
    """Return each core alone, and once more behind an opening and before an ending.

    Which opening and ending follows from the core's place in the file: the same file gives the
    same texts.

    Examples
    --------
    >>> compose_texts()[0].written
    'composed'
    """
    file = load_parameters(parameters_folder() / "petitions" / "composed.yaml", _Composed)
    groups, count = [], 0
    for group in file.groups:
        openings = file.openings.get(group.said_by, [""])
        texts = []
        for core in group.cores:
            count += 1
            opening = openings[count * 7 % len(openings)]
            ending = file.endings[count * 5 % len(file.endings)] if count % 2 else ""
            mark = "，。！?"[count % 4]
            joined = f"{opening}{',，。'[count % 3]}" if opening else ""
            texts += [core + "。！?"[count % 3], f"{joined}{core}{mark if ending else ''}{ending}"]
        groups.append(
            LabelledTexts(
                written="composed", allegations=group.allegations, also=group.also,
                route=group.route, routes_also=group.routes_also,
                texts=list(dict.fromkeys(texts)),
            )
        )  # fmt: skip
    return groups
