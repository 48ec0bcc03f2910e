"""What one petition says: its numbers, times and sums, its allegations, its asks, its route.

Takes the text of a petition; gives a :class:`Petition`. The words that decided are quoted as they
were written. Reads ``parameters/petitions.yaml``.
"""

from dataclasses import dataclass, field
from datetime import date

from audit_lib.petitions.amounts import Amount
from audit_lib.petitions.classifier import AllegationModel, load_model
from audit_lib.petitions.dates import DateMention
from audit_lib.petitions.folding import Folded
from audit_lib.petitions.names import find_courts, find_parties
from audit_lib.petitions.phrases import Span
from audit_lib.petitions.routes import choose_route
from audit_lib.petitions.wording import PetitionParameters, load_wording
from audit_lib.petitions.words import Words, find_words
from audit_lib.record.case_no import find_case_no_spans

__all__ = ["Petition", "read_petition"]


@dataclass(frozen=True)
class Petition:
    """What one petition says.

    Attributes
    ----------
    case_nos : list of str
        Canonical case numbers, of trials too, in the order of the text.
    dates : list of DateMention
    amounts : list of Amount
        Yuan.
    parties, courts : list of str
        Names as written.
    asks : list of (code, quote)
    about_enforcement : bool
    allegations : list of (code, quote)
        Codes of the contract; empty where nothing is alleged (thanks, a question).
    route, route_reason : str
        The route, and the allegation or reason code that decided it.
    role : str
        creditor, debtor, outsider or other, as far as the words tell.
    decided_by : dict of str to str
        Allegation → ``wording`` or ``classifier``.
    about_quote : str
        The words for which the text is taken to be about enforcement, or not.
    cut : bool
        The text was longer than is read.
    """

    case_nos: list[str]
    dates: list[DateMention]
    amounts: list[Amount]
    parties: list[str]
    courts: list[str]
    asks: list[tuple[str, str]]
    about_enforcement: bool
    allegations: list[tuple[str, str]]
    route: str
    route_reason: str
    role: str = "other"
    decided_by: dict[str, str] = field(default_factory=dict)
    about_quote: str = ""
    cut: bool = False


# who and what a text is about stays, whatever it denies of them
_NEVER_DENIED = frozenset(
    ("denial", "content_with_court", "court", "court_matter", "court_hint", "execution",
     "execution_core", "execution_act", "bare_execution", "case_word", "case_number")
)  # fmt: skip
_ROLE_WORDS = {
    "申请执行人": "creditor", "申请人": "creditor", "被执行人": "debtor", "案外人": "outsider",
    "利害关系人": "interested", "interested": "interested", "creditor": "creditor",
    "debtor": "debtor", "outsider": "outsider", "other": "other", "其他": "other",
    "第三人": "interested", "竞买人": "interested", "bidder": "interested",
}  # fmt: skip


def read_petition(
    text: str,
    received_on: date | None = None,
    petitioner_role: str | None = None,
    model: AllegationModel | None = None,
) -> Petition:
    """Read one petition.

    Parameters
    ----------
    text : str
        As written: markup, scripts and instructions in it are words like others. Missing or
        blank text gives a petition that alleges nothing.
    received_on : date, optional
        The day from which 去年 and 上个月 are counted.
    petitioner_role : str, optional
        Who petitions, where the register says so; else the words decide.
    model : AllegationModel, optional
        The classifier asked where no wording rule speaks; else the one of our own texts.

    Returns
    -------
    Petition

    Notes
    -----
    The order of rules: is it about enforcement at all; what is alleged; what silences that
    (thanks, a plain question, a settled matter, a denial); which remedy is open.

    Examples
    --------
    >>> p = read_petition("(2016)鲁0902执1234号，申请执行一年多了一直没人管，对方欠我1.25万")
    >>> p.case_nos, [code for code, _ in p.allegations], p.route, p.amounts[0].yuan
    (['（2016）鲁0902执1234号'], ['passive'], 'urge', 12500.0)
    >>> read_petition("感谢执行局帮我要回工资").allegations
    []
    """
    parameters, _ = load_wording()
    text = text if isinstance(text, str) else ""
    words = find_words(text, received_on)
    spans = find_case_no_spans(text[: parameters.reading.longest]) if words.folded.text else []
    case_nos = list(dict.fromkeys(str(number) for _, _, number in spans))
    hits = _with_program_concepts(words, parameters, spans)
    _drop_denied(hits)
    found, silenced = _find_allegations(hits, words, parameters)
    about, about_quote = _is_about(hits, words, parameters, spans, found)
    role, reasons = "other", []
    decided = dict.fromkeys(found, "wording")
    if about:
        role = _find_role(hits, words, parameters, petitioner_role)
        reasons = _find_reasons(hits, words, parameters)
        if not found and not silenced and parameters.classifier.use:
            found = _ask_classifier(words, parameters, model or load_model())
            decided = dict.fromkeys(found, "classifier")
    else:
        found = {"not_enforcement": about_quote} if words.folded.text.strip() else {}
        decided = dict.fromkeys(found, "wording")
    route, reason = choose_route(list(found), reasons)
    if not about and not found:
        route, reason = "not_enforcement", "empty"
    return Petition(
        case_nos=case_nos, dates=words.dates, amounts=words.amounts,
        parties=find_parties(words.folded), courts=find_courts(words.folded),
        asks=_find_asks(hits, words), about_enforcement=about,
        allegations=list(found.items()), route=route, route_reason=reason, role=role,
        decided_by=decided, about_quote=about_quote, cut=words.folded.cut,
    )  # fmt: skip


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


