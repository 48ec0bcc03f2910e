"""Like cases that were treated in another order than they came (选择性执行): a comparison.

Takes an open snapshot and a day, gives pairs for a person to look at. No text of law sets an
order among cases, and a record does not say everything: this is never a finding of law. Reads
``parameters/law/selective.yaml``.
"""

from bisect import bisect_right, insort
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd
from pydantic import Field

from audit_lib.errors import UnknownCode
from audit_lib.law.loading import load_pack
from audit_lib.law.silence import load_acts
from audit_lib.parameters import Parameters, load_parameters, parameters_folder

__all__ = ["LIKENESS", "SELECTIVE_COLUMNS", "compare_like_cases"]

#: How cases are alike, the strongest first.
LIKENESS = ("same_debtor", "same_batch", "same_size")

SELECTIVE_COLUMNS = (
    "court_code", "step", "like", "group_cases", "case_no", "handler", "cause", "filed_on",
    "step_on", "other_case_no", "other_handler", "other_cause", "other_filed_on", "other_step_on",
    "days_apart", "ahead", "doubt", "evidence",
)  # fmt: skip
_DAYS = ("filed_on", "step_on", "other_filed_on", "other_step_on")


class Like(Parameters):
    """What makes cases alike."""

    fewest: int = Field(ge=2)
    same_debtor: bool
    same_batch_days: int = Field(gt=0)
    same_size_share: float = Field(gt=0)
    same_size_fewest: int = Field(ge=2)


class Differs(Parameters):
    """From how many days on an order is worth a look."""

    filed_days: int = Field(gt=0)
    step_days: int = Field(gt=0)


class Reasons(Parameters):
    """What explains a later step."""

    events: list[str]
    inherited_control: bool


class Selective(Parameters):
    """What ``parameters/law/selective.yaml`` holds."""

    kinds: list[str]
    like: Like
    steps: dict[str, list[str] | str]
    differs: Differs
    reasons: Reasons
    preferred_causes: list[str]


@lru_cache(maxsize=4)
def _load(folder) -> Selective:
    settings = load_parameters(folder / "law" / "selective.yaml", Selective)
    known = load_pack().events
    for name, step in settings.steps.items():
        words = step if isinstance(step, list) else []
        if isinstance(step, str) and step != "substantive":
            raise UnknownCode.from_value(f"list of the step {name}", step, ["substantive"])
        for word in [*words, *settings.reasons.events]:
            if word not in known:
                raise UnknownCode.from_value("event in selective.yaml", word, known)
    return settings


def compare_like_cases(snapshot, as_of: date) -> pd.DataFrame:
    """Compare the order of like cases with the order in which they were filed.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
        Audit day; later cases and events are not seen.

    Returns
    -------
    DataFrame, one row a case that was passed over, and step
        ``step`` (first_act, first_control, first_payment), ``like`` (same_debtor, same_batch,
        same_size), ``group_cases``; the case with its ``filed_on`` and ``step_on`` (missing: not
        yet), the other case, filed later and served first, with the same; ``days_apart``
        (calendar days between the two steps, to `as_of` where the first has none); ``ahead``:
        how many later cases were served first; ``doubt`` (``same_name``: natural persons of one
        name without numbers to tell them apart); ``evidence``: record rows of both.

    Notes
    -----
    Left out: cases with a reason on file (a pause, an objection, an extension …) before the
    other's step, later cases that inherited a control, and claims that the law puts first.
    """
    settings = _load(parameters_folder())
    today = pd.Timestamp(as_of)
    cases = snapshot.cases
    cases = cases[cases["case_kind"].isin(settings.kinds) & (cases["filed_on"] <= today)]
    cases = cases.drop_duplicates("case_no").reset_index(drop=True)
    events = snapshot.events
    events = events[(events["day"] <= today) & events["case_no"].isin(cases["case_no"])]
    first_reason = _first(events, settings.reasons.events)["day"]
    groups = [*_groups(cases, snapshot.parties, settings)]
    rows = []
    for step, listed in settings.steps.items():
        codes = load_acts().substantive if listed == "substantive" else listed
        done = _first(events, codes)
        table = cases.set_index("case_no")[["court_code", "handler", "cause", "filed_on",
                                            "closed_on"]]  # fmt: skip
        table = table.join(done).join(first_reason.rename("reason_on"))
        table["preferred"] = (
            table["cause"]
            .fillna("")
            .map(lambda cause: any(word in cause for word in settings.preferred_causes))
        )
        inherited = settings.reasons.inherited_control & (table["day"] < table["filed_on"])
        table["leads"] = table["day"].notna() & ~inherited
        seen: set[str] = set()
        for like, numbers, doubt in groups:
            for found in _passed_over(table.loc[numbers], settings.differs, today):
                if found["case_no"] not in seen:
                    seen.add(found["case_no"])
                    rows.append(found | {"step": step, "like": like, "doubt": doubt,
                                         "group_cases": len(numbers)})  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(SELECTIVE_COLUMNS))
    for column in _DAYS:
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[us]")
    for column in ("group_cases", "days_apart", "ahead"):
        frame[column] = frame[column].astype("Int64")
    order = ["court_code", "case_no", "step"]
    return frame.sort_values(order, ignore_index=True)


