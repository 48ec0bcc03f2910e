"""Petition matters: the petitions about the enforcement of one case, counted once.

Takes petitions, and what they complain of where the petitions room has read them; gives one
row a matter with the day it began and the day it was resolved. Reads the ``petitions`` part of
``parameters/campaign.yaml``.
"""

import datetime

import pandas as pd

from audit_lib.campaign.places import row_places
from audit_lib.campaign.settings import load_campaign
from audit_lib.record import find_case_nos

__all__ = ["build_matters", "link_petitions_to_cases"]

MATTER_COLUMNS = [
    "case_no", "court_code", "handler", "opened_on", "closed_on", "closing_manner", "kind",
    "reason", "doubt", "basis", "evidence", "resolved_on", "on_closed_case",
]  # fmt: skip


def _cited(text) -> str | None:
    """Return the first case number of a cell in its canonical form."""
    found = find_case_nos(text) if isinstance(text, str) else []
    return str(found[0]) if found else None


def _claimed(claims: pd.DataFrame) -> pd.DataFrame:
    """Return one row a petition that was read: its case, and whether it is about enforcement."""
    settings = load_campaign().petitions
    linked = claims["case_no"].notna()
    if "link_confidence" in claims:
        linked &= ~(claims["link_confidence"].astype(float) < settings.certain_link)
    case = claims["case_no"].astype(object).where(linked)
    likely = pd.Series(False, index=claims.index)
    if "candidates" in claims and "link_confidence" in claims:
        # The first candidate is the likeliest; its confidence is that of the row.
        sure = claims["link_confidence"].astype(float) >= settings.likely_link
        likely = case.isna() & sure & claims["candidates"].notna()
        case = case.mask(likely, claims["candidates"].where(likely).map(_cited))
    about = (
        ~claims["allegation"].isin(settings.not_about_enforcement) & claims["allegation"].notna()
    )
    read = pd.DataFrame({
        "petition_id": claims["petition_id"],
        "claimed_case": case,
        "about": about,
        "likely": likely,
        "only_other": ~about | claims["allegation"].eq("other"),
    })  # fmt: skip
    return read.groupby("petition_id", sort=False).agg(
        claimed_case=("claimed_case", "first"), about=("about", "any"),
        only_other=("only_other", "all"), likely=("likely", "any"),
    )  # fmt: skip


def _by_petitioner(petitions, snapshot) -> pd.Series:
    """Return the case of the petitioner's name where he has exactly one in that court."""
    parties = snapshot.parties[["court_code", "name", "case_no"]].dropna().drop_duplicates()
    once = parties[~parties.duplicated(["court_code", "name"], keep=False)]
    keys = petitions[["court_code", "petitioner"]].rename(columns={"petitioner": "name"})
    joined = keys.astype(object).merge(once.astype(object), how="left", on=["court_code", "name"])
    return pd.Series(joined["case_no"].to_numpy(), index=petitions.index, dtype=object)


def link_petitions_to_cases(snapshot, as_of: datetime.date, claims=None) -> pd.DataFrame:
    """Say of each petition which case it is about and whether it counts for the clean-up.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
    claims : output of ``check_petitions``, or None

    Returns
    -------
    DataFrame, one row a petition received by then
        The columns of ``petitions`` with ``matter_case`` (the enforcement case, or missing),
        ``counts`` (bool), ``reason`` (assigned, complaint, not_read, not_about_enforcement,
        no_case), ``doubt``.

    Notes
    -----
    A petition about an objection or review counts for the enforcement case that it belongs to.
    """
    settings = load_campaign().petitions
    day = pd.Timestamp(as_of)
    petitions = snapshot.petitions
    petitions = petitions[petitions["received_on"] <= day].reset_index(drop=True)
    cited = petitions["cited_case_no"].map(_cited).astype(object)
    cited = cited.where(cited.isin(snapshot.cases["case_no"]), petitions["text"].map(_cited))
    cited = cited.where(cited.isin(snapshot.cases["case_no"]))
    by_name = _by_petitioner(petitions, snapshot).where(cited.isna())
    cited = cited.where(cited.notna(), by_name)
    if claims is not None and len(claims):
        read = _claimed(claims).reindex(petitions["petition_id"]).set_axis(petitions.index)
        was_read = read["about"].notna()
        case = read["claimed_case"].astype(object).where(was_read, cited)
        about = read["about"].astype("boolean").fillna(True).astype(bool)
        likely = read["likely"].astype("boolean").fillna(False).astype(bool)
        vague = read["only_other"].astype("boolean").fillna(False).astype(bool) & was_read
    else:
        was_read = pd.Series(False, index=petitions.index)
        case, about, vague, likely = cited, ~was_read, was_read, was_read
    cases = snapshot.cases
    parents = cases[~cases["case_kind"].isin(load_campaign().counted_kinds)]
    parents = parents[parents["case_kind"].notna() & parents["parent_case_no"].notna()]
    upward = parents.drop_duplicates("case_no").set_index("case_no")["parent_case_no"]
    case = case.map(upward).astype(object).where(case.isin(upward.index), case)
    linked = case.isin(cases["case_no"])
    above = petitions["assigned_by"].isin(settings.assigned_from_above)
    reason = pd.Series("complaint", index=petitions.index, dtype=object)
    reason = reason.mask(~was_read, "not_read").mask(above, "assigned")
    reason = reason.mask(~about, "not_about_enforcement").mask(about & ~linked, "no_case")
    doubt = pd.Series(None, index=petitions.index, dtype=object)
    doubt = doubt.mask(vague, "complaint_not_specific").mask(~was_read, "claims_not_read")
    doubt = doubt.mask(~was_read & by_name.notna(), "linked_by_name").mask(likely, "likely_link")
    return petitions.assign(
        matter_case=case.where(linked), counts=about & linked, reason=reason, doubt=doubt
    )


