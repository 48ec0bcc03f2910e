"""What the record says for and against one allegation.

Each function takes a :class:`CaseFile` (one case as it stood on the day of the petition) and
gives a :class:`Judgement`: supported, contradicted, not_shown or not_checkable, with the rows for
and against. A verdict is a lead about the record, never about a person. Reads ``checking`` of
``parameters/petitions.yaml`` and the law's list of acts.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from audit_lib.petitions.reading import Petition
from audit_lib.petitions.wording import Checking

__all__ = ["CaseFile", "Judgement", "judge_claim"]

CONTROL = (
    "deposit_frozen",
    "movable_seized",
    "immovable_seized",
    "right_frozen",
    "preservation_carried_out",
)
PAID = ("money_paid", "money_escrowed", "refunded_to_debtor")
CONTACT = (
    "creditor_contacted",
    "creditor_heard",
    "law_explained",
    "clues_requested",
    "arrival_notified",
    "hearing_held",
    "distribution_plan_served",
    "settlement_signed",
)
CLUE_DONE = (
    "clue_verified",
    "investigation_finished",
    "onsite_inquiry",
    "search_executed",
    "audit_decided",
)


@dataclass(frozen=True)
class Judgement:
    """A verdict with the record's words for and against, and what is not known."""

    verdict: str
    speaks_for: str = ""
    speaks_against: str = ""
    note: str = ""


@dataclass(frozen=True)
class CaseFile:
    """One case as it stood on a day.

    ``events`` are the rows up to that day, in order of day; ``later`` the rows after it up to
    the audit day; ``recorded`` the event codes that the court records at all.
    """

    case: object
    events: pd.DataFrame
    later: pd.DataFrame
    on: pd.Timestamp
    petition: Petition
    limits: Checking
    substantive: frozenset[str]
    recorded: frozenset[str]

    def of(self, *codes: str) -> pd.DataFrame:
        """Return the rows of some events."""
        return self.events[self.events["event"].isin(codes)]

    def not_recorded(self, *codes: str) -> bool:
        """Whether the court's record holds none of these events for any case."""
        return not self.recorded & set(codes)

    @property
    def filed(self) -> str:
        """The filing, quoted."""
        return f"case_filed {_day(self.case.filed_on)} ({_place(self.case)})"


def _day(value) -> str:
    return "?" if pd.isna(value) else f"{pd.Timestamp(value):%Y-%m-%d}"


def _place(row) -> str:
    file = row.source_file if isinstance(row.source_file, str) else "?"
    number = row.source_row
    return f"{file}#{'?' if pd.isna(number) else int(number)}"


def quote_events(rows: pd.DataFrame, most: int = 4) -> str:
    """Quote event rows: code, day, sum, file and row."""
    words = []
    for row in rows.head(most).itertuples(index=False):
        amount = "" if pd.isna(row.amount) else f" {row.amount:.2f}"
        words.append(f"{row.event} {_day(row.day)}{amount} ({_place(row)})")
    if len(rows) > most:
        words.append(f"… +{len(rows) - most}")
    return "; ".join(words)


def judge_claim(code: str, file: CaseFile) -> Judgement:
    """Judge one allegation of a petition by the record of its case.

    Parameters
    ----------
    code : allegation
    file : CaseFile
    """
    judge = _JUDGES.get(code)
    if judge is None:
        return Judgement("not_checkable", note="record_does_not_hold_this")
    return judge(file)


def _passive(file: CaseFile) -> Judgement:
    acts = file.events[file.events["event"].isin(file.substantive)].sort_values("day")
    pauses = file.of(
        "suspended", "stayed", "announced_service", "instruction_requested", "dispute_coordinated"
    )
    # acts that answer the petition count, not those after it
    start = acts["day"].max() if len(acts) else file.case.filed_on
    end = min(file.on, file.case.closed_on) if not pd.isna(file.case.closed_on) else file.on
    if pd.isna(start):
        return Judgement("not_checkable", note="filing_day_missing")
    silent = (end - start).days - _paused(pauses, file, start, end)
    last = acts.tail(1)
    if silent >= file.limits.silence_days:
        words = f"silent_days {silent} from {_day(start)} to {_day(end)}"
        told = quote_events(last) if len(last) else file.filed
        against = quote_events(pauses)
        return Judgement("supported", f"{words}: {told}", against, _claimed_wait(file, silent))
    if len(acts) == 0:
        return Judgement("not_shown", note=f"filed_{silent}_days_ago", speaks_against=file.filed)
    note = "paused_lawfully" if len(pauses) else ""
    claimed = [d.least for d in file.petition.dates if d.kind == "length" and (d.least or 0) >= 60]
    gaps = acts["day"].diff().dt.days
    if len(acts) > 1 and gaps.max() >= max(
        [file.limits.silence_days, *[int(c * 0.8) for c in claimed]]
    ):
        at = int(gaps.to_numpy().argmax())
        pair = acts.iloc[at - 1 : at + 1]
        return Judgement(
            "supported",
            f"silent_days {int(gaps.max())}: {quote_events(pair)}",
            quote_events(last),
            "earlier_silence",
        )
    return Judgement("contradicted", "", quote_events(acts.tail(4)), note)


