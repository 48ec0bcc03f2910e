"""The lists of open cases that come with a return, case by case against the record.

Takes the listed cases and the spans of the categories, gives rows of
:func:`audit_lib.campaign.check_returns`.
"""

import numpy as np
import pandas as pd

from audit_lib.campaign.calendar import months_due
from audit_lib.campaign.faults import fault_rows, plain_counts
from audit_lib.campaign.places import row_places
from audit_lib.record import BadCaseNo, parse_case_no

__all__ = ["category_ends", "check_items", "check_lists", "read_items"]


def read_items(snapshot, as_of, returns) -> pd.DataFrame:
    """Return the listed open cases of the returns that had been received."""
    items = snapshot.return_items.reset_index(drop=True)
    items = items.assign(evidence=row_places(items))
    early = items["month"].astype(str) <= f"{as_of:%Y-%m}"
    here = returns[["court_code", "month"]].drop_duplicates().assign(here=True)
    later = snapshot.returns[snapshot.returns["submitted_on"] > pd.Timestamp(as_of)]
    later = later[["court_code", "month"]].drop_duplicates().assign(later=True)
    seen = items.merge(here, how="left").merge(later, how="left")
    # A list whose return is not in yet is not in either; a list without any return is looked at.
    hidden = seen["later"].notna() & seen["here"].isna()
    strange = ~seen["month"].isin(months_due(as_of))
    return items[(early | strange).to_numpy() & ~hidden.to_numpy()].reset_index(drop=True)


def check_items(snapshot, items, spans, windows, as_of) -> pd.DataFrame:
    """Check that each listed case exists, is the court's, is open and is of the category."""
    item = items.merge(windows, on=["court_code", "month"], how="left")
    cases = snapshot.cases.drop_duplicates("case_no").set_index("case_no")
    item["home"] = item["case_no"].map(cases["court_code"])
    foreign = item["home"].isna() & _of_court_not_here(item, snapshot.courts["court_code"])
    item["home"] = item["home"].mask(foreign, item["case_no"].map(_numbered_court))
    item["case_filed"] = pd.to_datetime(item["case_no"].map(cases["filed_on"]))
    item["case_closed"] = pd.to_datetime(item["case_no"].map(cases["closed_on"]))
    item["case_place"] = item["case_no"].map(pd.Series(row_places(cases).to_numpy(), cases.index))
    item["last_end"], item["in_category"] = category_ends(item, spans)
    # An unresolved petition on a closed case may be listed: it is not a closed matter.
    petition = item["category"].eq("petition") & item["in_category"]
    ended = item["case_closed"].mask(petition, item["last_end"])
    tests = [
        ("unknown_month", ~item["month"].isin(months_due(as_of)), item["month"]),
        ("unknown_court", ~item["court_code"].isin(snapshot.courts["court_code"]), None),
        ("item_unknown_case", item["home"].isna(), None),
        ("item_other_court", item["home"].ne(item["court_code"]), item["home"]),
        ("item_not_filed", item["case_filed"] > item["last"],
         item["case_filed"].dt.strftime("%Y-%m-%d")),
        ("item_closed", ended <= item["first"], ended.dt.strftime("%Y-%m-%d")),
        ("item_not_in_category", ~item["in_category"], None),
    ]  # fmt: skip
    fault = pd.Series(None, index=item.index, dtype=object)
    found = pd.Series(None, index=item.index, dtype=object)
    for name, holds, shown in tests:
        first = holds.fillna(False).astype(bool) & fault.isna()
        fault = fault.mask(first, name)
        if shown is not None:
            found = found.mask(first, shown.astype(object))
    doubt = pd.Series(None, index=item.index, dtype=object)
    doubt = doubt.mask(fault.eq("item_not_in_category"), "category_read_from_record")
    doubt = doubt.mask(fault.eq("item_other_court") & foreign, "court_not_in_record")
    proof = item["evidence"].astype(str) + ("; " + item["case_place"].astype(object)).fillna("")
    bad = item.assign(fault=fault, found=found, doubt=doubt, evidence=proof)
    twice = item[item.duplicated(["court_code", "month", "category", "case_no"], keep="first")]
    return pd.concat([fault_rows(bad[fault.notna()]), fault_rows(twice, fault="item_twice")])


