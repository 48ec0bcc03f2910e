"""What the wording rules say of a text: what it is about, what it alleges, what silences that.

Takes the words found in a text; gives :class:`Ruled`, which the reading and the classifier both
use. Reads the rules of ``parameters/petitions.yaml``.
"""

from dataclasses import dataclass

from audit_lib.petitions.amounts import Amount
from audit_lib.petitions.folding import Folded
from audit_lib.petitions.phrases import Span
from audit_lib.petitions.wording import PetitionParameters
from audit_lib.petitions.words import Words

__all__ = ["Ruled", "apply_rules", "find_first_match", "quote_span"]

# who and what a text is about stays, whatever it denies of them
_NEVER_DENIED = frozenset(
    ("denial", "content_with_court", "court", "court_matter", "court_hint", "execution",
     "execution_core", "execution_act", "bare_execution", "case_word", "case_number")
)  # fmt: skip


@dataclass(frozen=True)
class Ruled:
    """What the wording rules say.

    Attributes
    ----------
    hits : dict of concept to spans
        With long waits, sums and case numbers, without what is denied.
    found : dict of allegation to quotation
    silenced : bool
        Thanks, a plain question or a settled matter.
    about : bool
        About a court's enforcement; ``about_quote`` are the words that say so, or not.
    numbered : bool
        An enforcement case number stands in the text: certainly about enforcement.
    elsewhere : bool
        Words of another body or proceeding speak against enforcement.
    short : bool
        Not longer than ``about.incidental_length``.
    reasons : list of str
        For the route.
    """

    hits: dict[str, list[Span]]
    found: dict[str, str]
    silenced: bool
    about: bool
    about_quote: str
    numbered: bool
    elsewhere: bool
    short: bool
    reasons: list[str]

    def names(self) -> list[str]:
        """Return what the rules say as words for the classifier."""
        names = [f"rule_{code}" for code in self.found]
        names.append("about" if self.about else "not_about")
        names += ["silenced"] if self.silenced else []
        return names + (["elsewhere"] if self.elsewhere else [])


def apply_rules(words: Words, parameters: PetitionParameters, spans=()) -> Ruled:
    """Apply the wording rules to a text.

    Parameters
    ----------
    words : Words
    parameters : PetitionParameters
    spans : case numbers found in the text, as (start, end, number)
    """
    hits = _with_program_concepts(words, parameters, spans)
    _drop_denied(hits)
    found, silenced = _find_allegations(hits, words, parameters)
    short = len(words.folded.text) <= parameters.about.incidental_length
    against = find_first_match(parameters.about.elsewhere, hits, words) if short else None
    about, quote = _is_about(hits, words, parameters, spans, found, short, against)
    numbered = any(number.kind.startswith("执") for _, _, number in spans)
    reasons = _find_reasons(hits, words, parameters)
    return Ruled(hits, found, silenced, about, quote, numbered, against is not None, short, reasons)


def _with_program_concepts(words: Words, parameters: PetitionParameters, spans):
    """Add what phrases cannot say: long waits, sums, case numbers."""
    hits = dict(words.hits)
    limit = parameters.reading.long_time_days
    lengths = [d for d in words.dates if d.kind == "length" and d.most is not None]
    for concept, chosen in (
        ("long_time", [d for d in lengths if d.most >= limit]),
        ("short_time", [d for d in lengths if d.most < limit]),
    ):
        if chosen:
            hits[concept] = [(d.start, d.end) for d in chosen]
    if words.amounts:
        hits["amount"] = [(a.start, a.end) for a in words.amounts]
    if spans:
        where = words.folded.position
        hits["case_number"] = [(where(start), where(end)) for start, end, _ in spans]
    for concept in [c[: -len("_false")] for c in hits if c.endswith("_false")]:
        false = hits[concept + "_false"]
        kept = [
            s for s in hits.get(concept, ()) if not any(a < s[1] and s[0] < b for a, b in false)
        ]
        hits[concept] = kept
        if not kept:
            del hits[concept]
    if "execution_false" in hits and "execution" not in hits:
        hits.pop("execution_core", None)
    return hits


