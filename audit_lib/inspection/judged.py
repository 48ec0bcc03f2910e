"""One record judged as a whole: law, silence, petitions and categories, in the order they need.

The campaign's duties and the routing of petitions hang on what other tables say, so the engine
runs a second time for those few rules, on events derived from petitions, categories and
monthly returns.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from audit_lib.campaign import categorise_cases
from audit_lib.campaign.returns import due_day, months_due
from audit_lib.campaign.settings import load_campaign
from audit_lib.inspection.draw import Draw, plan_draw
from audit_lib.inspection.known import record_as_known
from audit_lib.inspection.roundfile import Round
from audit_lib.inspection.scoring import score_cases
from audit_lib.labels import Lang
from audit_lib.law import check_snapshot, load_pack, measure_silence
from audit_lib.law.court_log import EXTRA_COLUMNS
from audit_lib.petitions import check_petitions

__all__ = [
    "Judged",
    "check_derived",
    "derive_events",
    "draw_round",
    "join_findings",
    "judge_record",
    "plan_round",
    "score_record",
]

STATUTORY_ROUTES = ("conduct_objection", "outsider_objection", "reversal")


@dataclass(frozen=True)
class Judged:
    """What all rooms below say of one record on one day.

    ``findings`` as of :func:`audit_lib.law.check_snapshot`, ``claims`` as of
    :func:`audit_lib.petitions.check_petitions`, ``silence`` and ``categories`` likewise.
    """

    findings: pd.DataFrame
    claims: pd.DataFrame
    silence: pd.DataFrame
    categories: pd.DataFrame


def derive_events(
    snapshot, as_of: date, claims: pd.DataFrame, categories: pd.DataFrame
) -> pd.DataFrame:
    """Turn petitions, categories and monthly returns into events for the engine.

    Returns
    -------
    DataFrame, one row an event
        ``case_no`` (missing for a duty of the court itself), ``court_code``, ``event``,
        ``day``, ``until``, ``document_no``, ``source_file``, ``source_row``.
    """
    parts = [
        _statutory(snapshot, claims),
        _old_cases(snapshot, categories),
        _old_petitions(snapshot, categories),
        _returns(snapshot, as_of),
    ]
    frame = pd.concat([p for p in parts if len(p)] or [pd.DataFrame()], ignore_index=True)
    frame = frame.reindex(columns=list(EXTRA_COLUMNS))
    for column in ("day", "until"):
        frame[column] = frame[column].astype("datetime64[us]")
    for column in ("case_no", "court_code", "event", "document_no", "source_file"):
        frame[column] = frame[column].astype("str").where(frame[column].notna())
    frame["source_row"] = frame["source_row"].astype("Int64")
    order = ["court_code", "case_no", "event", "day", "document_no"]
    return frame.drop_duplicates(order).sort_values(order, ignore_index=True)


def _statutory(snapshot, claims: pd.DataFrame) -> pd.DataFrame:
    """Give each petition that raises a matter for a statutory remedy, on its case."""
    if claims.empty:
        return pd.DataFrame()
    rows = claims[claims["route"].isin(STATUTORY_ROUTES) & claims["case_no"].notna()]
    rows = rows.drop_duplicates(["petition_id", "case_no"])
    rows = rows[["petition_id", "case_no"]].merge(
        snapshot.petitions[["petition_id", "received_on", "source_file", "source_row"]],
        on="petition_id",
    )
    rows = rows.merge(snapshot.cases[["case_no", "court_code"]], on="case_no")
    return pd.DataFrame(
        {
            "case_no": rows["case_no"],
            "court_code": rows["court_code"],
            "event": "statutory_matter_petitioned",
            "day": rows["received_on"],
            "document_no": rows["petition_id"],
            "source_file": rows["source_file"],
            "source_row": rows["source_row"],
        }
    )


def _old_cases(snapshot, categories: pd.DataFrame) -> pd.DataFrame:
    events = {"party_organ": "old_party_organ_case", "livelihood": "old_livelihood_case"}
    rows = categories[categories["old"].eq("yes") & categories["category"].isin(events)]
    rows = rows[["case_no", "category"]].merge(
        snapshot.cases[["case_no", "court_code", "filed_on", "source_file", "source_row"]],
        on="case_no",
    )
    return pd.DataFrame(
        {
            "case_no": rows["case_no"],
            "court_code": rows["court_code"],
            "event": rows["category"].map(events),
            "day": rows["filed_on"],
            "source_file": rows["source_file"],
            "source_row": rows["source_row"],
        }
    )


def _old_petitions(snapshot, categories: pd.DataFrame) -> pd.DataFrame:
    """Give the petition matters of the target; one matter a case, from its first petition."""
    rows = categories[categories["old"].eq("yes") & categories["category"].eq("petition")]
    rows = rows[["case_no", "court_code", "opened_on", "basis"]].merge(
        snapshot.cases[["case_no", "source_file", "source_row"]], on="case_no"
    )
    return pd.DataFrame(
        {
            "case_no": rows["case_no"],
            "court_code": rows["court_code"],
            "event": "old_petition_matter",
            "day": rows["opened_on"],
            "document_no": rows["basis"],
            "source_file": rows["source_file"],
            "source_row": rows["source_row"],
        }
    )


def _returns(snapshot, as_of: date) -> pd.DataFrame:
    """Give each month's return that is owed, and the day on which the last part came."""
    returns, settings = snapshot.returns, load_campaign().returns
    if returns.empty and not snapshot.columns_given("returns"):
        return pd.DataFrame()
    owing = snapshot.courts[snapshot.courts["level"].isin(settings.due_from)]
    owing = owing[owing["court_code"].isin(snapshot.court_codes)]
    first = min(load_campaign().baseline, as_of)
    rows = []
    for court in owing.itertuples():
        for month in months_due(as_of):
            here = returns[returns["court_code"].eq(court.court_code) & returns["month"].eq(month)]
            if len(here) and here["submitted_on"].isna().any():
                continue  # when it came is not recorded: nothing can be said
            common = {"court_code": court.court_code, "document_no": month}
            rows.append(
                {**common, "event": "monthly_return_due", "day": first, "until": due_day(month),
                 "source_file": court.source_file, "source_row": court.source_row}
            )  # fmt: skip
            if here["category"].nunique() == 3:
                last = here.sort_values("submitted_on").iloc[-1]
                rows.append(
                    {**common, "event": "monthly_return_submitted", "day": last["submitted_on"],
                     "source_file": last["source_file"], "source_row": last["source_row"]}
                )  # fmt: skip
    return pd.DataFrame(rows)


