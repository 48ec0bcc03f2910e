"""Inspections of earlier rounds: which cases were seen, by whom, and what was recorded.

What is recorded follows the hidden truth, blurred by how harsh the inspector is; how a case came
to be seen stands beside it.
"""

from datetime import date
from typing import NamedTuple

from audit_lib.record.sample.courts import Court, draws
from audit_lib.record.sample.story import Story
from audit_lib.record.sample.words import SampleWords
from audit_lib.record.sample.workdays import workday

__all__ = ["Visit", "build_visits", "passive_on"]

_CHAOTIC = ("over_seizure", "no_repeat_sanction", "fine_limits", "detention_max_15d", "execute_",
            "sale_without_valuation", "seizure_release_due", "freeze_deposit_max_1y")  # fmt: skip


class Visit(NamedTuple):
    """One issue that an inspector recorded about a case, or that there was none."""

    case: Story
    round: str
    day: int
    inspector: str
    issue: str
    selected_as: str
    probability: float
    status: str | None
    reason: str | None
    examined: str | None
    note: str
    rectify_by: int | None
    rectified: int | None


def passive_on(s: Story, day: int) -> bool:
    """Tell whether a case has truly been let lie for sixty days or more on a day."""
    return any(start + 60 <= day < stop for start, stop in s.passive)


def build_visits(words: SampleWords, court: Court, stories, petitions, until: int) -> list[Visit]:
    """Return what the rounds before a day recorded about a court's cases."""
    found: list[Visit] = []
    complained = {id(p.case): p for p in petitions if p.case}
    seen: set = set()
    for name, text in words.inspection_rounds.items():
        day = date.fromisoformat(text).toordinal()
        if day > until:
            break
        u = draws(court, 5, int(name.replace("-", "")))
        frame = [
            s for s in stories
            if s.kind in ("执", "执恢") and s.filed <= day - 30
            and (s.closed is None or s.closed > day or _ended_lately(s, day))
        ]  # fmt: skip
        if not frame:
            continue
        budget = max(3, round(len(frame) * 0.1))
        must = [
            s
            for s in frame
            if (p := complained.get(id(s)))
            and p.assigned_by
            and p.received <= day
            and id(s) not in seen
        ][: max(1, budget // 4)]
        rest = [s for s in frame if id(s) not in {id(m) for m in must} | seen]
        share = max(1, round(budget * 0.35))
        drawn = sorted(rest, key=lambda s: (u(), s.index))[:share]
        taken = {id(s) for s in drawn}
        risk_order = sorted(
            (s for s in rest if id(s) not in taken),
            key=lambda s: (
                -(day - s.filed) * (0.4 + 0.6 * u()) - 300 * passive_on(s, day) * u(),
                s.index,
            ),
        )
        risk = risk_order[: max(0, budget - len(must) - share)]
        seen = set()
        for stratum, cases, chance in (
            ("must", must, 1.0),
            ("risk", risk, 1.0),
            ("random", drawn, len(drawn) / len(rest) if rest else 1.0),
        ):
            for s in cases:
                seen.add(id(s))
                found += _record(
                    words, s, name, day + int(u() * 4), stratum, round(chance, 6), u, until
                )
    return found


def _ended_lately(s: Story, day: int) -> bool:
    return s.manner == "procedure_terminated" and s.closed > day - 400


def _record(words, s, name, day, stratum, chance, u, until):
    inspector = words.inspectors[int(u() * len(words.inspectors))]
    day = workday(day)
    issues = []
    if u() < (0.82 if passive_on(s, day) else 0.03) + inspector.harsh * (
        1 if passive_on(s, day) else 0.4
    ):
        issues.append("passive")
    faults = [f for f, visible, _d in s.faults if visible <= day]
    looks = (
        ("chaotic", any(f.startswith(_CHAOTIC) for f in faults)),
        ("termination", any(f.startswith("zb_") for f in faults)),
        ("funds", any(f.startswith("funds_") for f in faults)),
        ("petition", "unanswered_petition" in faults),
    )
    for issue, true in looks:
        if u() < (0.85 if true else 0.0):
            issues.append(issue)
    notes = words.inspection_notes
    rows = []
    for issue in issues or ["none"]:
        status, reason = None, None
        draw = u()
        if issue != "none" and draw < 0.06:
            status, reason = "disputed", words.inspection_reasons["disputed"]
        elif issue != "none" and draw < 0.09:
            status, reason = "withdrawn", words.inspection_reasons["withdrawn"]
        bound = day + 30 if issue != "none" and status is None else None
        done = workday(day + 10 + int(u() * 45)) if bound and u() < 0.75 else None
        rows.append(Visit(
            s, name, day, inspector.name, issue, stratum, chance, status, reason,
            None if u() < 0.9 else "passive;termination",
            notes[issue][int(u() * len(notes[issue]))],
            workday(bound) if bound else None, done,
        ))  # fmt: skip
    return rows