def _paused(pauses, file, start, end) -> int:
    """Days of recorded pauses inside a stretch, overlaps once."""
    covered: set = set()
    resumed = file.of("resumed")["day"]
    for row in pauses.itertuples(index=False):
        until = row.until if not pd.isna(row.until) else end
        after = resumed[resumed >= row.day]
        until = min(until, after.min()) if len(after) else until
        first, last = max(row.day, start), min(until, end)
        if first < last:
            covered.update(pd.date_range(first, last, inclusive="left"))
    return len(covered)


def _claimed_wait(file: CaseFile, silent: int) -> str:
    lengths = [d for d in file.petition.dates if d.kind == "length" and (d.least or 0) >= 30]
    if not lengths:
        return ""
    longest = max(lengths, key=lambda d: d.least)
    return f"text_says {longest.quote}; record_says {silent} days"


def _no_contact(file: CaseFile) -> Judgement:
    told = file.of(*CONTACT)
    if file.not_recorded(*CONTACT):
        return Judgement("not_checkable", note="court_records_no_contact_at_all")
    if len(told) == 0:
        age = (file.on - file.case.filed_on).days if not pd.isna(file.case.filed_on) else 0
        verdict = "supported" if age >= file.limits.contact_days else "not_shown"
        return Judgement(
            verdict, f"no_contact_recorded since {file.filed}" if verdict == "supported" else ""
        )
    since = (file.on - told["day"].max()).days
    if since >= file.limits.contact_days:
        return Judgement(
            "supported", f"last_contact {since} days before: {quote_events(told.tail(1))}"
        )
    return Judgement("contradicted", "", quote_events(told.tail(3)), "calls_are_not_recorded")


def _clue_ignored(file: CaseFile) -> Judgement:
    clues = file.of("clue_received", "urgent_clue_received", "investigation_requested")
    if len(clues) == 0:
        note = (
            "court_records_no_clues_at_all"
            if file.not_recorded("clue_received", "urgent_clue_received")
            else "no_clue_recorded"
        )
        return Judgement("not_checkable" if note.startswith("court") else "not_shown", note=note)
    first_open, answered = [], []
    done = file.of(*CLUE_DONE)
    used: set = set()
    for index, clue in clues.sort_values("day").iterrows():
        fits = done[(done["day"] >= clue["day"]) & ~done.index.isin(used)]
        if isinstance(clue["asset_id"], str):
            exact = fits[fits["asset_id"] == clue["asset_id"]]
            fits = exact if len(exact) else fits[fits["asset_id"].isna()]
        if len(fits):
            used.add(fits.index[0])
            answered.append(fits.index[0])
        elif (file.on - clue["day"]).days > file.limits.clue_days:
            first_open.append(index)
    if first_open:
        return Judgement(
            "supported",
            f"clue_not_verified: {quote_events(clues.loc[first_open])}",
            quote_events(done.loc[answered]),
        )
    if answered:
        return Judgement("contradicted", quote_events(clues), quote_events(done.loc[answered]))
    return Judgement("not_shown", quote_events(clues), note="time_to_verify_not_over")


