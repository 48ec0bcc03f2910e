"""Reason, plan and promised day of each listed case, followed from month to month.

Takes the listed cases and the spans of the categories, gives rows of
:func:`audit_lib.campaign.check_returns`.
"""

import pandas as pd

from audit_lib.campaign.faults import fault_rows
from audit_lib.campaign.listing import category_ends

__all__ = ["check_promises"]


def check_promises(items, spans, windows, as_of) -> pd.DataFrame:
    """Follow each listed case's reason, plan and promised day from month to month."""
    item = items.merge(windows, on=["court_code", "month"])
    item = item.sort_values(["court_code", "category", "case_no", "month"], kind="stable")
    item = item.drop_duplicates(["court_code", "category", "case_no", "month"])
    ended, _ = category_ends(item, spans)
    item = item.assign(ended=pd.Series(ended, index=item.index))
    rows = []
    for column, fault in (("reason", "no_reason"), ("plan", "no_plan")):
        empty = item[column].fillna("").astype(str).str.strip().eq("")
        rows.append(fault_rows(item[empty], fault=fault))
    rows.append(fault_rows(item[item["promised_on"].isna()], fault="no_promised_day"))
    group = item.groupby(["court_code", "category", "case_no"])
    promised = item["promised_on"]
    key = [item["court_code"], item["category"], item["case_no"]]
    earlier = group["promised_on"].ffill().groupby(key).shift()
    shown = promised.dt.strftime("%Y-%m-%d")
    past = item[promised < item["first"]]
    rows.append(fault_rows(past, fault="promise_in_the_past", claimed=shown[past.index]))
    later = promised > earlier
    moves = later.groupby(key).cumsum()
    # `moves` counts how often the day has moved by then.
    slipped = item[later]
    rows.append(fault_rows(
        slipped, fault="slipped_promise", claimed=earlier[later].dt.strftime("%Y-%m-%d"),
        found=shown[later] + " (" + moves[later].astype(str) + "×)",
    ))  # fmt: skip
    newest = ~item.duplicated(["court_code", "category", "case_no"], keep="last")
    today = pd.Timestamp(as_of)
    open_now = item["ended"].isna() & item["case_no"].isin(spans["case_no"])
    standing = promised.fillna(earlier)
    passed = newest & open_now & (standing < today) & ~later & ~(promised < item["first"])
    rows.append(fault_rows(item[passed], fault="promise_passed", found="open",
                      claimed=standing[passed].dt.strftime("%Y-%m-%d")))  # fmt: skip
    return pd.concat(rows)
