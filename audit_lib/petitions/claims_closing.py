"""What the record says of a closing (终本 above all) and of a case not resumed."""

import pandas as pd

from audit_lib.petitions.casefile import (
    PAID,
    CaseFile,
    Judgement,
    compare_days,
    quote_events,
    tell_day,
    tell_place,
)

__all__ = ["judge_closing", "judge_resumption"]


GONE = (
    "property_lost",
    "auction_succeeded",
    "debt_in_kind",
    "deposit_transferred",
    "property_not_disposable",
    "asset_delivered",
)


def judge_closing(file: CaseFile) -> Judgement:
    """Compare a complaint of wrong closing with the 终本 page of the record."""
    ruled = file.of("termination_ruled")
    closed = not pd.isna(file.case.closed_on) and file.case.closed_on <= file.on
    if len(ruled) == 0 and not closed:
        return Judgement("contradicted", "", file.filed, "case_not_closed_in_record")
    if len(ruled) == 0 and file.case.closing_manner != "procedure_terminated":
        return _judge_other_closing(file)
    before = pd.Timestamp(ruled["day"].min() if len(ruled) else file.case.closed_on)
    prior = file.events[file.events["day"] <= before]
    heard = prior[prior["event"].isin(["creditor_heard", "creditor_consented"])]
    queried = prior[prior["event"].isin(["network_query_returned", "investigation_finished"])]
    missing = _missing_steps(file, prior, heard, queried)
    left = _property_left(prior)
    filed = file.case.filed_on
    early = not pd.isna(filed) and (before - filed).days < 90
    page = quote_events(ruled) if len(ruled) else f"case_closed {_closing(file)}"
    named = compare_days(file, ruled)
    if missing or len(left) or early:
        reasons = [f"not_recorded: {','.join(missing)}"] if missing else []
        reasons += [f"property_left: {quote_events(left)}"] if len(left) else []
        reasons += ["earlier_than_three_months"] if early else []
        words = f"{page}; {'; '.join(reasons)}"
        return Judgement("supported", words, quote_events(heard), named)
    return Judgement("contradicted", page, quote_events(pd.concat([heard, queried])), named)


def _closing(file: CaseFile) -> str:
    return f"{tell_day(file.case.closed_on)} ({tell_place(file.case)})"


def _judge_other_closing(file: CaseFile) -> Judgement:
    """Judge a closing that is no 终本: reported as completed, it should be paid."""
    paid = file.of(*PAID, "direct_performance")
    if file.case.closing_manner != "completed":
        return Judgement("not_shown", f"closed {file.case.closing_manner} {_closing(file)}")
    claim = file.case.claim_amount
    if pd.isna(claim):
        against = quote_events(paid)
        return Judgement("not_shown", speaks_against=against, note="claim_amount_missing")
    if paid["amount"].sum() + file.limits.small_rest < claim:
        words = f"closed completed {_closing(file)}; paid {paid['amount'].sum():.2f} of {claim:.2f}"
        return Judgement("supported", words, quote_events(paid))
    return Judgement("contradicted", "", quote_events(paid))


def _missing_steps(file: CaseFile, prior, heard, queried) -> list[str]:
    """Name the steps before a 终本 that are not recorded, though the court records such steps."""
    missing = []
    if len(heard) == 0 and not file.not_recorded("creditor_heard", "creditor_consented"):
        missing.append("creditor_heard")
    for step in ("panel_approved", "consumption_limited"):
        if not (prior["event"] == step).any() and not file.not_recorded(step):
            missing.append(step)
    return missing if len(queried) else [*missing, "network_query_returned"]


def _property_left(prior: pd.DataFrame) -> pd.DataFrame:
    """Return property found that was neither lost, sold, transferred nor called unsaleable."""
    gone = prior[prior["event"].isin(GONE)]["asset_id"]
    return prior[(prior["event"] == "property_found") & ~prior["asset_id"].isin(gone)]


def judge_resumption(file: CaseFile) -> Judgement:
    """Compare a refused resumption with property and requests after the closing."""
    ended = file.of("termination_ruled", "settlement_breached", "suspended")
    resumed = file.of("resumption_filed", "resumed")
    if len(resumed) and (len(ended) == 0 or resumed["day"].max() >= ended["day"].max()):
        return Judgement("contradicted", quote_events(ended), quote_events(resumed))
    if len(ended) == 0 and pd.isna(file.case.closed_on):
        return Judgement("not_shown", speaks_against=file.filed, note="case_open_in_record")
    found = file.of("property_found", "requeried", "clue_received")
    after = found[found["day"] >= ended["day"].max()] if len(ended) else found
    after = after[(after["event"] != "requeried") | (after["amount"].fillna(0) > 0)]
    if len(after):
        return Judgement(
            "supported", f"{quote_events(ended)}; then {quote_events(after)}; no resumption_filed"
        )
    return Judgement("not_shown", quote_events(ended), note="request_and_property_not_in_record")
