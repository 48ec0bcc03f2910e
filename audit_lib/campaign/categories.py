"""Which cases belong to the three clean-ups, read from the record and not from the court's mark.

Takes a snapshot (cases, parties, petitions), gives one row a case and category with its reason
and its doubt, and compares that with what the court marked. Petition matters are in
:mod:`audit_lib.campaign.matters`.
"""

import datetime

import pandas as pd

from audit_lib.campaign.livelihood import names_hardship, read_causes
from audit_lib.campaign.matters import build_matters
from audit_lib.campaign.organs import read_organs
from audit_lib.campaign.places import row_places
from audit_lib.campaign.settings import CATEGORIES, load_campaign
from audit_lib.errors import MissingColumn, UnknownCode

__all__ = ["CATEGORY_COLUMNS", "categorise_cases", "compare_marks", "counted_cases"]

CATEGORY_COLUMNS = [
    "case_no", "court_code", "category", "kind", "reason", "doubt", "marked_by_court", "old",
    "basis", "handler", "opened_on", "closed_on", "closing_manner", "resolved_on",
    "on_closed_case", "evidence",
]  # fmt: skip

#: The nine livelihood kinds; a person's mark names one of them.
MARK_KINDS = (
    "wages", "parental_support", "spousal_support", "child_support", "bereavement",
    "medical_injury", "traffic_injury", "work_injury", "other_hardship",
)  # fmt: skip


def counted_cases(snapshot, as_of: datetime.date) -> pd.DataFrame:
    """Return the enforcement cases that stood on the books up to a day.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date, nothing later is seen

    Returns
    -------
    DataFrame, one row a case
        The columns of ``cases``, with closings after `as_of` taken out; objections, reviews and
        preservation (``counted_kinds`` in parameters/campaign.yaml) are left out. A case whose
        kind cannot be read stays in.

    Examples
    --------
    >>> import pandas as pd
    >>> from types import SimpleNamespace
    >>> cases = pd.DataFrame({
    ...     "case_no": ["（2016）鲁0902执1号", "（2016）鲁0902执异2号"], "court_code": "鲁0902",
    ...     "case_kind": ["执", "执异"], "filed_on": pd.to_datetime(["2016-01-04"] * 2),
    ...     "closed_on": pd.to_datetime(["2017-01-20"] * 2), "closing_manner": "completed"})
    >>> counted_cases(SimpleNamespace(cases=cases), datetime.date(2016, 12, 28))[
    ...     ["case_no", "closed_on"]].to_dict("records")
    [{'case_no': '（2016）鲁0902执1号', 'closed_on': NaT}]
    """
    day = pd.Timestamp(as_of)
    cases = snapshot.cases
    kinds = load_campaign().counted_kinds
    inside = (cases["case_kind"].isin(kinds) | cases["case_kind"].isna()) & (
        cases["filed_on"] <= day
    )
    chosen = cases[inside].drop_duplicates("case_no", keep="first").copy()
    unseen = ~(chosen["closed_on"] <= day)
    chosen["closed_on"] = chosen["closed_on"].mask(unseen)
    chosen["closing_manner"] = chosen["closing_manner"].astype(object).mask(unseen)
    return chosen.reset_index(drop=True)


def _from_parents(cases: pd.DataFrame, everything: pd.DataFrame, column: pd.Series) -> pd.Series:
    """Fill what a resumed case lacks from the case that it resumes."""
    if "parent_case_no" not in cases:
        return pd.Series(pd.NA, index=cases.index, dtype=object)
    source = pd.Series(column.to_numpy(), index=everything["case_no"]).dropna()
    source = source[~source.index.duplicated()]
    return cases["parent_case_no"].map(source)


def _livelihood(cases: pd.DataFrame, everything: pd.DataFrame) -> pd.DataFrame:
    """Read the causes."""
    cause = cases["cause"].astype(object)
    inherited = _from_parents(cases, everything, everything["cause"].astype(object))
    from_parent = cause.isna() & inherited.notna()
    cause = cause.where(cause.notna(), inherited)
    readings = read_causes(cause.dropna().unique())
    found = cases.assign(
        kind=cause.map({c: r.kind for c, r in readings.items()}),
        reason=cause.map({c: r.reason for c, r in readings.items()}),
        doubt=cause.map({c: r.doubt for c, r in readings.items()}),
        basis=cause,
        evidence=row_places(cases),
    ).astype({"kind": object, "doubt": object, "reason": object})
    found.loc[from_parent, "reason"] = "cause_of_parent"
    hardship = found["kind"].isna() & cases["note"].notna() & _marked(cases, "livelihood")
    hardship[hardship] = cases.loc[hardship, "note"].map(names_hardship).astype(bool)
    found.loc[hardship, ["kind", "reason", "doubt"]] = [
        "other_hardship", "marked_with_reason", "rests_on_mark",
    ]  # fmt: skip
    found.loc[hardship, "basis"] = cases.loc[hardship, "note"]
    return found[found["kind"].notna()].assign(category="livelihood")


