"""Each allegation of each petition against the record of its case.

Takes a snapshot and the audit day; gives one row a petition and allegation with the verdict and
both quotations. Reads ``parameters/petitions.yaml`` and ``parameters/law/acts.yaml``.
"""

from datetime import date

import pandas as pd

from audit_lib.law import load_acts
from audit_lib.petitions.casefile import CaseFile, Judgement
from audit_lib.petitions.claims import judge_claim
from audit_lib.petitions.linking import link_petitions
from audit_lib.petitions.reading import Petition, read_petition
from audit_lib.petitions.routes import find_remedy
from audit_lib.petitions.windows import find_window
from audit_lib.petitions.wording import load_wording

__all__ = ["CHECK_COLUMNS", "check_petitions"]

CHECK_COLUMNS = (
    "petition_id",
    "case_no",
    "link",
    "link_confidence",
    "allegation",
    "verdict",
    "route",
    "evidence",
    "quote",
    "speaks_for",
    "speaks_against",
    "note",
    "findings",
    "court_code",
    "handler",
    "received_on",
    "petitioner",
    "role",
    "candidates",
    "other_court",
    "matter",
    "route_reason",
    "article",
    "open_to",
    "until",
    "may_use",
    "asks",
    "decided_by",
    "article_verified",
    "window",
    "window_until",
    "window_why",
)
_UNLINKED = {"none": "case_not_found", "choose": "case_to_be_chosen_by_a_person"}