def _drop_denied(hits):
    """Take away what is said not to be meant: 不是说法官不作为."""
    ends = [end for _, end in hits.get("denial", ())]
    if not ends:
        return
    for concept in [c for c in hits if c not in _NEVER_DENIED]:
        hits[concept] = [
            (start, end)
            for start, end in hits[concept]
            if not any(0 <= start - stop <= 8 for stop in ends)
        ]
        if not hits[concept]:
            del hits[concept]


def find_first_match(rules, hits, words: Words) -> Span | None:
    """Return where the first of some rules matches, or None."""
    for rule in rules:
        span = rule.match(hits, words.folded.clause)
        if span:
            return span
    return None


def _is_about(hits, words, parameters, spans, alleged, short, against):
    """Whether the text is about a court's enforcement, and the words that say so."""
    folded, rules = words.folded, parameters.about
    numbered = next((s for s in spans if s[2].kind.startswith("执")), None)
    if numbered:
        return True, folded.original[numbered[0] : numbered[1]]
    span = find_first_match(rules.enforcement if short else rules.enforcement_long, hits, words)
    if span and not against:
        return True, quote_span(folded, span, parameters)
    if short and not against:
        # a short text of a court matter, though it never says 执行
        hints = hits.get("court_hint") or hits.get("judgment_won")
        named = hits.get("court_matter") or (alleged.keys() - {"other"} and hints)
        if named:
            return True, quote_span(folded, named[0], parameters)
        told = [quote for code, quote in alleged.items() if code in rules.telling]
        if told:
            return True, told[0]
    first = against or (0, min(len(folded.text), parameters.reading.quote_length))
    return False, quote_span(folded, first, parameters)


def quote_span(folded: Folded, span: Span, parameters: PetitionParameters) -> str:
    """Return the clause of a stretch as it was written."""
    return folded.quote(*folded.clause(*span, parameters.reading.quote_length))


def _find_allegations(hits, words: Words, parameters: PetitionParameters):
    """Return allegation → quotation."""
    found: dict[str, str] = {}
    silent = find_first_match(parameters.silent, hits, words)
    if not silent:
        for strength in (False, True):
            if strength and set(found) - {"no_contact"}:
                break
            for code, rules in parameters.allegations.items():
                chosen = [rule for rule in rules if rule.weak is strength]
                if code in found or (strength and found.keys() - {"no_contact"}):
                    continue
                span = find_first_match(chosen, hits, words)
                if span:
                    found[code] = quote_span(words.folded, span, parameters)
        found |= _compare_sums(words, hits, parameters, found)
        if "passive" in found and found.keys() & set(parameters.beside_debtor):
            if "creditor_word" not in hits:
                del found["passive"]
    return found, bool(silent)


def _compare_sums(words: Words, hits, parameters, found):
    """Read over-seizure, or too much taken, from sums named beside owing and seizing."""
    owed = [a for a in words.amounts if _beside(a, hits.get("owe", ()), 14)]
    factor = parameters.checking.over_seizure_factor
    for code, concept in (("over_seizure", "seize"), ("chaotic", "taking")):
        if code in found:
            continue
        held = [a for a in words.amounts if a not in owed and _beside(a, hits.get(concept, ()), 20)]
        for debt in owed:
            more = next((a for a in held if a.least >= factor * debt.most), None)
            if more:
                span = min(debt.start, more.start), max(debt.end, more.end)
                return {code: quote_span(words.folded, span, parameters)}
    return {}


def _beside(amount: Amount, spans, within: int) -> bool:
    """Whether one of `spans` stands before the sum, or just after it, within so many characters."""
    return any(
        0 <= amount.start - end <= within or 0 <= start - amount.end <= 4 for start, end in spans
    )


def _find_reasons(hits, words, parameters) -> list[str]:
    return [
        code
        for code, rules in parameters.route_reasons.items()
        if find_first_match(rules, hits, words)
    ]