def _party_organ(cases, everything, parties) -> pd.DataFrame:
    """Read the names of the debtors."""
    debtors = parties[(parties["role"] == "debtor") & parties["name"].notna()]
    debtors = debtors[debtors["kind"].ne("natural_person") | debtors["kind"].isna()]
    readings = read_organs(debtors["name"].unique())
    organs = debtors.assign(
        organ=debtors["name"].map({n: r.organ for n, r in readings.items()}),
        reason=debtors["name"].map({n: r.reason for n, r in readings.items()}),
        doubt=debtors["name"].map({n: r.doubt for n, r in readings.items()}),
        evidence=row_places(debtors),
    )
    several = debtors.groupby("case_no").size()
    organs = organs[organs["organ"].notna()].drop_duplicates("case_no").set_index("case_no")
    own = cases["case_no"].isin(parties.loc[parties["role"] == "debtor", "case_no"])
    key = cases["case_no"]
    if "parent_case_no" in cases:
        key = key.where(own, cases["parent_case_no"])
    inside = key.isin(organs.index)
    found, key = cases[inside], key[inside]
    take = organs.reindex(key).set_axis(found.index)
    doubt = take["doubt"].astype(object)
    co_debtor = key.map(several).gt(1) & doubt.isna()
    return found.assign(
        category="party_organ",
        kind=take["organ"].astype(object),
        reason=take["reason"].astype(object).where(own[inside], "debtor_of_parent"),
        doubt=doubt.mask(co_debtor, "other_debtors_too"),
        basis=take["name"].astype(object),
        evidence=take["evidence"],
    )


def _marked(cases: pd.DataFrame, category: str) -> pd.Series:
    """Whether the court marked each case with the category."""
    marks = cases["marked_category"].astype("string").fillna("")
    return marks.str.contains(rf"(?:^|[;；,，、\s]){category}(?:$|[;；,，、\s])").astype(bool)


def _person_marks(cases, marks) -> pd.DataFrame:
    """Take the kinds that a person gave, each with a reason."""
    needed = ["case_no", "kind", "reason", "marked_by"]
    missing = [column for column in needed if column not in marks]
    if missing:
        raise MissingColumn.from_table("marks", missing, marks.columns)
    for kind in marks["kind"].dropna().unique():
        if kind not in MARK_KINDS:
            raise UnknownCode.from_value("livelihood kind", kind, MARK_KINDS)
    usable = marks[marks["reason"].fillna("").astype(str).str.strip().ne("")]
    usable = usable.drop_duplicates("case_no", keep="last").set_index("case_no")
    found = cases[cases["case_no"].isin(usable.index)]
    take = usable.reindex(found["case_no"]).set_axis(found.index)
    return found.assign(
        category="livelihood",
        kind=take["kind"],
        reason="marked_by_person",
        doubt=None,
        basis=take["reason"],
        evidence=take["marked_by"],
    )


