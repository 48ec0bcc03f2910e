"""A text with everything that was found in it: phrases, meanings, times, sums.

Takes text; gives :class:`Words`, which the wording rules and the classifier both read.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from audit_lib.petitions.amounts import Amount, find_amounts
from audit_lib.petitions.dates import DateMention, find_dates
from audit_lib.petitions.folding import Folded, fold_text
from audit_lib.petitions.phrases import Span
from audit_lib.petitions.wording import MEANING, load_wording

__all__ = ["Words", "find_words"]

UNLIKE = 1.2  # from this ratio two sums are not the same debt, rounded


@dataclass(frozen=True)
class Words:
    """A folded text with everything that was found in it.

    ``hits`` are the phrases of the wording rules, ``meanings`` those of the lexicon and sums
    that differ, which only the classifier reads.
    """

    folded: Folded
    hits: dict[str, list[Span]]
    dates: list[DateMention]
    amounts: list[Amount]
    meanings: dict[str, list[Span]]


def find_words(text: str, received_on: date | None = None) -> Words:
    """Fold a text and find the phrases, meanings, times and sums in it."""
    parameters, finder = load_wording()
    folded = fold_text(text, parameters.spelling, parameters.reading.longest)
    hits, meanings = {}, {}
    for name, spans in finder.find(folded.text).items():
        if name.startswith(MEANING):
            meanings[name[len(MEANING) :]] = spans
        else:
            hits[name] = spans
    dates, amounts = find_dates(folded, received_on), find_amounts(folded)
    meanings |= _compare_amounts(amounts)
    return Words(folded, hits, dates, amounts, meanings)


def _compare_amounts(amounts: list[Amount]) -> dict[str, list[Span]]:
    """Return where a sum stands behind a clearly smaller or larger one.

    The classifier pairs these with owing, seizing and paying in the same clause or sentence: a
    debt of 30 and a seizure of 92 say what no word says.
    """
    found: dict[str, list[Span]] = {}
    for before, after in pairwise(amounts):
        if after.least >= UNLIKE * before.most:
            found.setdefault("larger_sum", []).append((after.start, after.end))
        elif before.least >= UNLIKE * after.most:
            found.setdefault("smaller_sum", []).append((after.start, after.end))
    return found
