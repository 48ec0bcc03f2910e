"""What one petition says: its numbers, times and sums, its allegations, its asks, its route.

Takes the text of a petition; gives a :class:`Petition`. The words that decided are quoted as they
were written. Reads ``parameters/petitions.yaml``.
"""

from dataclasses import dataclass, field
from datetime import date

from audit_lib.petitions.amounts import Amount
from audit_lib.petitions.classifier import AllegationModel, load_model
from audit_lib.petitions.dates import DateMention
from audit_lib.petitions.folding import STOPS
from audit_lib.petitions.names import find_courts, find_parties
from audit_lib.petitions.numbers import find_numbers
from audit_lib.petitions.routes import OBJECTIONS, choose_route
from audit_lib.petitions.rules import Ruled, apply_rules, find_first_match, quote_span
from audit_lib.petitions.wording import ROUTES, load_wording
from audit_lib.petitions.words import Words, find_words

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
        The classifier that weighs the rules' findings; else the one of our own texts.

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
    spans = find_numbers(text[: parameters.reading.longest]) if words.folded.text else []
    case_nos = list(dict.fromkeys(str(number) for _, _, number in spans))
    ruled = apply_rules(words, parameters, spans)
    scores = {}
    if parameters.classifier.use and words.folded.text.strip():
        model = model or load_model()
        scores = _score(words, ruled, parameters, model)
    found, decided = _choose_allegations(words, ruled, parameters, scores, model)
    about = bool(words.folded.text.strip()) and "not_enforcement" not in found
    role = _find_role(ruled.hits, words, parameters, petitioner_role) if about else "other"
    route, reason = _find_route(found, decided, ruled, about, parameters, scores)
    if not about and not found:
        route, reason = "not_enforcement", "empty"
    return Petition(
        case_nos=case_nos, dates=words.dates, amounts=words.amounts,
        parties=find_parties(words.folded), courts=find_courts(words.folded),
        asks=_find_asks(ruled.hits, words), about_enforcement=about,
        allegations=list(found.items()), route=route, route_reason=reason, role=role,
        decided_by=decided, about_quote=ruled.about_quote, cut=words.folded.cut,
    )  # fmt: skip


def _score(words: Words, ruled: Ruled, parameters, model) -> dict[str, float]:
    """Return code → chance; what a rule names is also weighed in its own sentence.

    Of several sentences each may bring up a matter of its own, which the whole would drown.
    """
    scores, text = model.score_words(words, ruled), words.folded.original
    if not ruled.short or _is_elsewhere(scores):
        return scores
    for code, quote in ruled.found.items():
        start = text.find(quote)
        sentence = text[_last_stop(text, start) : _next_stop(text, start + len(quote))]
        if start < 0 or len(sentence) > 0.8 * len(text) or code not in scores:
            continue
        part = find_words(sentence)
        alone = model.score_words(part, apply_rules(part, parameters))
        scores[code] = max(scores[code], alone[code])
    return scores


def _is_elsewhere(scores: dict[str, float]) -> bool:
    """Whether a text is likeliest no complaint, or none about enforcement."""
    chances = {code: v for code, v in scores.items() if not code.startswith("route:")}
    return max(chances, key=lambda code: (chances[code], code)) in ("none", "not_enforcement")


def _last_stop(text: str, place: int) -> int:
    return max(text.rfind(stop, 0, max(place, 0)) for stop in STOPS) + 1


def _next_stop(text: str, place: int) -> int:
    return min([at for stop in STOPS if (at := text.find(stop, place)) >= 0], default=len(text))


def _choose_allegations(words: Words, ruled: Ruled, parameters, scores, model):
    """Return allegation → quotation, and allegation → who decided.

    In a short text the classifier weighs the rules' findings with the rest of the words. A long
    one mentions much by the way, and our own texts hold few: there the rules decide, and the
    classifier is asked only where they find nothing.
    """
    if not words.folded.text.strip():
        return {}, {}
    by_rules = ruled.found if ruled.about else {"not_enforcement": ruled.about_quote}
    if not scores or (not ruled.short and (by_rules or ruled.silenced)):
        return by_rules, dict.fromkeys(by_rules, "wording")
    chosen = _choose_codes(words, ruled, parameters, scores)
    found, decided = {}, {}
    for code in sorted(chosen, key=lambda c: (-scores[c], c)):
        quote = ruled.found.get(code)
        decided[code] = "wording" if quote else "classifier"
        if code == "not_enforcement":
            quote = ruled.about_quote
        found[code] = quote or quote_span(
            words.folded, model.speaking_words(words, code), parameters
        )
    return found, decided


