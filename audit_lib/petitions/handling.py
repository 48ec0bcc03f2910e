"""How petitions were handled: limits, coming again, double handling, replies that say nothing.

Takes a snapshot and the checked petitions; gives one row a lead. The limits come from
``handling`` of ``parameters/petitions.yaml`` with their source; whether a local petition
regulation binds courts is doubtful, and every such row says so.
"""

from datetime import date

import pandas as pd
from rapidfuzz import fuzz

from audit_lib.petitions.folding import fold_text
from audit_lib.petitions.wording import load_wording

__all__ = ["HANDLING_COLUMNS", "check_handling"]

HANDLING_COLUMNS = (
    "petition_id",
    "case_no",
    "court_code",
    "issue",
    "due_on",
    "done_on",
    "days_late",
    "source",
    "evidence",
    "note",
)
STATUTORY = (
    "conduct_objection",
    "outsider_objection",
    "sanction_review",
    "reversal",
    "state_compensation",
)
_TAKEN = {
    "conduct_objection": ("objection_received", "objection_filed", "objection_ruled"),
    "outsider_objection": (
        "outsider_objection_received",
        "outsider_objection_ruled",
        "outsider_suit_filed",
    ),
    "sanction_review": ("sanction_review_requested", "sanction_review_decided"),
    "reversal": ("application_received",),
    "state_compensation": ("compensation_claimed", "compensation_decided"),
}