def _termination(file: CaseFile) -> Judgement:
    ruled = file.of("termination_ruled")
    closed = not pd.isna(file.case.closed_on) and file.case.closed_on <= file.on
    by_termination = closed and file.case.closing_manner == "procedure_terminated"
    if len(ruled) == 0 and not closed:
        return Judgement("contradicted", "", file.filed, "case_not_closed_in_record")
    if not by_termination and len(ruled) == 0:
        paid = file.of(*PAID, "direct_performance")
        if file.case.closing_manner == "completed":
            claim = file.case.claim_amount
            if pd.isna(claim):
                return Judgement(
                    "not_shown", speaks_against=quote_events(paid), note="claim_amount_missing"
                )
            if paid["amount"].sum() + file.limits.small_rest < claim:
                return Judgement(
                    "supported",
                    f"closed completed {_day(file.case.closed_on)} ({_place(file.case)}); paid {paid['amount'].sum():.2f} of {claim:.2f}",  # noqa: E501
                    quote_events(paid),
                )
            return Judgement("contradicted", "", quote_events(paid))
        return Judgement(
            "not_shown",
            f"closed {file.case.closing_manner} {_day(file.case.closed_on)} ({_place(file.case)})",
        )
    before = pd.Timestamp(ruled["day"].min() if len(ruled) else file.case.closed_on)
    prior = file.events[file.events["day"] <= before]
    heard = prior[prior["event"].isin(["creditor_heard", "creditor_consented"])]
    missing = []
    if len(heard) == 0:
        missing.append(
            "creditor_heard"
            if not file.not_recorded("creditor_heard", "creditor_consented")
            else ""
        )
    for step in ("panel_approved", "consumption_limited"):
        if not (prior["event"] == step).any() and not file.not_recorded(step):
            missing.append(step)
    queried = prior[prior["event"].isin(["network_query_returned", "investigation_finished"])]
    if len(queried) == 0:
        missing.append("network_query_returned")
    lost = prior[prior["event"] == "property_lost"]["asset_id"]
    unsold = prior[
        (prior["event"] == "property_found")
        & ~prior["asset_id"].isin(
            [
                *lost,
                *prior[
                    prior["event"].isin(
                        [
                            "auction_succeeded",
                            "debt_in_kind",
                            "deposit_transferred",
                            "property_not_disposable",
                            "asset_delivered",
                        ]
                    )
                ]["asset_id"],
            ]
        )
    ]
    early = (before - file.case.filed_on).days < 90 if not pd.isna(file.case.filed_on) else False
    page = (
        quote_events(ruled)
        if len(ruled)
        else f"case_closed {_day(file.case.closed_on)} ({_place(file.case)})"
    )
    missing = [m for m in missing if m]
    if missing or len(unsold) or early:
        reasons = [f"not_recorded: {','.join(missing)}"] if missing else []
        reasons += [f"property_left: {quote_events(unsold)}"] if len(unsold) else []
        reasons += ["earlier_than_three_months"] if early else []
        return Judgement("supported", f"{page}; {'; '.join(reasons)}", quote_events(heard))
    return Judgement("contradicted", page, quote_events(pd.concat([heard, queried])))


def _not_resumed(file: CaseFile) -> Judgement:
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


def _money(file: CaseFile) -> Judgement:
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
    words = f"received {arrived['amount'].sum():.2f}, paid {paid['amount'].sum():.2f}: {quote_events(arrived)}"  # noqa: E501
    if rest <= file.limits.small_rest:
        return Judgement(
            "contradicted", quote_events(arrived), quote_events(paid), _sums(file, arrived)
        )
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
        "; ".join(
            filter(None, [_sums(file, arrived), "deferral_recorded" if len(deferred) else ""])
        ),
    )


def _sums(file: CaseFile, rows: pd.DataFrame) -> str:
    """Compare the sums of the text with those of the record."""
    named = file.petition.amounts
    if not named or not len(rows):
        return ""
    sums = [*rows["amount"].dropna(), rows["amount"].sum()]
    same = [a.quote for a in named if any(a.least * 0.99 <= s <= a.most * 1.01 for s in sums)]
    return f"same_sum {same[0]}" if same else f"text_names {named[0].quote}"


def _over_seizure(file: CaseFile) -> Judgement:
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
        return Judgement("contradicted", "", words, _sums(file, held))
    if (~money).sum() == 1 and held[money]["amount"].sum() <= claim:
        return Judgement("not_shown", words, note="one_asset_perhaps_indivisible")
    return Judgement("supported", words, note=_sums(file, held))


def _outsider(file: CaseFile) -> Judgement:
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


def _chaotic(file: CaseFile) -> Judgement:
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


def _sale(file: CaseFile) -> Judgement:
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


def _not_filed(file: CaseFile) -> Judgement:
    received = file.case.applied_on
    returned = file.of("application_returned")
    if len(returned):
        return Judgement("supported", quote_events(returned), file.filed)
    if pd.isna(received):
        return Judgement("not_checkable", speaks_against=file.filed, note="application_day_missing")
    wait = (file.case.filed_on - received).days
    words = f"application_received {_day(received)}; {file.filed}"
    return Judgement(
        "supported" if wait > 7 else "contradicted",
        words if wait > 7 else "",
        "" if wait > 7 else words,
    )


def _sanction(file: CaseFile) -> Judgement:
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
            f"performed {_day(ended)}; not lifted: {quote_events(listed)}",
            quote_events(lifted),
        )
    if len(lifted) and lifted["day"].max() >= marks["day"].max():
        return Judgement("contradicted", quote_events(marks), quote_events(lifted))
    return Judgement("not_checkable", quote_events(marks), note="lawfulness_needs_the_file")


_JUDGES: dict[str, Callable[[CaseFile], Judgement]] = {
    "passive": _passive,
    "no_contact": _no_contact,
    "clue_ignored": _clue_ignored,
    "wrongful_termination": _termination,
    "not_resumed": _not_resumed,
    "money_withheld": _money,
    "over_seizure": _over_seizure,
    "outsider_property": _outsider,
    "chaotic": _chaotic,
    "sale_irregular": _sale,
    "not_filed": _not_filed,
    "wrong_sanction": _sanction,
}
