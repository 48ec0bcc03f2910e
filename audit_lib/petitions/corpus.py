"""Our own labelled texts, from which the classifier learns.

Two kinds, both invented: whole texts (``parameters/petitions/texts.yaml``), and short cores that
carry one reading, joined with openings and endings that carry none
(``parameters/petitions/composed.yaml``), so that who speaks and how politely is not taken for what
is alleged. Two texts of one side may be joined to one that brings up both matters
(:func:`join_texts`). Gives :class:`LabelledTexts`.
"""

import random
from collections.abc import Collection
from typing import Literal

from pydantic import Field

from audit_lib.parameters import Parameters, load_parameters, parameters_folder
from audit_lib.petitions.routes import ROUTES_BY_REMEDY
from audit_lib.petitions.wording import Allegation, Route

__all__ = ["BATCHES", "LabelledTexts", "compose_texts", "join_texts", "load_texts"]

Batch = Literal[
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
    "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
    "seventeenth", "eighteenth", "nineteenth", "twentieth", "twenty_first", "twenty_second",
    "twenty_third", "twenty_fourth", "twenty_fifth", "twenty_sixth", "twenty_seventh",
    "twenty_eighth", "twenty_ninth", "thirtieth", "thirty_first", "thirty_second", "thirty_third",
    "thirty_fourth", "thirty_fifth", "thirty_sixth", "thirty_seventh", "thirty_eighth",
    "thirty_ninth", "fortieth",
    "composed", "joined",
]  # fmt: skip
BATCHES: tuple[str, ...] = Batch.__args__


# what one petitioner may well allege together
_SIDES = (
    ("passive", "no_contact", "clue_ignored", "wrongful_termination", "not_resumed",
     "money_withheld", "not_filed", "selective", "integrity"),
    ("over_seizure", "chaotic", "wrong_sanction", "sale_irregular", "integrity", "no_contact",
     "outsider_property"),
)  # fmt: skip
_BETWEEN = ("。", "，", "。另外，", "，还有", "；", "，而且", "。再说，", "，")
LONGEST_JOINED = 110  # characters of a text that is joined to another


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


def join_texts(groups: Collection[LabelledTexts], number: int, seed: int) -> list[LabelledTexts]:
    """Return texts that bring up two matters, joined from texts of `groups` with one each.

    People write of two matters at once far more often than our own texts do. The route is the
    more specific of the two. The same groups and seed give the same texts.

    Examples
    --------
    >>> joined = join_texts(load_texts(), 3, seed=1)
    >>> [len(group.allegations) for group in joined], joined == join_texts(load_texts(), 3, seed=1)
    ([2, 2, 2], True)
    """
    draw, pool = random.Random(seed), {}
    for group in groups:
        if len(group.allegations) == 1:
            texts = [text for text in group.texts if len(text) <= LONGEST_JOINED]
            pool.setdefault(group.allegations[0], []).extend((group, text) for text in texts)
    joined = []
    for count in range(number):
        codes = [code for code in _SIDES[count % 5 > 2] if pool.get(code)]
        if len(codes) < 2:
            continue
        parts = [draw.choice(pool[code]) for code in draw.sample(codes, 2)]
        (one, before), (two, after) = parts
        first, second = sorted((one.route, two.route), key=ROUTES_BY_REMEDY.index)
        joined.append(
            LabelledTexts(
                written="joined", allegations=[one.allegations[0], two.allegations[0]],
                also=sorted({*one.also, *two.also} - {*one.allegations, *two.allegations}),
                route=first,
                routes_also=sorted({second, *one.routes_also, *two.routes_also} - {first}),
                texts=[before.rstrip("。！!?？，") + draw.choice(_BETWEEN) + after],
            )
        )  # fmt: skip
    return joined