def check_handling(snapshot, checked: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Check how the petitions were handled.

    Parameters
    ----------
    snapshot : Snapshot
    checked : DataFrame
        What :func:`check_petitions` gave for the same day.
    as_of : date

    Returns
    -------
    DataFrame, one row a lead, sorted
        ``issue``: register_late, finish_late, report_late (to the body that assigned it),
        came_again (the same matter after it was called resolved), reply_unanswered (the reply
        names nothing that the allegation is about), not_sent_to_statute (a matter for objection
        or review was finished as a mere petition), double_handling (petition and objection run
        beside each other). ``days_late`` whole days, missing where the issue has no clock.

    References
    ----------
    山东省信访条例（2016）第三十三条、第四十二条; 法发〔2016〕15号 (诉访分离).
    """
    settings = load_wording()[0].handling
    day = pd.Timestamp(as_of)
    petitions = snapshot.petitions[~(snapshot.petitions["received_on"] > day)]
    first = checked.drop_duplicates("petition_id").set_index("petition_id")
    alleged = checked.groupby("petition_id")["allegation"].agg(list)
    events = snapshot.events[~(snapshot.events["day"] > day)]
    by_case = dict(tuple(events.groupby("case_no", sort=False)))
    rows: list[tuple] = []
    for row in petitions.itertuples(index=False):
        if (
            row.petition_id not in first.index
            or first.at[row.petition_id, "route"] == "not_enforcement"
        ):
            continue
        lead = first.loc[row.petition_id]
        case_no = lead["case_no"] if isinstance(lead["case_no"], str) else None
        mine = by_case.get(case_no, events.iloc[:0])
        resolved = (
            row.resolved_on if not pd.isna(row.resolved_on) and row.resolved_on <= day else pd.NaT
        )
        rows += _limits(row, case_no, mine, resolved, day, settings)
        rows += _statute(row, case_no, lead, mine, resolved, settings)
        if not pd.isna(resolved) and isinstance(row.reply, str):
            rows += _reply(row, case_no, alleged[row.petition_id], settings)
    rows += _came_again(petitions, first, settings, day)
    frame = pd.DataFrame(rows, columns=list(HANDLING_COLUMNS))
    for column in ("due_on", "done_on"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[us]")
    frame["days_late"] = frame["days_late"].astype("Int64")
    return frame.sort_values(["petition_id", "issue"], kind="stable", ignore_index=True)


def _cite(row) -> str:
    file = row.source_file if isinstance(row.source_file, str) else "?"
    return f"{file}#{'?' if pd.isna(row.source_row) else int(row.source_row)}"


def _limits(row, case_no, mine, resolved, day, settings) -> list[tuple]:
    """Return what was late: registering, finishing, reporting to the assigning body."""
    found = []

    def late(issue, due, done, source, note=""):
        by = (done if not pd.isna(done) else day) - due
        if by.days > 0:
            words = f"petition received {row.received_on:%Y-%m-%d} ({_cite(row)})"
            found.append(
                (
                    row.petition_id,
                    case_no,
                    row.court_code,
                    issue,
                    due,
                    done,
                    by.days,
                    source,
                    words,
                    note,
                )
            )

    registered = mine[
        (mine["event"] == "petition_registered") & (mine["document_no"] == row.petition_id)
    ]
    if len(registered):
        due = row.received_on + pd.Timedelta(days=settings.register_days)
        late(
            "register_late",
            due,
            registered["day"].min(),
            settings.authority["register"],
            settings.doubtful,
        )
    if not pd.isna(row.due_on):
        late("report_late", row.due_on, resolved, settings.authority["report"])
    else:
        due = row.received_on + pd.Timedelta(days=settings.finish_days)
        note = settings.doubtful
        if pd.isna(resolved):
            last = due + pd.Timedelta(days=settings.extension_days)
            note += "" if day > last else "; an extension is possible and not in the record"
        late("finish_late", due, resolved, settings.authority["finish"], note)
    return found


def _statute(row, case_no, lead, mine, resolved, settings) -> list[tuple]:
    """Matters for a statutory path: finished as petitions, or run twice."""
    route = lead["route"]
    if route not in STATUTORY or case_no is None:
        return []
    taken = mine[mine["event"].isin(_TAKEN[route]) & (mine["day"] >= row.received_on)]
    words = "; ".join(
        f"{e.event} {e.day:%Y-%m-%d} ({_cite(e)})" for e in taken.head(3).itertuples(index=False)
    )
    if not len(taken) and not pd.isna(resolved):
        return [
            (
                row.petition_id,
                case_no,
                row.court_code,
                "not_sent_to_statute",
                pd.NaT,
                resolved,
                pd.NA,
                settings.authority["again"],
                f"resolved {resolved:%Y-%m-%d} ({_cite(row)}); no {route} in the record",
                _tell_window(lead),
            )
        ]
    if len(taken) and pd.isna(resolved):
        return [
            (
                row.petition_id,
                case_no,
                row.court_code,
                "double_handling",
                pd.NaT,
                pd.NaT,
                pd.NA,
                settings.authority["again"],
                words,
                "petition still open beside the statutory path",
            )
        ]
    return []


def _tell_window(lead) -> str:
    """Say whether the remedy's time was running when the petition came."""
    until = "" if pd.isna(lead["window_until"]) else f" until {lead['window_until']:%Y-%m-%d}"
    why = f" ({lead['window_why']})" if lead["window_why"] else ""
    return f"window {lead['window']}{until}{why}; may use it: {lead['may_use']}"


def _reply(row, case_no, allegations, settings) -> list[tuple]:
    """Return a lead where a reply names nothing of what is alleged, or repeats it."""
    reply = fold_text(row.reply, load_wording()[0].spelling).text
    open_codes = [
        code
        for code in allegations
        if code in settings.answers and not any(word in reply for word in settings.answers[code])
    ]
    empty = len(reply) < settings.empty_reply_characters
    copied = isinstance(row.text, str) and fuzz.ratio(row.reply, row.text) > 90
    if not empty and not copied and not open_codes:
        return []
    if not any(code in settings.answers for code in allegations):
        return []
    note = "reply too short" if empty else "reply repeats the petition" if copied else ""
    words = f"reply ({_cite(row)}): {row.reply[:60]}"
    return [
        (
            row.petition_id,
            case_no,
            row.court_code,
            "reply_unanswered",
            pd.NaT,
            row.resolved_on,
            pd.NA,
            settings.authority["reply"],
            words,
            "; ".join(filter(None, [note, *open_codes])),
        )
    ]


def _came_again(petitions, first, settings, day) -> list[tuple]:
    """Petitions of a matter that had been called resolved."""
    found = []
    known = petitions.assign(matter=petitions["petition_id"].map(first["matter"]))
    for _, group in known.sort_values(["received_on", "petition_id"]).groupby("matter", sort=True):
        done = group[group["resolved_on"] <= day]
        for row in group.itertuples(index=False):
            earlier = done[done["resolved_on"] < row.received_on]
            window = pd.Timedelta(days=settings.return_window_days)
            earlier = earlier[row.received_on - earlier["resolved_on"] <= window]
            if not len(earlier) or row.petition_id not in first.index:
                continue
            if first.at[row.petition_id, "allegation"] in ("none", "not_enforcement"):
                continue
            last = earlier.sort_values("resolved_on").iloc[-1]
            ended = f"{last['petition_id']} resolved {last['resolved_on']:%Y-%m-%d}"
            words = f"{ended} ({_cite(last)}); again {row.received_on:%Y-%m-%d} ({_cite(row)})"
            found.append(
                (
                    row.petition_id,
                    first.at[row.petition_id, "case_no"],
                    row.court_code,
                    "came_again",
                    pd.NaT,
                    row.received_on,
                    pd.NA,
                    settings.authority["again"],
                    words,
                    "",
                )
            )
    return found
