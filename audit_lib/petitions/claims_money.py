"""What the record says of money that arrived, and of more held than is owed."""

import pandas as pd

from audit_lib.petitions.casefile import (
    CONTROL,
    PAID,
    CaseFile,
    Judgement,
    compare_days,
    compare_sums,
    join_notes,
    quote_events,
)

__all__ = ["judge_control", "judge_money"]


def judge_money(file: CaseFile) -> Judgement:
    """Compare money that arrived with money paid out, and the days and sums the text names."""
    received, paid = file.of("money_received", "deposit_transferred"), file.of(*PAID)
    arrived = file.of("money_received")
    if len(arrived) == 0:
        note = (
            "court_records_no_money_at_all"
            if file.not_recorded("money_received")
            else "no_arrival_recorded"
        )
        return Judgement(
            "not_checkable" if note.startswith("court") else "not_shown",
            quote_events(received),
            note=note,
        )
    wrong = file.of("wrong_payee")
    rest = arrived["amount"].sum() - paid["amount"].sum()
    deferred = file.of("payout_deferred", "distribution_requested", "distribution_objected")
    if len(wrong):
        return Judgement("supported", quote_events(wrong), quote_events(paid))
    if arrived["amount"].isna().any():
        return Judgement(
            "not_checkable", quote_events(arrived), quote_events(paid), "amount_missing"
        )
    sums = f"received {arrived['amount'].sum():.2f}, paid {paid['amount'].sum():.2f}"
    words = f"{sums}: {quote_events(arrived)}"
    named = join_notes(compare_sums(file, arrived), compare_days(file, arrived))
    if rest <= file.limits.small_rest:
        return Judgement("contradicted", quote_events(arrived), quote_events(paid), named)
    waiting = (file.on - arrived["day"].min()).days
    if waiting <= file.limits.funds_days:
        return Judgement(
            "not_shown",
            words,
            quote_events(deferred),
            f"waiting_{waiting}_days_of_{file.limits.funds_days}",
        )
    return Judgement(
        "supported",
        words,
        quote_events(pd.concat([paid, deferred])),
        join_notes(named, "deferral_recorded" if len(deferred) else ""),
    )


def judge_control(file: CaseFile) -> Judgement:
    """Compare what is held with what is owed."""
    released = set(file.of("seizure_released", "deposit_transferred")["asset_id"].dropna())
    held = file.of(*CONTROL, "freeze_amount_changed")
    held = held[~held["asset_id"].isin(released)]
    if len(held) == 0:
        return Judgement("not_shown", note="no_control_recorded")
    held = (
        held.sort_values("day").drop_duplicates("asset_id", keep="last")
        if held["asset_id"].notna().all()
        else held
    )
    ruled = file.of("preservation_ruled")["amount"].max()
    claim = ruled if not pd.isna(ruled) else file.case.claim_amount
    if pd.isna(claim) or held["amount"].isna().any():
        return Judgement("not_checkable", quote_events(held), note="value_or_claim_missing")
    money = held["event"].isin(["deposit_frozen"]) | (held["asset_kind"] == "deposit")
    total = held["amount"].sum()
    words = f"held {total:.2f} against {claim:.2f}: {quote_events(held)}"
    if total <= claim * file.limits.over_seizure_factor:
        return Judgement("contradicted", "", words, compare_sums(file, held))
    if (~money).sum() == 1 and held[money]["amount"].sum() <= claim:
        return Judgement("not_shown", words, note="one_asset_perhaps_indivisible")
    return Judgement("supported", words, note=compare_sums(file, held))
