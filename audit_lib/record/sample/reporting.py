"""What an invented court reports each month, and where it reports other than is true.

Counts are as of the 28th, as the notice demands; a court that only claims counts open cases as
closed, and each such case is planted as ``false_return``.
"""

from datetime import date
from typing import NamedTuple

from audit_lib.record.sample.complaints import Petition
from audit_lib.record.sample.courts import CAMPAIGN, Court, draws
from audit_lib.record.sample.story import Story
from audit_lib.record.sample.words import SampleWords
from audit_lib.record.sample.workdays import on_or_before, workday

__all__ = ["CATEGORIES", "Item", "Return", "build_returns", "mark_categories", "open_in"]

CATEGORIES = ("livelihood", "party_organ", "petition")


class Return(NamedTuple):
    """One court's counts of one month and category."""

    court: Court
    month: str
    category: str
    closed: int
    open: int
    submitted: int


class Item(NamedTuple):
    """One open case of a return."""

    court: Court
    month: str
    category: str
    case: Story
    reason: str
    plan: str
    promised: int
    submitted: int


def _twenty_eighths(until: int):
    year, month = 2016, 12
    while (day := date(year, month, 28).toordinal()) <= until and year < 2018:
        yield f"{year}-{month:02d}", day
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def open_in(category: str, stories: list[Story], petitions: list[Petition], day: int):
    """Return the cases of a category that stand in the record on a day, with whether open."""
    if category == "petition":
        chosen = {
            id(p.case): p.case
            for p in petitions
            if p.case and p.received <= day and (p.resolved is None or p.resolved > day)
        }
        cases = list(chosen.values())
    else:
        field = "livelihood" if category == "livelihood" else "organ"
        cases = [s for s in stories if getattr(s, field) and s.kind in ("执", "执恢")]
    return [s for s in cases if s.filed <= day]


def mark_categories(stories: list[Story], petitions: list[Petition]) -> None:
    """Give cases the mark of their court, and plant a few wrong ones."""
    complained = {}
    for p in petitions:
        if p.case and (p.resolved is None or p.resolved > CAMPAIGN):
            complained[id(p.case)] = min(p.received, complained.get(id(p.case), p.received))
    for s in stories:
        if s.kind not in ("执", "执恢"):
            continue
        s.mark_day = max(s.filed, CAMPAIGN + 3)
        if s.closed and s.closed < CAMPAIGN:
            continue
        marks = [c for c, yes in (("livelihood", s.livelihood), ("party_organ", s.organ)) if yes]
        u = s.u()
        if marks and u < 0.08 and not s.faults:
            s.plant("under_marked", s.mark_day, marks.pop())
        elif not marks and u < 0.015 and not s.faults:
            wrong = "party_organ" if s.debtors[0][1] != "natural_person" else "livelihood"
            s.plant("over_marked", s.mark_day, wrong)
            marks = [wrong]
        s.marks = [(mark, s.mark_day) for mark in marks]
        if id(s) in complained:
            s.marks.append(("petition", max(complained[id(s)] + 3, s.mark_day)))


def build_returns(words: SampleWords, court: Court, stories, petitions, until: int):
    """Return the court's monthly returns, their lists, and what is wrong in them.

    Returns
    -------
    (list of Return, list of Item, list of (case, fault, first day seen, detail))
    """
    returns, items, planted = [], [], []
    promised: dict[tuple, int] = {}
    listed_before: dict[str, set] = {c: set() for c in CATEGORIES}
    for month, day in _twenty_eighths(until):
        late = court.habit_name == "late" and month != "2017-02"
        u = draws(court, 4, int(month.replace("-", "")))
        submitted = workday(day + 2 + int(u() * 6)) if late else on_or_before(day)
        if late:
            planted.append((None, "late_return", day + 1, f"{court.code} {month}"))
        for category in CATEGORIES:
            cases = open_in(category, stories, petitions, day)
            still = [s for s in cases if s.closed is None or s.closed > day]
            closed = sum(1 for s in cases if s.closed and CAMPAIGN <= s.closed <= day)
            hidden = set()
            if court.habit_name == "claims" and still:
                count = max(1, round(len(still) * 0.3))
                order = sorted(still, key=lambda s: (-len(s.passive), s.index))
                for s in order[:count]:
                    hidden.add(id(s))
                    planted.append(
                        (s, "false_return", submitted, f"{category} {month}: counted as closed")
                    )
            vanished = None
            if court.habit_name == "slow" and month > "2016-12" and u() < 0.6:
                known = [s for s in still if s.index in listed_before[category]]
                if known:
                    vanished = known[int(u() * len(known))]
                    planted.append(
                        (
                            vanished,
                            "vanished_case",
                            submitted,
                            f"{category} {month}: left the list, not closed",
                        )
                    )
            listed_before[category] = set()
            returns.append(
                Return(
                    court,
                    month,
                    category,
                    closed + len(hidden),
                    len(still) - len(hidden),
                    submitted,
                )
            )
            for s in still:
                if id(s) in hidden or s is vanished:
                    continue
                listed_before[category].add(s.index)
                key = (category, id(s))
                before = promised.get(key)
                if before is None:
                    promise = workday(day + 25 + int(u() * 60))
                elif before <= day or u() < court.habit.slips:
                    promise = workday(max(before, day) + 20 + int(u() * 40))
                    planted.append((s, "slipped_promise", submitted, f"{category} {month}"))
                else:
                    promise = before
                promised[key] = promise
                reason, plan = _wording(words, court, s, day, promise, u)
                if court.habit_name == "copies":
                    reason, plan = words.copied.reason, words.copied.plan
                    planted.append((s, "copied_reason", submitted, f"{category} {month}"))
                items.append(Item(court, month, category, s, reason, plan, promise, submitted))
    return returns, items, planted


def _wording(words, court, s, day, promise, u):
    """Say why a case is open and what comes next, in words that fit the case."""
    pause = next((p for p in s.slow if p[0] <= day <= p[1]), None)
    kind = (
        "slow"
        if pause
        else "property"
        if s.held or u() < 0.3
        else "search"
        if u() < 0.6
        else "settle"
    )
    code = next((e for e in s.events if pause and e[0] == pause[0] and e[9]), None)
    facts = {
        "day": _said(promise), "amount": f"{s.claim:.0f}" if s.claim else "", "area": court.area,
        "debtor": s.debtors[0][0] if s.debtors else "",
        "asset": words.assets[int(u() * len(words.assets))],
        "pause": code[9] if code else words.pause_unnamed,
        "pause_day": _said(pause[0]) if pause else "",
    }  # fmt: skip
    reasons, plans = words.reasons[kind], words.plans[kind]
    return reasons[int(u() * len(reasons))].format(**facts), plans[int(u() * len(plans))].format(
        **facts
    )


def _said(day):
    on = date.fromordinal(day)
    return f"{on.year}年{on.month}月{on.day}日"
