"""What the record says of acts attacked: property of others, sales, sanctions, the rest."""

import pandas as pd

from audit_lib.petitions.casefile import CONTROL, CaseFile, Judgement, quote_events, tell_day

__all__ = ["judge_acts", "judge_ownership", "judge_sale", "judge_sanction"]


def judge_ownership(file: CaseFile) -> Judgement:
    """Compare a claim of ownership with the objections and suits of outsiders."""
    objections = file.of(
        "outsider_objection_received", "seizure_of_outsider", "outsider_suit_filed"
    )
    ruled = file.of("outsider_objection_ruled", "outsider_suit_judged")
    won = ruled[ruled["result"].isin(["upheld", "partly"])]
    lost = ruled[ruled["result"].isin(["rejected", "withdrawn"])]
    if len(won) or (file.events["event"] == "seizure_of_outsider").any():
        return Judgement(
            "supported",
            quote_events(pd.concat([won, file.of("seizure_of_outsider")])),
            quote_events(lost),
        )
    if len(lost):
        return Judgement("contradicted", quote_events(objections), quote_events(lost))
    if len(objections):
        return Judgement("not_shown", quote_events(objections), note="objection_not_ruled")
    return Judgement(
        "not_checkable", quote_events(file.of(*CONTROL)), note="ownership_is_not_in_the_record"
    )


def judge_acts(file: CaseFile) -> Judgement:
    """Compare an attack on an act with objections and what the court itself corrected."""
    ruled = file.of("objection_ruled", "reconsideration_ruled")
    won = ruled[ruled["result"].isin(["upheld", "partly"])]
    lost = ruled[ruled["result"].isin(["rejected", "withdrawn"])]
    marks = file.of("wrong_payee", "seizure_of_outsider", "identity_corrected", "sale_revoked")
    if len(won) or len(marks):
        return Judgement("supported", quote_events(pd.concat([won, marks])), quote_events(lost))
    if len(lost):
        return Judgement(
            "contradicted", quote_events(file.of("objection_received")), quote_events(lost)
        )
    return Judgement(
        "not_checkable",
        quote_events(file.of("objection_received", "objection_filed")),
        note="lawfulness_needs_the_file",
    )


def judge_sale(file: CaseFile) -> Judgement:
    """Compare a complaint about a sale with its steps: notice, appraisal, delivery."""
    sold = file.of(
        "auction_started", "auction_succeeded", "sale_started", "debt_in_kind", "second_auction"
    )
    if len(sold) == 0:
        return Judgement("not_shown", speaks_against=file.filed, note="no_sale_recorded")
    revoked = file.of("sale_revoked")
    if len(revoked):
        return Judgement("supported", quote_events(revoked), quote_events(sold))
    lacks = []
    first = sold["day"].min()
    for step in ("auction_noticed", "appraisal_report_served"):
        prior = file.of(step)
        if not (prior["day"] <= first).any() and not file.not_recorded(step):
            lacks.append(step)
    paid, given = file.of("price_paid"), file.of("asset_delivered")
    if len(paid) and len(given) == 0 and (file.on - paid["day"].max()).days > 15:
        lacks.append("asset_delivered")
    if lacks:
        return Judgement("supported", f"not_recorded: {','.join(lacks)}; {quote_events(sold)}")
    return Judgement(
        "contradicted",
        quote_events(sold),
        quote_events(file.of("auction_noticed", "appraisal_report_served", "asset_delivered")),
        "price_needs_the_file",
    )


def judge_sanction(file: CaseFile) -> Judgement:
    """Compare a complaint about a listing, limit, fine or detention with its record."""
    marks = file.of(
        "listed_dishonest",
        "consumption_limited",
        "exit_banned",
        "fine_imposed",
        "detention_imposed",
    )
    if len(marks) == 0:
        return Judgement(
            "contradicted"
            if not file.not_recorded("listed_dishonest", "consumption_limited")
            else "not_checkable",
            "",
            file.filed,
            "no_sanction_recorded",
        )
    lifted = file.of("delisted", "consumption_limit_lifted")
    done = file.of("settlement_performed")
    closed = file.case.closed_on if file.case.closing_manner == "completed" else pd.NaT
    ended = min(
        [d for d in [closed, *done["day"]] if not pd.isna(d) and d <= file.on], default=None
    )
    listed = marks[marks["event"].isin(["listed_dishonest", "consumption_limited"])]
    reviewed = file.of("sanction_review_decided")
    if (reviewed["result"] == "upheld").any():
        return Judgement("supported", quote_events(reviewed), quote_events(marks))
    if (
        ended is not None
        and len(listed)
        and not (lifted["day"] >= ended).any()
        and (file.on - ended).days > 3
    ):
        return Judgement(
            "supported",
            f"performed {tell_day(ended)}; not lifted: {quote_events(listed)}",
            quote_events(lifted),
        )
    if len(lifted) and lifted["day"].max() >= marks["day"].max():
        return Judgement("contradicted", quote_events(marks), quote_events(lifted))
    return Judgement("not_checkable", quote_events(marks), note="lawfulness_needs_the_file")