def _choose_codes(words: Words, ruled: Ruled, parameters, scores) -> set[str]:
    """Return the allegations that the classifier takes."""
    settings = parameters.classifier
    chances = {c: v for c, v in scores.items() if not c.startswith("route:")}
    if ruled.numbered:
        chances.pop("not_enforcement", None)
    best = max(chances, key=lambda code: (chances[code], code))
    if best == "not_enforcement" or not (
        ruled.numbered
        or ruled.hits.keys() & set(parameters.about.anchors)
        or _is_near(words, ruled, parameters, chances, best)
    ):
        return {"not_enforcement"}
    if best == "none":
        return set()
    usual = {
        code: settings.default_threshold if code in ruled.found else settings.unnamed_threshold
        for code in chances
    }
    chosen = {c for c, v in chances.items() if v >= settings.threshold.get(c, usual[c])}
    chosen.add(best)
    chosen -= {"none", "not_enforcement"}
    if len(chosen) > 1 and chances.get("other", 0.0) < settings.other_threshold:
        chosen.discard("other")
    return chosen


def _is_near(words: Words, ruled: Ruled, parameters, chances, best) -> bool:
    """Whether a short text that never names a court is still about its measures."""
    if len(words.folded.text) > parameters.about.weak_length:
        return False
    settings = parameters.classifier
    margin = settings.telling_margin if best in settings.telling else settings.unanchored_margin
    if not words.meanings.keys().isdisjoint(settings.near_meanings):
        margin = settings.near_margin
    if best == "none":  # thanks and withdrawals need not name a court
        margin = settings.unanchored_margin if "settled" in ruled.hits else 1.0
    sure = chances[best] - chances.get("not_enforcement", 0.0) >= margin
    return sure or bool(ruled.hits.keys() & set(parameters.about.weak_anchors))


def _find_route(found, decided, ruled: Ruled, about: bool, parameters, scores) -> tuple[str, str]:
    """Return the route and its reason: what the allegations lead to, weighed with the whole text.

    The table of routes decides unless the classifier, which learnt the routes of whole texts, is
    surer of another by ``route_margin``. An act or a property right is never turned into mere
    petitioning; nor into urging or supervision where a wording rule named it.
    """
    settings = parameters.classifier
    route, reason = choose_route(list(found), ruled.reasons if about else ())
    if not about or not scores or not ruled.short:
        return route, reason
    chances = {
        name: scores.get(f"route:{name}", 0.0) + settings.route_margin * (name == route)
        for name in ROUTES
        if name != "not_enforcement"
    }
    best = max(chances, key=lambda name: (chances[name], name))
    acts = [code for code in found if choose_route([code])[0] in OBJECTIONS]
    if acts and best == "petition_only":
        return route, reason
    named = {code for code in acts if decided[code] == "wording"}
    # against a closing alone the time for objection ends: there supervision may be what is left
    if (best == "urge" and named) or (best == "supervision" and named - {"wrongful_termination"}):
        return route, reason
    return (route, reason) if best == route else (best, "whole_text")


def _find_role(hits, words, parameters, given) -> str:
    if given in _ROLE_WORDS:
        return _ROLE_WORDS[given]
    for role, rules in parameters.roles.items():
        if find_first_match(rules, hits, words):
            return role
    return "other"


def _find_asks(hits, words: Words) -> list[tuple[str, str]]:
    asks = []
    for concept, spans in hits.items():
        if concept.startswith("ask:"):
            asks.append(
                (spans[0][0], concept[4:], words.folded.quote(*words.folded.clause(*spans[0])))
            )
    return [(code, quote) for _, code, quote in sorted(asks)]