def _stack(frames: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """Put frames below one another, with these columns, even where none has a row."""
    full = [f.reindex(columns=columns).astype(object) for f in frames if len(f)]
    if not full:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    return pd.concat(full, ignore_index=True)


def read_spans(snapshot, as_of, claims=None, marks=None) -> pd.DataFrame:
    """Return every time that a case was in a category, open or over, as known on a day.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
    claims : output of ``check_petitions``, or None
    marks : DataFrame of a person's marks, or None; see :func:`categorise_cases`

    Returns
    -------
    DataFrame, one row a case, category and span
        The columns of :func:`categorise_cases`; ``closed_on`` is missing while it is open. A
        case is one span; a petition matter is one span until it is resolved or its case closes,
        and another when a new petition comes after it was resolved.
    """
    cases = counted_cases(snapshot, as_of)
    everything = snapshot.cases
    frames = [_livelihood(cases, everything)]
    if marks is not None and len(marks):
        marked = _person_marks(cases, marks)
        frames[0] = frames[0][~frames[0]["case_no"].isin(marked["case_no"])]
        frames.append(marked)
    frames.append(_party_organ(cases, everything, snapshot.parties))
    frames = [frame.assign(opened_on=frame["filed_on"]) for frame in frames]
    matters = build_matters(snapshot, cases, as_of, claims)
    frames.append(matters.assign(category="petition"))
    spans = _stack(frames, [c for c in CATEGORY_COLUMNS if c not in ("marked_by_court", "old")])
    for column in ("opened_on", "closed_on", "resolved_on"):
        spans[column] = pd.to_datetime(spans[column]).astype("datetime64[us]")
    spans["on_closed_case"] = spans["on_closed_case"].fillna("no")
    spans["old"] = "no"
    spans.loc[spans["opened_on"] <= pd.Timestamp(load_campaign().baseline), "old"] = "yes"
    spans["marked_by_court"] = "no"
    by_case = cases.set_index("case_no")
    for category in CATEGORIES:
        named = by_case.index[_marked(by_case, category)]
        spans.loc[spans["category"].eq(category) & spans["case_no"].isin(named),
                  "marked_by_court"] = "yes"  # fmt: skip
    order = spans["category"].map({c: n for n, c in enumerate(CATEGORIES)})
    spans = spans.assign(order=order).sort_values(
        ["court_code", "order", "case_no", "opened_on"], kind="stable"
    )
    return spans[CATEGORY_COLUMNS].reset_index(drop=True)


def categorise_cases(snapshot, as_of: datetime.date, claims=None, marks=None) -> pd.DataFrame:
    """Say which cases belong to the three clean-ups, each with its reason and its doubt.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date, nothing later is seen
    claims : DataFrame, output of ``check_petitions``, or None
        What each petition complains of. Without it every petition that cites a case of the
        record counts, and the doubt says so.
    marks : DataFrame, one row a case marked by a person, or None
        ``case_no``, ``kind`` (one of the nine), ``reason`` and ``marked_by``; a mark without a
        reason is not taken. The ninth kind, ``other_hardship``, comes from here, or from the
        court's own mark where its note gives hardship as the reason.

    Returns
    -------
    DataFrame, one row a case and category
        ``case_no``, ``court_code``, ``category``, ``kind``, ``reason``, ``doubt``,
        ``marked_by_court`` and ``old`` (yes/no), ``basis`` (the cause, the debtor's name, the
        petitions), ``handler``, ``opened_on``, ``closed_on``, ``closing_manner``,
        ``resolved_on`` and ``on_closed_case`` (of petition matters), ``evidence``. Closed cases
        keep their category; a petition matter is here only while it is not resolved.

    References
    ----------
    泰中法办〔2016〕35号, 一(一); contract/interface.md on the petition category.
    """
    spans = read_spans(snapshot, as_of, claims, marks)
    over = spans["category"].eq("petition") & spans["resolved_on"].notna()
    return spans[~over].reset_index(drop=True)


def compare_marks(
    snapshot, as_of: datetime.date, claims=None, marks=None, everything: bool = False
) -> pd.DataFrame:
    """Compare the categories that the record shows with the court's own marks.

    Parameters
    ----------
    snapshot, as_of, claims, marks : as for :func:`categorise_cases`
    everything : also give the cases on which both agree

    Returns
    -------
    DataFrame, one row a case and category
        ``case_no``, ``court_code``, ``handler``, ``category``, ``comparison`` (under_marked,
        over_marked, agreed), ``kind``, ``reason``, ``doubt``, ``basis``, ``evidence``.
        Open cases, and those that closed after the campaign began. A petition mark on a case
        whose petition is resolved is no fault.
    """
    spans = read_spans(snapshot, as_of, claims, marks)
    cases = counted_cases(snapshot, as_of)
    baseline = pd.Timestamp(load_campaign().baseline)
    current = cases[cases["closed_on"].isna() | (cases["closed_on"] >= baseline)]
    live = spans[spans["case_no"].isin(current["case_no"])]
    resolved = live["category"].eq("petition") & live["resolved_on"].notna()
    live = live[~resolved | live["marked_by_court"].eq("yes")]
    live = live.drop_duplicates(["case_no", "category"])
    agreed = live["marked_by_court"].map({"yes": "agreed", "no": "under_marked"})
    days = pd.Timedelta(days=load_campaign().marks.within_days)
    lately = agreed.eq("under_marked") & (live["opened_on"] > pd.Timestamp(as_of) - days)
    frames = [live.assign(comparison=agreed, doubt=live["doubt"].mask(lately, "received_lately"))]
    causes = read_causes(current["cause"].dropna().unique())
    hidden = {cause: reading.doubt for cause, reading in causes.items()}
    kind_only = snapshot.parties[
        snapshot.parties["role"].eq("debtor") & snapshot.parties["kind"].eq("organ")
    ]["case_no"]
    for category in CATEGORIES:
        known = live.loc[live["category"].eq(category), "case_no"]
        over = current[_marked(current, category) & ~current["case_no"].isin(known)]
        doubt, basis = pd.Series(None, index=over.index, dtype=object), None
        if category == "livelihood":
            # The judgment may hold wages or support that the cause does not name.
            doubt, basis = over["cause"].map(hidden), over["cause"]
        if category == "party_organ":
            doubt = doubt.mask(over["case_no"].isin(kind_only), "party_kind_says_organ")
        frames.append(
            over.assign(category=category, comparison="over_marked", reason="marked_only",
                        doubt=doubt, basis=basis, evidence=row_places(over), kind=None)
        )  # fmt: skip
    columns = ["case_no", "court_code", "handler", "category", "comparison", "kind", "reason",
               "doubt", "basis", "evidence"]  # fmt: skip
    table = _stack(frames, columns)
    if not everything:
        table = table[table["comparison"] != "agreed"]
    return table.sort_values(["court_code", "category", "case_no"], ignore_index=True)