def check_petitions(snapshot, as_of: date, findings: pd.DataFrame | None = None) -> pd.DataFrame:
    """Check every allegation of every petition against the record.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
        Petitions and events after it are not seen.
    findings : DataFrame, optional
        What :func:`audit_lib.law.check_snapshot` found; rules late, overdue or breached in the
        case are named in ``findings``.

    Returns
    -------
    DataFrame, one row a petition and allegation, sorted by both
        The contract's columns (``petition_id``, ``case_no``, ``link``, ``link_confidence``,
        ``allegation``, ``verdict``, ``route``, ``evidence``, ``quote``), then
        ``speaks_for`` and ``speaks_against`` (event rows with file and row), ``note`` (what is
        not known), ``candidates`` where a person must choose the case, ``may_use`` (whether the
        petitioner may use the remedy: yes, no, unknown), ``article`` and ``until`` of it,
        ``article_verified`` (no: written from memory, to be checked by a person), ``window``
        (whether its time was running on the day of the petition: open, not_yet, closed, unknown),
        ``window_until`` and ``window_why``.
        A petition that alleges nothing has one row ``none``.

    Notes
    -----
    The record is taken as it stood on the day the petition was received: what was done after
    it neither proves nor refutes what it says. Every verdict is a lead for a person.
    """
    links = link_petitions(snapshot, as_of).set_index("petition_id")
    parameters, _ = load_wording()
    cases = snapshot.cases.drop_duplicates("case_no").set_index("case_no")
    wanted = set(links["case_no"].dropna())
    events = snapshot.events
    events = events[~(events["day"] > pd.Timestamp(as_of))]
    courts = {case: cases.at[case, "court_code"] for case in wanted}
    recorded = {
        court: frozenset(codes)
        for court, codes in events.groupby("court_code")["event"].unique().items()
    }
    all_events = events
    events = _with_objection_cases(events, cases, wanted)
    by_case = dict(tuple(events.groupby("case_no", sort=False)))
    siblings = _find_siblings(snapshot, all_events, cases, wanted)
    broken = _broken_rules(findings)
    substantive = frozenset(load_acts().substantive)
    rows = []
    for row in snapshot.petitions.sort_values("petition_id").itertuples(index=False):
        if row.petition_id not in links.index:
            continue
        link = links.loc[row.petition_id]
        received = None if pd.isna(row.received_on) else row.received_on.date()
        role = (
            row.petitioner_role
            if isinstance(row.petitioner_role, str) and row.petitioner_role != "other"
            else None
        )
        petition = read_petition(row.text, received, role)
        case_no = link["case_no"] if isinstance(link["case_no"], str) else None
        file = None
        if case_no and received is not None:
            mine = by_case.get(case_no, events.iloc[:0])
            on = pd.Timestamp(received)
            case = cases.loc[case_no]
            file = CaseFile(
                case,
                mine[mine["day"] <= on].sort_values("day", kind="stable"),
                mine[mine["day"] > on],
                on,
                petition,
                parameters.checking,
                substantive,
                recorded.get(courts[case_no], frozenset()),
                _as_of(siblings, case_no, on),
            )
        allegations = petition.allegations or [("none", "")]
        for code, quote in allegations:
            judgement = _judge(code, file, link)
            rows.append(
                _row(row, link, petition, code, quote, judgement, file, broken.get(case_no, ""))
            )
    frame = pd.DataFrame(rows, columns=list(CHECK_COLUMNS))
    frame["link_confidence"] = frame["link_confidence"].astype(float)
    for column in ("received_on", "window_until"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[us]")
    return frame.sort_values(["petition_id", "allegation"], kind="stable", ignore_index=True)


def _judge(code: str, file: CaseFile | None, link) -> Judgement:
    if code in ("none", "not_enforcement"):
        return Judgement(
            "not_checkable", note="nothing_alleged" if code == "none" else "not_about_enforcement"
        )
    if file is None:
        return Judgement(
            "not_checkable", note=_UNLINKED["choose" if link["candidates"] else "none"]
        )
    return judge_claim(code, file)


def _row(row, link, petition: Petition, code, quote, judgement: Judgement, file, broken) -> tuple:
    remedy, window = find_remedy(petition.route), find_window(petition.route, file)
    evidence = " | ".join(
        words
        for words in (
            f"for: {judgement.speaks_for}" if judgement.speaks_for else "",
            f"against: {judgement.speaks_against}" if judgement.speaks_against else "",
        )
        if words
    )
    handler = file.case.handler if file is not None else None
    may = "unknown" if petition.role == "other" else "yes" if petition.role in remedy.who else "no"
    notes = [judgement.note, f"cut at {load_wording()[0].reading.longest}" if petition.cut else ""]
    return (
        row.petition_id,
        link["case_no"],
        link["link"],
        link["link_confidence"],
        code,
        judgement.verdict,
        petition.route,
        evidence,
        quote,
        judgement.speaks_for,
        judgement.speaks_against,
        "; ".join(n for n in notes if n),
        broken,
        row.court_code,
        handler,
        row.received_on,
        row.petitioner,
        petition.role,
        link["candidates"],
        link["other_court"],
        link["matter"],
        petition.route_reason,
        remedy.article,
        ";".join(remedy.who),
        remedy.until,
        may,
        ";".join(ask for ask, _ in petition.asks),
        petition.decided_by.get(code, "wording"),
        remedy.verified,
        window.state,
        window.until,
        window.why,
    )


def _with_objection_cases(events: pd.DataFrame, cases: pd.DataFrame, wanted: set) -> pd.DataFrame:
    """Return the events of the wanted cases, with those of the 执异 and 执复 cases on them."""
    parents = cases["parent_case_no"].dropna()
    parents = parents[parents.isin(wanted)]
    own = events[events["case_no"].isin(wanted)]
    of_children = events[events["case_no"].isin(parents.index)]
    if not len(of_children):
        return own
    of_children = of_children.assign(case_no=of_children["case_no"].map(parents))
    return pd.concat([own, of_children], ignore_index=True)


def _find_siblings(snapshot, events, cases: pd.DataFrame, wanted: set) -> dict[str, pd.DataFrame]:
    """Return, for each wanted case, the court's other cases against one of its debtors.

    Columns ``case_no``, ``filed_on``, ``paid_on`` (first ``money_paid``).
    """
    debtors = snapshot.parties
    debtors = debtors[(debtors["role"] == "debtor") & debtors["name"].notna()]
    debtors = debtors[["case_no", "name"]].drop_duplicates()
    debtors = debtors.assign(court=debtors["case_no"].map(cases["court_code"]))
    mine = debtors[debtors["case_no"].isin(wanted)]
    pairs = mine.merge(debtors, on=["court", "name"], suffixes=("", "_other"))
    pairs = pairs[pairs["case_no"] != pairs["case_no_other"]]
    pairs = pairs[["case_no", "case_no_other"]].drop_duplicates()
    if pairs.empty:
        return {}
    paid = events[
        (events["event"] == "money_paid") & events["case_no"].isin(pairs["case_no_other"])
    ]
    first = paid.groupby("case_no")["day"].min().rename("paid_on")
    table = pairs.rename(columns={"case_no": "of", "case_no_other": "case_no"})
    table = table.join(cases["filed_on"], on="case_no").join(first, on="case_no")
    table = table.sort_values(["of", "case_no"], kind="stable")
    return {case: group.drop(columns="of") for case, group in table.groupby("of")}


def _as_of(siblings, case_no, on: pd.Timestamp) -> pd.DataFrame:
    """Return the siblings filed up to a day, without payments after it."""
    mine = siblings.get(case_no)
    if mine is None:
        return pd.DataFrame()
    mine = mine[mine["filed_on"] <= on]
    return mine.assign(paid_on=mine["paid_on"].where(mine["paid_on"] <= on))


def _broken_rules(findings: pd.DataFrame | None) -> dict[str, str]:
    if findings is None or not len(findings):
        return {}
    bad = findings[findings["outcome"].isin(["late", "overdue", "breached"])]
    return {
        case: ";".join(sorted(set(rules)))
        for case, rules in bad.groupby("case_no")["rule"].unique().items()
    }
