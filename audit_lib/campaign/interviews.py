"""Proposals to call a court to an interview, each with its figures; a person decides.

Takes progress, discrepancies of the returns and inspection results; gives one row a court and
trigger. Reads the ``interviews`` part of ``parameters/campaign.yaml``. The decision is recorded
in the round's file (``interviews``), never here.
"""

import datetime
from collections.abc import Iterable

import numpy as np
import pandas as pd

from audit_lib.campaign.rates import lower_bound
from audit_lib.campaign.returns import read_returns
from audit_lib.campaign.settings import load_campaign

__all__ = ["PROPOSAL_COLUMNS", "propose_interviews"]

PROPOSAL_COLUMNS = [
    "court_code", "trigger", "category", "figure", "of", "share", "bound", "threshold",
    "proposed", "reason", "doubt", "cases", "evidence", "decision", "decided_by", "decided_on",
    "decision_reason",
]  # fmt: skip


def propose_interviews(
    snapshot,
    as_of: datetime.date,
    progress: pd.DataFrame,
    faults: pd.DataFrame,
    interviews: Iterable = (),
    declined: Iterable = (),
    everything: bool = False,
) -> pd.DataFrame:
    """Propose which courts to call to an interview, and say why.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
    progress : output of ``build_progress``
    faults : output of ``check_returns``
    interviews : the calls recorded in the round's file; each has ``court``, ``by``, ``on``
    declined : the decisions there not to call a court; each has ``reason`` too
    everything : also give the triggers that were looked at and not reached

    Returns
    -------
    DataFrame, one row a court and trigger (and category, for missed_target)
        ``figure`` of ``of`` (counts), ``share``, ``bound`` (lower bound of a rate), ``threshold``
        (of the figure; of the rate for passive_rate) · ``proposed`` yes/no · ``reason`` a code of
        ``campaign_trigger_reason`` · ``doubt`` · ``cases`` (numbers, ``;`` between) ·
        ``evidence`` · ``decision`` called, declined or missing, ``decided_by``, ``decided_on``,
        ``decision_reason``.

    Notes
    -----
    A figure that agrees with the court's own marks is not counted as a false return: the
    categories are in dispute, not the truth. Of inspections only confirmed ones of the random
    arm give a rate; the others were picked because something was suspected.

    References
    ----------
    泰中法办〔2016〕35号, 二 and 三(三): 对完不成目标任务的，启动约谈问责机制.
    """
    settings = load_campaign().interviews
    rows = [
        *_targets(progress, settings.missed_target),
        *_false(snapshot, faults, as_of, settings),
        *_late(faults, settings.late_return),
        *_slipped(snapshot, faults, as_of, settings.slipped_promise),
        *_passive(snapshot, as_of, settings.passive_rate),
        *_overdue(snapshot, as_of, settings.rectification_overdue),
    ]
    table = pd.DataFrame(rows, columns=PROPOSAL_COLUMNS)
    decided = {i.court: ("called", i) for i in interviews if i.on <= as_of}
    decided |= {i.court: ("declined", i) for i in declined if i.on <= as_of}
    court = table["court_code"]
    table["decision"] = court.map({c: what for c, (what, _) in decided.items()})
    table["decided_by"] = court.map({c: i.by for c, (_, i) in decided.items()})
    on = court.map({c: pd.Timestamp(i.on) for c, (_, i) in decided.items()})
    table["decided_on"] = pd.to_datetime(on).astype("datetime64[us]")
    said = {c: getattr(i, "reason", None) for c, (_, i) in decided.items()}
    table["decision_reason"] = court.map(said).astype(object)
    for column in ("figure", "of"):
        table[column] = pd.to_numeric(table[column]).astype("Int64")
    if not everything:
        table = table[table["proposed"] == "yes"]
    return table.sort_values(["court_code", "trigger", "category"], ignore_index=True)


def _row(court, trigger, figure, threshold, reached, reason, cases=(), evidence=(), **more):
    chosen = list(dict.fromkeys(str(c) for c in cases if pd.notna(c)))
    proof = list(dict.fromkeys(str(e) for e in evidence if pd.notna(e) and e != ""))
    return {
        "court_code": court, "trigger": trigger, "figure": figure, "threshold": threshold,
        "proposed": "yes" if reached else "no", "reason": reason,
        "cases": "; ".join(chosen) or None, "evidence": "; ".join(proof) or None, **more,
    }  # fmt: skip


def _targets(progress, trigger):
    for row in progress.itertuples():
        if row.target_state in ("not_due", "not_bound") or not row.backlog:
            continue
        left = round(int(row.backlog) * (1 - row.share_counted))
        missed = row.target_state in ("missed", "met_late")
        reason = {"missed": "target_missed", "met_late": "target_met_late"}
        yield _row(
            row.court_code, "missed_target", left, trigger.fewest,
            row.target_state == "missed" and left >= trigger.fewest,
            reason.get(row.target_state, "target_met"), category=row.category,
            of=int(row.backlog), share=round(left / int(row.backlog), 4),
            doubt="termination_not_checked"
            if missed and row.judged_by == "cleared_lawful" and row.termination_checked == "no"
            else None,
        )  # fmt: skip


