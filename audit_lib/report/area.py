"""All courts of a round in counts: no case, no name of a person is in them."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from audit_lib.errors import UnreadableSource
from audit_lib.report.card import card_counts
from audit_lib.report.courttables import CourtTables, RoundFacts, load_court
from audit_lib.report.figures import count_figures, rule_counts
from audit_lib.report.ledger import build_ledger
from audit_lib.report.redact import mask_tables
from audit_lib.report.sheet import Sheet
from audit_lib.report.wording import Words

__all__ = ["THEMES", "Area", "CourtSummary", "summaries", "summarise_court"]

THEMES = tuple("passive chaotic termination funds objection coercion petition report".split())


@dataclass(frozen=True)
class CourtSummary:
    """One court in counts.

    Attributes
    ----------
    facts : RoundFacts
    figures : id → number or ``None``
    campaign : DataFrame, one row a category
    rules : DataFrame, one row a rule with a finding
    duties : DataFrame, one row a duty: the rectification card
    ledger : state → number of issues of earlier rounds
    forecast, standing, proposals, strike : the court's rows of these tables; of ``strike`` the
        number of cases by state
    absent : tables that were not computed
    """

    facts: RoundFacts
    figures: dict[str, float | None]
    campaign: pd.DataFrame
    rules: pd.DataFrame
    duties: pd.DataFrame
    ledger: dict[str, int]
    forecast: pd.DataFrame
    standing: pd.DataFrame
    proposals: pd.DataFrame
    strike: dict[str, int]
    absent: frozenset[str]


def summarise_court(tables: CourtTables) -> CourtSummary:
    """Count one court for the overview."""
    return CourtSummary(
        tables.facts,
        count_figures(tables),
        tables["campaign"],
        rule_counts(tables),
        card_counts(tables),
        build_ledger(tables)["state"].value_counts().to_dict(),
        tables["forecast"],
        tables["standing"],
        tables["proposals"],
        tables["strike"]["state"].value_counts().to_dict(),
        tables.absent,
    )


def summaries(courts: Iterable) -> list[CourtSummary]:
    """Count each court that is given as a folder or as tables; in the order of their codes."""
    found = []
    for court in courts:
        if not isinstance(court, CourtSummary):
            tables = court if isinstance(court, CourtTables) else load_court(court, whole=False)
            court = summarise_court(tables)
        found.append(court)
    if not found:
        raise UnreadableSource("An overview needs the tables of at least one court.")
    return sorted(found, key=lambda s: s.facts.court_code)


class Area:
    """The courts of a round being written about."""

    def __init__(self, courts, lang, audience):
        self.courts = summaries(courts)
        facts = self.courts[0].facts
        self.facts = facts
        self.audience = audience or facts.audience
        self.words = Words(lang or facts.lang)
        # An empty court carries the audience's rules for counts; no row of a case gets here.
        empty = CourtTables(facts, {})
        self.sheet = Sheet(mask_tables(empty, self.audience), self.words)

    def total(self, figure: str) -> float | None:
        """Add a figure over the courts that have it."""
        known = [s.figures[figure] for s in self.courts if s.figures[figure] is not None]
        return sum(known) if known else None

    def shown(self, figure: str, value) -> str:
        """Return a figure in words."""
        if figure.startswith("money") and value is not None:
            return self.words.yuan(value)
        return self.sheet.count(value)

    def categories(self) -> pd.DataFrame:
        """Return the progress of every court and category, with the court's name."""
        return self.together("campaign")

    def together(self, name: str) -> pd.DataFrame:
        """Return a table of every court in one, with the court's name in ``court``."""
        frames = [
            getattr(s, name).assign(court=s.facts.court_name)
            for s in self.courts
            if len(getattr(s, name))
        ]
        if not frames:
            return getattr(self.courts[0], name).assign(court="")
        return pd.concat(frames, ignore_index=True)

    def rules(self) -> pd.DataFrame:
        """Return the rules with findings over all courts, most cases first."""
        frames = [s.rules.assign(courts=1) for s in self.courts if len(s.rules)]
        if not frames:
            return self.courts[0].rules.assign(courts=0)
        together = pd.concat(frames, ignore_index=True)
        counts = together.groupby("rule", sort=True).agg(
            theme=("theme", "first"),
            source=("source", "first"),
            article=("article", "first"),
            cases=("cases", "sum"),
            courts=("courts", "sum"),
        )
        return counts.reset_index().sort_values(["cases", "rule"], ascending=[False, True])
