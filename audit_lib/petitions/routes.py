"""The way on for a matter: which remedy is open, to whom and until when.

Takes what a petition alleges and who petitions; gives the route of contract/interface.md and the
reason. An act or a property right that can still be attacked by objection is never treated as
mere petitioning (诉访分离). Reads ``routes`` of ``parameters/petitions.yaml``.
"""

from collections.abc import Collection

from audit_lib.petitions.wording import Remedy, load_wording

__all__ = ["OBJECTIONS", "ROUTES_BY_REMEDY", "choose_route", "find_remedy"]

OBJECTIONS = frozenset({"conduct_objection", "outsider_objection"})

_OF_ALLEGATION = {
    "passive": "urge", "clue_ignored": "urge", "no_contact": "urge", "not_resumed": "urge",
    "wrongful_termination": "conduct_objection", "over_seizure": "conduct_objection",
    "chaotic": "conduct_objection", "sale_irregular": "conduct_objection",
    "outsider_property": "outsider_objection", "not_filed": "supervision",
    "selective": "supervision", "money_withheld": "supervision",
    "wrong_sanction": "conduct_objection", "integrity": "petition_only",
    "other": "petition_only", "none": "petition_only", "not_enforcement": "not_enforcement",
}  # fmt: skip
# from the most specific remedy to the least
ROUTES_BY_REMEDY = (
    "state_compensation", "reversal", "outsider_objection", "sanction_review",
    "conduct_objection", "supervision", "urge", "petition_only", "not_enforcement",
)  # fmt: skip


def choose_route(allegations: Collection[str], reasons: Collection[str] = ()) -> tuple[str, str]:
    """Return the route of a matter and the code of the reason for it.

    Parameters
    ----------
    allegations : codes of what is alleged; empty means nothing
    reasons : codes found in the text
        ``state_compensation``, ``reversal``, ``sanction`` (a fine or detention is attacked),
        ``remedies_used``, ``too_late`` (the time for objection is over), ``act_attacked`` (of
        money: an act or ruling, not mere delay), ``debtor_or_outsider``.

    Returns
    -------
    (route, reason)
        The reason is the allegation or the code of `reasons` that decided.

    References
    ----------
    民事诉讼法（2012）第二百二十五至二百二十七条: a complaint of inaction belongs to 226.

    Examples
    --------
    >>> choose_route(["passive", "wrongful_termination"])
    ('conduct_objection', 'wrongful_termination')
    >>> choose_route(["wrongful_termination"], ["too_late"])
    ('supervision', 'too_late')
    >>> choose_route([])
    ('petition_only', 'none')
    """
    if "not_enforcement" in allegations:
        return "not_enforcement", "not_enforcement"
    if "state_compensation" in reasons:
        return "state_compensation", "state_compensation"
    if "reversal" in reasons:
        return "reversal", "reversal"
    ways: dict[str, str] = {}
    for code in allegations:
        way = _OF_ALLEGATION[code]
        if code == "wrong_sanction" and "sanction" in reasons:
            way = "sanction_review"
        if code == "money_withheld" and "act_attacked" in reasons:
            way = "conduct_objection"
        ways.setdefault(way, code)
    for way in ROUTES_BY_REMEDY:
        if way in ways:
            if way == "conduct_objection" and "remedies_used" in reasons:
                return "supervision", "remedies_used"
            if way == "conduct_objection" and "too_late" in reasons:
                return "supervision", "too_late"
            return way, ways[way]
    return "petition_only", "none"


def find_remedy(route: str) -> Remedy:
    """Return the article of a route, who may use it and until when.

    Examples
    --------
    >>> find_remedy("urge").who
    ['creditor']
    """
    return load_wording()[0].routes[route]