def _numbered_court(case_no) -> str | None:
    """Return the court that a case number of the new style names."""
    try:
        return parse_case_no(case_no).court_code
    except BadCaseNo:
        return None


def _of_court_not_here(item, courts) -> pd.Series:
    """Whether the number of a case names a court whose cases are not in this record."""
    named = item["case_no"].map(_numbered_court)
    return named.notna() & named.ne(item["court_code"]) & ~named.isin(courts)


def category_ends(item, spans):
    """Return when each listed case left its category (missing: open), and whether it is in it."""
    key = ["case_no", "category"]
    last = spans.sort_values("opened_on", kind="stable").drop_duplicates(key, keep="last")
    end = last["closed_on"].mask(last["category"].eq("petition"), last["resolved_on"])
    last = last[key].assign(end=end, inside=True)
    joined = item[key].merge(last, on=key, how="left")
    return joined["end"].to_numpy(), joined["inside"].notna().to_numpy()


def check_lists(returns, items, spans, windows, counts) -> pd.DataFrame:
    """Find open cases that a court's list leaves out, and lists that do not add up."""
    usable = returns[returns["usable"]].merge(windows, on=["court_code", "month"])
    key = ["court_code", "month", "category"]
    listed = items.groupby(key)["case_no"].nunique().rename("listed").reset_index()
    usable = usable.merge(listed, on=key, how="left").fillna({"listed": 0})
    uneven = usable[usable["open_count"].notna() & usable["open_count"].ne(usable["listed"])]
    rows = [fault_rows(
        uneven, fault="list_differs_from_count", claimed=plain_counts(uneven["open_count"]),
        found=plain_counts(uneven["listed"]), evidence=uneven["place"],
    )]  # fmt: skip
    counted = spans[spans["on_closed_case"].ne("yes")]
    live = usable.merge(counted, on=["court_code", "category"], suffixes=("", "_case"))
    live = live[(live["opened_on"] <= live["first"]) & ~(live["closed_on"] <= live["last"])]
    pairs = items[[*key, "case_no"]].drop_duplicates().assign(is_listed=True)
    live = live.merge(pairs, on=[*key, "case_no"], how="left")
    absent = live[live["is_listed"].isna()]
    if absent.empty:
        return pd.concat(rows)
    months = {m: str(pd.Period(m, "M") - 1) for m in absent["month"].unique()}
    before = pairs.rename(columns={"month": "earlier", "is_listed": "was_listed"})
    absent = absent.assign(earlier=absent["month"].map(months)).merge(
        before, on=["court_code", "earlier", "category", "case_no"], how="left"
    )
    # Hidden: fewer open, or more closed, were reported than there were on any day.
    differ = counts[counts["fault"].isin(["open_count_differs", "closed_count_differs"])]
    said = pd.to_numeric(differ["claimed"])
    least, most = (differ["found"].str.split("-").str[end].astype(float) for end in (0, -1))
    of_open = differ["fault"].eq("open_count_differs")
    low = differ[(of_open & (said < least)) | (~of_open & (said > most))]
    hides = pd.MultiIndex.from_frame(absent[key]).isin(pd.MultiIndex.from_frame(low[key]))
    # Where open cases are reported without any list, the list is missing, not the case hidden.
    given = absent["listed"].gt(0) | absent["open_count"].eq(0).fillna(False).astype(bool)
    fault = np.where(absent["was_listed"].notna(), "vanished_case", "case_not_listed")
    fault = np.where(hides & given, "hidden_case", fault)
    doubt = np.where(absent["marked_by_court"].eq("no"), "not_marked_by_court", absent["doubt"])
    proof = absent["place"].astype(str) + "; " + absent["evidence"].astype(str)
    rows.append(fault_rows(absent, fault=fault, doubt=doubt, evidence=proof, claimed=None,
                      found="open"))  # fmt: skip
    return pd.concat(rows)