def check_derived(
    snapshot,
    as_of: date,
    claims: pd.DataFrame,
    categories: pd.DataFrame,
    everything: bool = False,
) -> pd.DataFrame:
    """Judge the duties that hang on petitions, categories and returns.

    Returns
    -------
    DataFrame, as :func:`audit_lib.law.check_snapshot`, of those rules alone.
    """
    pack = load_pack()
    derived = {
        "statutory_matter_petitioned", "old_party_organ_case", "old_livelihood_case",
        "old_petition_matter", "monthly_return_due",
    }  # fmt: skip
    names = [
        name
        for name, rule in pack.checkable().items()
        if any(h.event in derived for v in rule.versions.values() for h in v.start)
    ]
    extra = derive_events(snapshot, as_of, claims, categories)
    return check_snapshot(snapshot, as_of, everything, extra, pack, rules=names)


def join_findings(findings: pd.DataFrame, derived: pd.DataFrame) -> pd.DataFrame:
    """Put two tables of findings together, in the order of one."""
    order = ["court_code", "case_no", "rule", "started_on", "subject", "due_on", "evidence"]
    parts = [part for part in (findings, derived) if len(part)] or [findings]
    return pd.concat(parts, ignore_index=True).sort_values(order, ignore_index=True)


def judge_record(
    snapshot,
    as_of: date,
    everything: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Judged:
    """Judge one record by law, silence, petitions and categories.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
        Audit day; nothing later is seen.
    everything : bool
        Keep all outcomes of law, not only late, overdue and breached.
    progress : called with (rules judged, rules to judge).

    Returns
    -------
    Judged
    """
    findings = check_snapshot(snapshot, as_of, everything, progress=progress)
    claims = check_petitions(snapshot, as_of, findings=findings)
    categories = categorise_cases(snapshot, as_of, claims=claims)
    derived = check_derived(snapshot, as_of, claims, categories, everything)
    findings = join_findings(findings, derived)
    return Judged(findings, claims, measure_silence(snapshot, as_of), categories)


def draw_round(
    snapshot, round_: Round, model=None, progress: Callable[[int, int], None] | None = None
) -> pd.DataFrame:
    """Judge, score and draw one round; see :func:`plan_round`, whose ``selected`` this is."""
    return plan_round(snapshot, round_, model, progress).selected


def plan_round(
    snapshot, round_: Round, model=None, progress: Callable[[int, int], None] | None = None
) -> Draw:
    """Judge, score and draw one round.

    Parameters
    ----------
    round_ : Round, from :func:`audit_lib.inspection.load_round`
    model : RiskModel or None
        Scores by it where its own card says that it is better than the points card.

    Returns
    -------
    Draw, as :func:`audit_lib.inspection.plan_draw`; its ``statements`` say what could not be done.

    Raises
    ------
    BadRound
        The round names a court that the snapshot does not hold.
    """
    part = snapshot.only(round_.courts_of(snapshot.court_codes))
    with record_as_known(part, round_.as_of) as known:
        judged = judge_record(known, round_.as_of, everything=True, progress=progress)
        scores = _score(known, round_.as_of, judged, model, round_.lang)
        if known is not part:
            # A must rests on the law's findings, which count an act keyed in later.
            judged = judge_record(part, round_.as_of, everything=True)
    return plan_draw(scores, round_, part, findings=judged.findings, claims=judged.claims)


def score_record(
    snapshot,
    as_of: date,
    model=None,
    lang: Lang = "zh",
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Judge and score one record as it was known on a day.

    Returns
    -------
    DataFrame, one row a case, as :func:`audit_lib.inspection.score_cases`.

    Notes
    -----
    What was keyed in after the day is not seen: findings of law count it, an order of attention
    does not.
    """
    with record_as_known(snapshot, as_of) as known:
        judged = judge_record(known, as_of, everything=True, progress=progress)
        return _score(known, as_of, judged, model, lang)


def _score(snapshot, as_of, judged: Judged, model, lang) -> pd.DataFrame:
    return score_cases(
        snapshot, as_of, findings=judged.findings, claims=judged.claims,
        silence=judged.silence, categories=judged.categories, model=model, lang=lang,
    )  # fmt: skip