def _first(events: pd.DataFrame, codes) -> pd.DataFrame:
    """Return the first of some events of each case: ``day`` and ``row``, as evidence."""
    found = events[events["event"].isin(list(codes))]
    found = found.sort_values(["case_no", "day", "source_file", "source_row"])
    found = found.drop_duplicates("case_no").set_index("case_no")
    place = found["source_file"] + "#" + found["source_row"].astype("str")
    row = found["event"] + " " + found["day"].dt.strftime("%Y-%m-%d") + " (" + place + ")"
    return pd.DataFrame({"day": found["day"], "row": row.astype("str")})


def _groups(cases, parties, settings: Selective):
    """Yield (likeness, case numbers, doubt) of each group, the strongest likeness first."""
    like = settings.like
    names = parties[parties["case_no"].isin(cases["case_no"])]
    names = names.assign(plain=names["name"].str.replace(r"\s", "", regex=True))
    court = cases.set_index("case_no")["court_code"]
    if like.same_debtor:
        debtors = names[names["role"] == "debtor"].drop_duplicates(["case_no", "plain"])
        debtors = debtors.assign(court=debtors["case_no"].map(court))
        natural = debtors["kind"].eq("natural_person")
        debtors["key"] = debtors["plain"].where(
            ~natural | debtors["id_no"].isna(), debtors["plain"] + debtors["id_no"].astype("str")
        )
        for _, group in debtors.groupby(["court", "key"], sort=True):
            if group["case_no"].nunique() >= like.fewest:
                unsure = (group["kind"].eq("natural_person") & group["id_no"].isna()).any()
                yield "same_debtor", sorted(group["case_no"]), "same_name" if unsure else None
    creditors = names[names["role"] == "creditor"].sort_values(["case_no", "plain"])
    first = creditors.drop_duplicates("case_no").set_index("case_no")["plain"]
    batch = cases.assign(creditor=cases["case_no"].map(first)).dropna(subset=["creditor", "cause"])
    batch = batch.sort_values(["court_code", "creditor", "cause", "filed_on", "case_no"])
    for _, group in batch.groupby(["court_code", "creditor", "cause"], sort=True):
        if len(group) >= like.fewest:
            apart = group["filed_on"].diff().dt.days.fillna(0) > like.same_batch_days
            for _, part in group.groupby(apart.cumsum()):
                if len(part) >= like.fewest:
                    yield "same_batch", sorted(part["case_no"]), None
    sized = cases[cases["claim_amount"] > 0].dropna(subset=["cause"])
    band = np.floor(np.log(sized["claim_amount"]) / np.log1p(like.same_size_share))
    quarter = sized["filed_on"].dt.to_period("Q").astype("str")
    for _, group in sized.groupby(["court_code", "cause", quarter, band], sort=True):
        if len(group) >= like.same_size_fewest:
            yield "same_size", sorted(group["case_no"]), None


def _passed_over(group: pd.DataFrame, differs: Differs, today: pd.Timestamp):
    """Yield each case of a group that a later one overtook, with the first that did.

    Cases are gone through from the last filed to the first; the steps of those filed late enough
    stand in order in a list, so a group of n costs n log n.
    """
    group = group.sort_values(["filed_on", "day"], na_position="last")
    filed = group["filed_on"].to_numpy()
    late = np.timedelta64(differs.filed_days, "D")
    ready: list[tuple[pd.Timestamp, str]] = []
    waiting = len(group) - 1
    for at in range(len(group) - 1, -1, -1):
        while waiting > at and filed[waiting] - filed[at] >= late:
            other = group.iloc[waiting]
            if other["leads"]:
                insort(ready, (other["day"], other.name))
            waiting -= 1
        case = group.iloc[at]
        # Served to this day, or closed: nobody passes it over any more.
        reached = min(day for day in (case["day"], today) if pd.notna(day))
        limit = reached - pd.Timedelta(days=differs.step_days)
        ahead = bisect_right(ready, (limit, "\uffff"))
        served = [
            item for item in ready[:ahead] if not _explained(case, group.loc[item[1]], item[0])
        ]
        if served:
            day, number = served[0]
            other = group.loc[number]
            yield {
                "court_code": case["court_code"], "case_no": case.name,
                "handler": case["handler"], "cause": case["cause"], "filed_on": case["filed_on"],
                "step_on": case["day"], "other_case_no": number,
                "other_handler": other["handler"], "other_cause": other["cause"],
                "other_filed_on": other["filed_on"], "other_step_on": day,
                "days_apart": (reached - day).days, "ahead": len(served),
                "evidence": "; ".join(r for r in (case["row"], other["row"]) if pd.notna(r)),
            }  # fmt: skip


def _explained(case, other, step_on: pd.Timestamp) -> bool:
    """Say whether the record gives a reason why the other case came first."""
    if pd.notna(case["closed_on"]) and case["closed_on"] <= step_on:
        return True
    if pd.notna(case["reason_on"]) and case["reason_on"] <= step_on:
        return True
    return bool(other["preferred"] and not case["preferred"])
