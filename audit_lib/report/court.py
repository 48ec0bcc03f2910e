"""The report of one court: its parts in order, each shown in a notebook by ending a cell."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from audit_lib.labels import Lang
from audit_lib.report.attention import build_petitions, build_risk
from audit_lib.report.blocks import CaseCard, Part, Text
from audit_lib.report.card import build_card
from audit_lib.report.cards import build_cards
from audit_lib.report.cleanups import build_cleanups
from audit_lib.report.courttables import CourtTables
from audit_lib.report.findings import build_findings
from audit_lib.report.funds import build_funds
from audit_lib.report.limits import build_not_checkable, build_reliability
from audit_lib.report.links import drop_dead_links
from audit_lib.report.markup import block_html, part_html
from audit_lib.report.opening import (
    build_cover,
    build_follow_up,
    build_ledger_part,
    build_summary,
)
from audit_lib.report.page import page_html
from audit_lib.report.redact import mask_tables
from audit_lib.report.returns import build_returns
from audit_lib.report.sheet import Sheet
from audit_lib.report.strike import build_strike, build_teams, build_terms
from audit_lib.report.terminations import build_terminations
from audit_lib.report.wording import Words

__all__ = ["COURT_PARTS", "Report", "court_report"]

COURT_PARTS = {
    "ledger": build_ledger_part,
    "cleanups": build_cleanups,
    "returns": build_returns,
    "card": build_card,
    "findings": build_findings,
    "terminations": build_terminations,
    "funds": build_funds,
    "petitions": build_petitions,
    "strike": build_strike,
    "terms": build_terms,
    "teams": build_teams,
    "risk": build_risk,
    "reliability": build_reliability,
    "not_checkable": build_not_checkable,
    "cases": build_cards,
}


@dataclass(frozen=True)
class Report:
    """A report's parts in order; ``report.summary`` is the part of that name.

    Attributes
    ----------
    title : heading of the first page
    parts : Part, in order
    lang : ``zh`` or ``en``
    """

    title: str
    parts: tuple[Part, ...] = field(repr=False)
    lang: Lang = "zh"

    def __iter__(self) -> Iterator[Part]:
        return iter(self.parts)

    def __getitem__(self, key: str) -> Part:
        for part in self.parts:
            if part.key == key:
                return part
        raise KeyError(key)

    def __getattr__(self, name: str) -> Part:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError:
            known = ", ".join(part.key for part in self.parts)
            raise AttributeError(f"the report has no part `{name}`; it has: {known}") from None

    def show(self, *keys: str) -> "Report":
        """Return the named parts as one thing to show; parts that are left out are skipped."""
        return Report(self.title, tuple(p for p in self.parts if p.key in keys), self.lang)

    def _repr_html_(self) -> str:
        return "".join(map(part_html, self.parts))

    def to_html(self) -> str:
        """Return the whole report as one page that needs no network."""
        return page_html(self.title, list(self.parts), self.lang)


def court_report(
    tables: CourtTables, lang: Lang | None = None, audience: str | None = None
) -> Report:
    """Build the report of one court.

    Parameters
    ----------
    tables : CourtTables, from :func:`load_court`
    lang : ``zh`` or ``en``; the round's language when not given
    audience : an entry of ``parameters/audiences.yaml``; the round's when not given

    Returns
    -------
    Report
        Parts ``cover``, ``follow_up`` and ``summary`` (the first page), ``ledger``, ``cleanups``,
        ``returns``, ``card``, ``findings``, ``terminations``, ``funds``, ``petitions``,
        ``strike``, ``terms``, ``teams``, ``risk``, ``reliability``, ``not_checkable``,
        ``cases``. A part that the audience may not see says so and holds
        nothing else.

    Raises
    ------
    UnknownCode
        No such language or audience.
    """
    tables = mask_tables(tables, audience or tables.facts.audience)
    sheet = Sheet(tables, Words(lang or tables.facts.lang))
    left_out = set(sheet.rule.parts_left_out)
    parts = [
        build(sheet) if key not in left_out else sheet.part(key, Text(sheet.words("left_out")))
        for key, build in COURT_PARTS.items()
    ]
    shown = [key for key in COURT_PARTS if key not in left_out]
    # The first page comes last: its figures lead to what the parts hold.
    first = [build_cover(sheet), build_follow_up(sheet), build_summary(sheet, shown)]
    if "follow_up" in left_out:
        first[1] = sheet.part("follow_up", Text(sheet.words("left_out")))
    shown_parts = keep_small([*first, *parts], sheet)
    return Report(first[0].title, tuple(drop_dead_links(shown_parts)), sheet.words.lang)


def keep_small(parts: list[Part], sheet: Sheet) -> list[Part]:
    """Leave out the last case cards where a page would be larger than it may be, and say so."""
    over = sum(len(part_html(p).encode()) for p in parts) - sheet.settings.page_bytes
    kept, left = list(parts[-1].blocks), 0
    while over > 0 and kept and isinstance(kept[-1], CaseCard):
        over -= len(block_html(kept.pop()).encode())
        left += 1
    if not left:
        return parts
    kept.append(Text(sheet.words("cards_left_out", number=sheet.words.number(left)), "small"))
    return [*parts[:-1], replace(parts[-1], blocks=tuple(kept))]
