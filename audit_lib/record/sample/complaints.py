"""Petitions about invented cases: who writes, when, in what words, and what becomes of it.

Texts come from the grammar in ``parameters/sample.yaml``; what is complained of follows the
case's story, so that some petitions are borne out by the record and others are not.
"""

from typing import NamedTuple

from audit_lib.record.sample.courts import BASE_DAY, CAMPAIGN, Court, draws
from audit_lib.record.sample.story import END, Story, day_number
from audit_lib.record.sample.words import SampleWords
from audit_lib.record.sample.workdays import workday

__all__ = ["Petition", "write_petitions"]

_FIRST = day_number(2016, 1, 11)
_OF_FAULT = {
    "funds_payout_1m_old": "money_withheld", "funds_payout_30d": "money_withheld",
    "over_seizure": "over_seizure", "execute_outsider_property": "outsider_property",
    "outsider_objection_15d": "outsider_property", "no_repeat_sanction": "wrong_sanction",
    "sale_without_valuation": "sale_irregular", "zb_resume": "not_resumed",
    "verify_clue_5d": "clue_ignored", "verify_clue_7d": "clue_ignored",
    "zb_hear_applicant": "wrongful_termination", "zb_exhausted_search": "wrongful_termination",
    "zb_panel_or_consent": "wrongful_termination", "seizure_lapsed": "passive",
}  # fmt: skip
_CHANNELS = (
    "visit",
    "letter",
    "online",
    "hotline",
    "assigned",
    "letter",
    "procuratorate",
    "congress",
)
_ROLES = {"outsider_property": "outsider", "over_seizure": "debtor", "wrong_sanction": "debtor"}


class Petition(NamedTuple):
    """One petition as the register of petitions holds it; days are numbers."""

    received: int
    case: Story | None
    court: Court
    kinds: tuple[str, ...]
    channel: str
    assigned_by: str | None
    petitioner: str
    role: str
    cited: str | None
    text: str
    due: int | None
    resolved: int | None
    outcome: str | None
    reply: str | None
    unanswered: bool


def write_petitions(words: SampleWords, court: Court, stories: list[Story], until: int):
    """Return the petitions of a court's cases, and some that are about nothing of the kind."""
    found: list[Petition] = []
    for s in stories:
        if s.kind in ("执", "执恢"):
            found += _of_case(words, court, s)
    backlog = sum(s.filed <= BASE_DAY for s in stories)
    found += _others(words, court, backlog, until)
    return sorted(found, key=lambda p: (p.received, p.case.index if p.case else 0, p.text))


def _of_case(words, court, s):
    u = s.u
    wish = s.petition_wish
    end = END
    if wish is None and s.passive and u() < 0.4:
        start, end = s.passive[0]
        wish = ("passive", start + 100 + int(u() * 250))
    if wish is None and s.slow and u() < 0.1:
        start, end = s.slow[0]
        wish = ("passive", start + 60 + int(u() * 200))
    for fault, visible, _detail in s.faults:
        if wish is None and fault in _OF_FAULT and u() < 0.45:
            wish = (_OF_FAULT[fault], visible + 3 + int(u() * 25))
    if wish is None:
        return []
    received = workday(max(wish[1], _FIRST + int(u() * 250)))
    if received > end or (s.closed and received > s.closed + 120):
        return []
    first = _write(words, court, s, wish[0], received)
    again = first.resolved is None or first.resolved > received + 90
    if again and u() < 0.4:
        return [first, _write(words, court, s, wish[0], workday(received + 30 + int(u() * 50)))]
    return [first]


def _write(words, court, s, kind, received):
    u = s.u
    grammar = words.petition
    kinds = [kind]
    if kind == "passive" and u() < 0.5:
        kinds.append(s.pick(("no_contact", "clue_ignored", "integrity", "selective", "no_contact")))
    role = _ROLES.get(kind, "creditor")
    who = {"creditor": s.creditor, "debtor": s.debtors[0][0], "outsider": s.others[0][1]}[role]
    true = any(start + 60 <= received < stop for start, stop in s.passive) or any(
        visible <= received for _f, visible, _d in s.faults
    )
    lawful = any(start <= received <= stop for start, stop in s.slow)
    unanswered = False
    if true and s.passive and u() < 0.55:
        unanswered = True
        wake = s.passive[0][1]
        resolved = workday(max(wake + 20, received + 75)) if wake < END else None
    else:
        resolved = workday(received + 12 + int(u() * 40))
    # What is open while the campaign counts names its case: no one could count it otherwise.
    counted = resolved is None or resolved > CAMPAIGN
    cited = _cite(s, u()) if counted or u() < 0.6 else None
    months = max(2, (received - s.filed) // 30)
    facts = {
        "petitioner": who, "court": court.name, "debtor": s.debtors[0][0], "months": months,
        "handler": s.handler, "amount": f"{s.claim:.0f}", "no": cited,
        "asset": s.pick(grammar.assets),
    }  # fmt: skip
    plain = role == "creditor" and cited
    openings = grammar.openings if plain else grammar.openings_no_number
    if not plain and role != "creditor":
        openings = grammar.openings_of_others
        if cited:
            openings = grammar.openings_of_others_with_number
    parts = [
        s.pick(openings),
        *(s.pick(grammar.bodies[k]) for k in kinds),
        s.pick(grammar.closings),
    ]
    text = "".join(parts).format(**facts)
    channel = s.pick(_CHANNELS)
    assigned = (
        s.pick(("spc", "high_court", "intermediate", "high_court"))
        if channel == "assigned"
        else None
    )
    word = "lawful" if lawful else "supported" if true else "other"
    if s.closed and resolved and s.closed <= resolved and s.manner == "completed":
        word = "done"
    return Petition(
        received, s, court, tuple(kinds), channel, assigned, who, role, cited, text,
        received + (30 if assigned else 60) if assigned or u() < 0.5 else None, resolved,
        grammar.outcomes[word], grammar.replies[word], unanswered,
    )  # fmt: skip


def _cite(s, u):
    """Return the case's number as petitioners write it."""
    if u < 0.35:
        return s.number
    if u < 0.6:
        return s.number.replace("（", "(").replace("）", ")")
    if u < 0.75:
        return s.number.replace("（", "").replace("）", "")
    if u < 0.9:
        return s.number.replace("（", "〔").replace("）", "〕")
    return s.number.removesuffix("号")


def _others(words, court, cases, until):
    """Return petitions that name no case: thanks, questions, other troubles."""
    grammar = words.petition
    found = []
    months = max(0, (until - _FIRST) // 30 + 1)
    each = max(0.15, min(4.0, cases / 250))
    for month in range(months):
        u = draws(court, 3, month, width=16)
        for _n in range(int(each + u())):
            received = workday(_FIRST + month * 30 + int(u() * 28))
            kind = "none" if u() < 0.4 else "not_enforcement"
            texts = grammar.about_nothing if kind == "none" else grammar.not_enforcement
            who = words.surnames[int(u() * 60)] + words.given[int(u() * len(words.given))]
            text = texts[int(u() * len(texts))].format(
                court=court.name, amount=int(u() * 60000) + 3000
            )
            channel = _CHANNELS[int(u() * 4)]
            found.append(Petition(
                received, None, court, (kind,), channel, None, who, "other", None, text, None,
                workday(received + 5 + int(u() * 40)), grammar.outcomes["other"],
                grammar.replies["other"], False,
            ))  # fmt: skip
    return found