def _false(snapshot, faults, as_of, settings):
    """One return is a month and category; it is false once, whatever is wrong in it."""
    sent = read_returns(snapshot, as_of)
    sent = sent[sent["fault"].isna() | sent["fault"].eq("two_returns")]
    sent = sent.drop_duplicates(["court_code", "month", "category"]).groupby("court_code").size()
    chosen = faults[faults["fault"].isin(settings.false_faults)]
    # A dispute about categories, or a petition that nobody has read, is no false return.
    sure = ~chosen["doubt"].isin(
        ["agrees_with_own_marks", "claims_not_read", "linked_by_name", "likely_link"]
    )
    chosen = chosen[sure]
    for court, group in chosen.groupby("court_code", sort=True):
        false, of = len(group[["month", "category"]].drop_duplicates()), int(sent.get(court, 0))
        yield _row(court, "false_return", false, settings.false_return.fewest,
                   false >= settings.false_return.fewest, "returns_against_record",
                   group["case_no"], group["evidence"], of=of or None,
                   share=round(false / of, 4) if of else None)  # fmt: skip


def _late(faults, trigger):
    chosen = faults[faults["fault"].isin(["late_return", "missing_return"])]
    chosen = chosen[chosen["doubt"].ne("nothing_to_report")]
    for court, group in chosen.groupby("court_code", sort=True):
        months = sorted(group["month"].unique())
        yield _row(court, "late_return", len(months), trigger.fewest,
                   len(months) >= trigger.fewest, "returns_late", (),
                   [*group["evidence"].dropna(), *months],
                   doubt=next(iter(group["doubt"].dropna()), None))  # fmt: skip


def _slipped(snapshot, faults, as_of, trigger):
    items = snapshot.return_items
    items = items[items["promised_on"].notna() & (items["month"] <= f"{as_of:%Y-%m}")]
    given = items.groupby("court_code")["case_no"].nunique()
    chosen = faults[faults["fault"].isin(["slipped_promise", "promise_passed"])]
    for court, group in chosen.groupby("court_code", sort=True):
        count, of = group["case_no"].nunique(), int(given.get(court, 0))
        share = count / of if of else np.nan
        yield _row(court, "slipped_promise", count, trigger.fewest,
                   count >= trigger.fewest and share >= trigger.share, "promises_slip",
                   group["case_no"], group["evidence"], of=of, share=round(share, 4))  # fmt: skip


def _inspected(snapshot, as_of):
    seen = snapshot.inspections
    late = seen["inspected_on"] > pd.Timestamp(as_of)
    return seen[~late]


def _passive(snapshot, as_of, trigger):
    seen = _inspected(snapshot, as_of)
    arm = seen[seen["selected_as"].eq("random") & ~seen["status"].isin(["disputed", "withdrawn"])]
    # What `none` speaks for is in `examined`; missing means all.
    looked = arm["examined"].isna() | arm["examined"].astype("string").str.contains("passive")
    arm = arm[looked.fillna(True).astype(bool) | arm["issue"].eq("passive")]
    arm = arm[arm["inspected_on"].notna()]
    arm = arm.assign(passive=arm["issue"].eq("passive"))
    cases = arm.groupby(["court_code", "case_no"])["passive"].any().reset_index()
    for court, group in cases.groupby("court_code", sort=True):
        of, count = len(group), int(group["passive"].sum())
        bound = lower_bound(count, of, trigger.level)
        found = group.loc[group["passive"], "case_no"]
        yield _row(court, "passive_rate", count, trigger.rate,
                   of >= trigger.fewest and bound > trigger.rate, "passive_confirmed", found,
                   of=of, share=round(count / of, 4), bound=round(bound, 4),
                   doubt="few_inspected" if of < trigger.fewest else None)  # fmt: skip


def _overdue(snapshot, as_of, trigger):
    today = pd.Timestamp(as_of)
    seen = _inspected(snapshot, as_of)
    due = seen[seen["rectify_by"].notna() & ~seen["status"].eq("withdrawn")]
    due = due[due["issue"].ne("none")]
    over = due[(due["rectify_by"] < today) & ~(due["rectified_on"] <= today)]
    given = due.groupby("court_code").size()
    for court, group in over.groupby("court_code", sort=True):
        of = int(given[court])
        days = group["rectify_by"].dt.strftime("%Y-%m-%d")
        yield _row(court, "rectification_overdue", len(group), trigger.fewest,
                   len(group) >= trigger.fewest, "not_rectified", group["case_no"],
                   group["case_no"] + " " + days, of=of, share=round(len(group) / of, 4),
                   doubt="disputed" if group["status"].eq("disputed").any() else None)  # fmt: skip
