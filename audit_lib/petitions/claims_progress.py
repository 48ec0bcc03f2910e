"""What the record says of inaction: silence, contact, clues, filing, and others served first."""

import pandas as pd

from audit_lib.petitions.casefile import (
    CaseFile,
    Judgement,
    compare_days,
    join_notes,
    quote_events,
    tell_day,
)

__all__ = ["judge_clues", "judge_contact", "judge_favour", "judge_filing", "judge_silence"]

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


def judge_silence(file: CaseFile) -> Judgement:
    """Compare a complaint of inaction with substantive acts, net of recorded pauses."""
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
        words = f"silent_days {silent} from {tell_day(start)} to {tell_day(end)}"
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


def judge_contact(file: CaseFile) -> Judgement:
    """Compare silence towards the petitioner with recorded contacts."""
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
        words = f"last_contact {since} days before: {quote_events(told.tail(1))}"
        return Judgement("supported", words, note=compare_days(file, told))
    note = join_notes("calls_are_not_recorded", compare_days(file, told))
    return Judgement("contradicted", "", quote_events(told.tail(3)), note)


def judge_clues(file: CaseFile) -> Judgement:
    """Compare clues given with their verification."""
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
            compare_days(file, clues),
        )
    note = compare_days(file, clues)
    if answered:
        against = quote_events(done.loc[answered])
        return Judgement("contradicted", quote_events(clues), against, note)
    note = join_notes("time_to_verify_not_over", note)
    return Judgement("not_shown", quote_events(clues), note=note)


def judge_filing(file: CaseFile) -> Judgement:
    """Compare a refused filing with the days of application and filing."""
    received = file.case.applied_on
    returned = file.of("application_returned")
    if len(returned):
        return Judgement("supported", quote_events(returned), file.filed)
    if pd.isna(received):
        return Judgement("not_checkable", speaks_against=file.filed, note="application_day_missing")
    wait = (file.case.filed_on - received).days
    words = f"application_received {tell_day(received)}; {file.filed}"
    return Judgement(
        "supported" if wait > 7 else "contradicted",
        words if wait > 7 else "",
        "" if wait > 7 else words,
    )


def judge_favour(file: CaseFile) -> Judgement:
    """Compare with the other cases against the same debtor: who came later and was paid first."""
    if not len(file.siblings):
        return Judgement("not_checkable", note="no_other_case_against_this_debtor")
    if pd.isna(file.case.filed_on):
        return Judgement("not_checkable", note="filing_day_missing")
    paid = file.of("money_paid")
    mine = paid["day"].min() if len(paid) else pd.NaT
    later = file.siblings[file.siblings["filed_on"] > file.case.filed_on]
    first = later[later["paid_on"].notna()]
    if not pd.isna(mine):
        first = first[first["paid_on"] < mine]
    own = f"{file.filed}; first payment {tell_day(mine)}"
    if len(first):
        told = "; ".join(
            f"{row.case_no} filed {tell_day(row.filed_on)} paid {tell_day(row.paid_on)}"
            for row in first.head(4).itertuples(index=False)
        )
        return Judgement("supported", f"{told} | {own}", note="priority_needs_the_file")
    told = f"{len(file.siblings)} other cases, none later and paid sooner"
    return Judgement("not_shown", "", f"{told}; {own}", "the_other_case_may_be_against_another")
