"""Which of eight livelihood kinds a cause of action names.

Takes a cause as a record has it: the official name of 1993 to 2025, the judgment's own wording,
or what a clerk keyed in. Reads ``parameters/campaign/causes.yaml``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from audit_lib.campaign.characters import plain_text
from audit_lib.parameters import Parameters, load_parameters, parameters_folder

Kind = Literal[
    "wages",
    "parental_support",
    "spousal_support",
    "child_support",
    "bereavement",
    "medical_injury",
    "traffic_injury",
    "work_injury",
]

__all__ = ["CauseReading", "livelihood_kind", "names_hardship", "read_cause", "read_causes"]

LONGEST_CAUSE = 300  # of a longer cell only the beginning is read


class KindWords(Parameters):
    """The phrases of one kind."""

    kind: Kind
    phrases: list[str]
    unless: list[str]
    unless_not: str | None = None
    doubt: str | None = None


class HiddenWords(Parameters):
    """Causes that may hide a livelihood claim."""

    phrases: list[str]
    doubt: str


class CauseWords(Parameters):
    """The file ``parameters/campaign/causes.yaml``."""

    none_of_them: list[str]
    relations: list[str]
    relations_unless: str
    kinds: list[KindWords]
    may_hide: list[HiddenWords]
    hardship_words: list[str]


@dataclass(frozen=True)
class CauseReading:
    """What a cause names: the kind or None, why, and what is doubtful."""

    kind: Kind | None
    reason: str
    doubt: str | None = None


@lru_cache(maxsize=2)
def _words(folder) -> CauseWords:
    return load_parameters(folder / "campaign" / "causes.yaml", CauseWords)


def _any(patterns, text):
    return any(re.search(pattern, text) for pattern in patterns)


@lru_cache(maxsize=50_000)
def _read(cause: str, folder) -> CauseReading:
    words = _words(folder)
    text = plain_text(cause[:LONGEST_CAUSE])
    bare = re.sub(r"\([^()]*\)", "", text)
    relation = _any(words.relations, text) and not re.search(words.relations_unless, text)
    barred = _any(words.none_of_them, text)
    for entry in words.kinds if not (relation or barred) else ():
        if not (_any(entry.phrases, text) or _any(entry.phrases, bare)):
            continue
        stopped = _any(entry.unless, text)
        if stopped and not (entry.unless_not and re.search(entry.unless_not, text)):
            continue
        return CauseReading(entry.kind, "cause", entry.doubt)
    if barred:
        return CauseReading(None, "claims_back")
    for hidden in words.may_hide:
        if _any(hidden.phrases, text):
            return CauseReading(None, "cause_hides", hidden.doubt)
    return CauseReading(None, "cause_of_none")


def read_cause(cause: str) -> CauseReading:
    """Read the livelihood kind off a cause, with the reason and the doubt.

    Returns
    -------
    CauseReading
        ``kind`` one of the eight or None; ``reason`` and ``doubt`` codes of labels.yaml.

    Examples
    --------
    >>> read_cause("机动车交通事故责任纠纷")
    CauseReading(kind='traffic_injury', reason='cause', doubt='injury_or_property')
    >>> read_cause("劳动争议（仲裁裁决）")
    CauseReading(kind=None, reason='cause_hides', doubt='may_hold_wages')
    """
    if not isinstance(cause, str) or not cause.strip():
        return CauseReading(None, "no_cause")
    return _read(cause, parameters_folder())


def read_causes(causes: Iterable[str]) -> dict[str, CauseReading]:
    """Read many causes; the words are looked up once.

    Examples
    --------
    >>> read_causes(["赡养费纠纷"])["赡养费纠纷"].kind
    'parental_support'
    """
    folder = parameters_folder()
    return {cause: _read(cause, folder) for cause in causes if isinstance(cause, str)}


def livelihood_kind(cause: str) -> Kind | None:
    """Return which livelihood kind a cause names, or None.

    Parameters
    ----------
    cause : the cause of action: official name, old or new, or free wording

    Notes
    -----
    ``other_hardship`` is never read from a cause alone: a person marks it, with a reason.
    赡养, 扶养 and 抚养 differ by one character and are three kinds.

    References
    ----------
    泰中法办〔2016〕35号, 一(一); 法〔2011〕41号; law.md §14.

    Examples
    --------
    >>> livelihood_kind("抚养费纠纷"), livelihood_kind("扶养费纠纷"), livelihood_kind("赡养费纠纷")
    ('child_support', 'spousal_support', 'parental_support')
    >>> livelihood_kind("保险人代位求偿权纠纷") is None
    True
    """
    return read_cause(cause).kind


def names_hardship(note: str) -> bool:
    """Whether a note gives hardship as its reason.

    Examples
    --------
    >>> names_hardship("申请人系低保户，重病"), names_hardship("已电话联系")
    (True, False)
    """
    words = _words(parameters_folder())
    return isinstance(note, str) and any(word in note for word in words.hardship_words)