def build_matters(snapshot, cases, as_of: datetime.date, claims=None) -> pd.DataFrame:
    """Join the petitions of one case into matters that open and are resolved.

    Parameters
    ----------
    snapshot : Snapshot
    cases : DataFrame, the cases that count, as known on the day
    as_of : date
    claims : output of ``check_petitions``, or None

    Returns
    -------
    DataFrame, one row a matter
        ``case_no``, ``court_code``, ``opened_on`` (first petition), ``resolved_on`` (of the last
        petition; missing while one is open), ``closed_on`` (resolved, or the case closed, if that
        is earlier), ``closing_manner`` (of the case, where it had closed by then),
        ``on_closed_case`` (yes where the case had closed before the first petition came: it is
        no open case, though the petition is unresolved), ``kind`` (assigned or received),
        ``reason``, ``doubt``, ``basis`` (the petitions' ids).

    Notes
    -----
    Several petitions of one matter count once. A petition that comes after all earlier ones
    were resolved begins a new matter: the case has come back.
    """
    day = pd.Timestamp(as_of)
    petitions = link_petitions_to_cases(snapshot, as_of, claims)
    petitions = petitions[petitions["counts"] & petitions["matter_case"].isin(cases["case_no"])]
    if petitions.empty:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in MATTER_COLUMNS})
    resolved = petitions["resolved_on"]
    petitions = petitions.assign(
        case_no=petitions["matter_case"],
        ended=resolved.where(resolved <= day, pd.Timestamp.max.floor("D")),
        above=petitions["reason"].eq("assigned"),
    ).sort_values(["case_no", "received_on", "petition_id"], kind="stable")
    # A petition belongs to the matter before it when it came on or before the day that one ended.
    ends = petitions.groupby("case_no")["ended"].cummax()
    previous = ends.groupby(petitions["case_no"]).shift()
    begins = previous.isna() | (petitions["received_on"] > previous)
    petitions["matter"] = begins.cumsum()
    petitions["place"] = row_places(petitions)
    matters = petitions.groupby("matter", sort=False).agg(
        case_no=("case_no", "first"),
        opened_on=("received_on", "min"),
        resolved_on=("ended", "max"),
        above=("above", "any"),
        first_reason=("reason", "first"),
        doubt=("doubt", "first"),
        basis=("petition_id", lambda ids: "; ".join(map(str, ids))),
        evidence=("place", "; ".join),
    )
    matters["resolved_on"] = matters["resolved_on"].where(matters["resolved_on"] <= day)
    matters["reason"] = matters["first_reason"].mask(matters["above"], "assigned")
    matters["kind"] = matters["above"].map({True: "assigned", False: "received"})
    home = cases.set_index("case_no")
    for column in ("court_code", "handler"):
        matters[column] = matters["case_no"].map(home[column])
    shut = pd.to_datetime(matters["case_no"].map(home["closed_on"]))
    before = shut < matters["opened_on"]
    matters["on_closed_case"] = before.map({True: "yes", False: "no"})
    resolved = matters["resolved_on"]
    matters["closed_on"] = resolved.mask(shut.notna() & ~before & ~(resolved <= shut), shut)
    manner = matters["case_no"].map(home["closing_manner"]).astype(object)
    matters["closing_manner"] = manner.where(shut <= matters["closed_on"])
    return matters.reset_index(drop=True)[MATTER_COLUMNS]