def _first_match(rules, hits, words: Words):
    for rule in rules:
        span = rule.match(hits, words.folded.clause)
        if span:
            return span
    return None


def _is_about(hits, words, parameters, spans, alleged):
    """Whether the text is about a court's enforcement, and the words that say so."""
    folded, rules = words.folded, parameters.about
    numbered = next((s for s in spans if s[2].kind.startswith("执")), None)
    if numbered:
        return True, folded.original[numbered[0] : numbered[1]]
    short = len(folded.text) <= rules.incidental_length
    span = _first_match(rules.enforcement if short else rules.enforcement_long, hits, words)
    against = _first_match(rules.elsewhere, hits, words) if short else None
    if span and not against:
        return True, _quote(folded, span, parameters)
    if short and not against:
        # a short text of a court matter, though it never says 执行
        hints = hits.get("court_hint") or hits.get("judgment_won")
        named = hits.get("court_matter") or (alleged.keys() - {"other"} and hints)
        if named:
            return True, _quote(folded, named[0], parameters)
        told = [quote for code, quote in alleged.items() if code in rules.telling]
        if told:
            return True, told[0]
    first = against or (0, min(len(folded.text), parameters.reading.quote_length))
    return False, _quote(folded, first, parameters)


def _quote(folded: Folded, span: Span, parameters) -> str:
    return folded.quote(*folded.clause(*span, parameters.reading.quote_length))


def _find_allegations(hits, words: Words, parameters: PetitionParameters):
    """Return allegation → quotation."""
    found: dict[str, str] = {}
    silent = _first_match(parameters.silent, hits, words)
    if not silent:
        for strength in (False, True):
            if strength and set(found) - {"no_contact"}:
                break
            for code, rules in parameters.allegations.items():
                chosen = [rule for rule in rules if rule.weak is strength]
                if code in found or (strength and found.keys() - {"no_contact"}):
                    continue
                span = _first_match(chosen, hits, words)
                if span:
                    found[code] = _quote(words.folded, span, parameters)
        found |= _compare_sums(words, hits, parameters, found)
        if "passive" in found and found.keys() & set(parameters.beside_debtor):
            if "creditor_word" not in hits:
                del found["passive"]
    return found, bool(silent)


def _ask_classifier(words: Words, parameters: PetitionParameters, model) -> dict[str, str]:
    """Return what the classifier reads where no wording rule did, with the words that spoke."""
    settings = parameters.classifier
    scores = model.score_words(words)
    best = max(scores, key=lambda code: (scores[code], code))
    chosen = [
        code
        for code in scores
        if scores[code] >= settings.threshold.get(code, settings.default_threshold)
        or (code == best and scores[code] >= settings.best_threshold)
    ]
    found = {}
    for code in sorted(chosen, key=lambda c: -scores[c]):
        if code not in ("none", "not_enforcement"):
            found[code] = _quote(words.folded, model.speaking_words(words, code), parameters)
    return {} if best == "none" else found


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
                return {code: _quote(words.folded, span, parameters)}
    return {}


def _beside(amount: Amount, spans, within: int) -> bool:
    """Whether one of `spans` stands before the sum, or just after it, within so many characters."""
    return any(
        0 <= amount.start - end <= within or 0 <= start - amount.end <= 4 for start, end in spans
    )


def _find_role(hits, words, parameters, given) -> str:
    if given in _ROLE_WORDS:
        return _ROLE_WORDS[given]
    for role, rules in parameters.roles.items():
        if _first_match(rules, hits, words):
            return role
    return "other"


def _find_reasons(hits, words, parameters) -> list[str]:
    return [
        code for code, rules in parameters.route_reasons.items() if _first_match(rules, hits, words)
    ]


def _find_asks(hits, words: Words) -> list[tuple[str, str]]:
    asks = []
    for concept, spans in hits.items():
        if concept.startswith("ask:"):
            asks.append(
                (spans[0][0], concept[4:], words.folded.quote(*words.folded.clause(*spans[0])))
            )
    return [(code, quote) for _, code, quote in sorted(asks)]
