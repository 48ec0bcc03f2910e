"""Case money in the court's account, by age, and hardship cases without judicial aid.

Takes a snapshot, gives rows of money kept and of cases to look at. Reads the ``funds`` and
``aid`` parts of ``parameters/campaign.yaml``. Whether a payout is late in law is the law
room's question; here the account is cleared, entry by entry.
"""

import datetime

import numpy as np
import pandas as pd

from audit_lib.campaign.categories import read_spans
from audit_lib.campaign.places import row_places
from audit_lib.campaign.settings import load_campaign

__all__ = ["build_aid", "build_funds", "summarise_funds"]

PAID = ("money_paid", "money_escrowed", "refunded_to_debtor")

FUND_COLUMNS = [
    "case_no", "court_code", "handler", "received_on", "received", "kept", "age_days", "age_band",
    "state", "deferred_until", "ground", "legacy", "evidence",
]  # fmt: skip


def _seen(snapshot, as_of) -> pd.DataFrame:
    """Return the events up to a day, with their place."""
    events = snapshot.events
    events = events[events["day"] <= pd.Timestamp(as_of)]
    return events.assign(place=row_places(events))


def _bands(age: pd.Series, edges: list[int]) -> pd.Series:
    """Name the age of money: ``0-5``, ``6-10`` … ``>30`` days."""
    edges = sorted(edges)
    names, start = [], 0
    for edge in edges:
        names.append(f"{start}-{edge}")
        start = edge + 1
    names.append(f">{edges[-1]}")
    place = np.searchsorted(edges, age.to_numpy(dtype=float), side="left")
    return pd.Series([names[i] for i in place], index=age.index, dtype=object)


def build_funds(snapshot, as_of: datetime.date) -> pd.DataFrame:
    """List the money that a court has received in its cases and not passed on.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date

    Returns
    -------
    DataFrame, one row a receipt of which something is kept
        ``received_on``, ``received`` and ``kept`` (yuan) · ``age_days``, ``age_band`` · ``state``:
        waiting, unannounced (finance has not told the handler), deferred, deferred_no_ground,
        deferral_over, unmatched (the case number is in no table of cases), amount_unknown ·
        ``deferred_until``, ``ground`` · ``legacy`` (yes: received by the day of the earlier
        clearing of retained funds) · ``evidence``.

    Notes
    -----
    What was paid out is set against the oldest receipts first, case by case. Costs that a court
    kept lawfully have no event of their own: such a rest is shown, and is for a person to tell.

    References
    ----------
    泰中法办〔2016〕35号, 三(二): 全面、及时清理滞留法院账户的暂存款.
    """
    settings = load_campaign().funds
    events = _seen(snapshot, as_of)
    receipts = _receipts(events)
    if receipts.empty:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in FUND_COLUMNS})
    paid = events[events["event"].isin(PAID)].groupby("case_no")["amount"].sum()
    receipts = receipts.sort_values(["case_no", "day", "place"], kind="stable")
    amount = receipts["amount"].fillna(0.0)
    before = amount.groupby(receipts["case_no"]).cumsum() - amount
    left_over = receipts["case_no"].map(paid).fillna(0.0) - before
    receipts["kept"] = (amount - left_over.clip(lower=0)).clip(lower=0)
    unknown = receipts["amount"].isna()
    any_paid = receipts["case_no"].isin(paid.index)
    kept = receipts[(receipts["kept"] > settings.small_rest_yuan) | (unknown & ~any_paid)].copy()
    today = pd.Timestamp(as_of)
    kept["age_days"] = (today - kept["day"]).dt.days
    kept["age_band"] = _bands(kept["age_days"], settings.age_days)
    cases = snapshot.cases.drop_duplicates("case_no").set_index("case_no")
    kept["handler"] = kept["case_no"].map(cases["handler"])
    told = events[events["event"].eq("arrival_notified")].groupby("case_no")["day"].max()
    silent = ~(told.reindex(kept["case_no"]).to_numpy() >= kept["day"].to_numpy())
    silent = pd.Series(silent, index=kept.index)
    silent &= kept["age_days"] > settings.unannounced_days
    defer = events[events["event"].eq("payout_deferred")].sort_values("day", kind="stable")
    defer = defer.drop_duplicates("case_no", keep="last").set_index("case_no")
    until = pd.Series(defer["until"].reindex(kept["case_no"]).to_numpy(), index=kept.index)
    ground = pd.Series(defer["note"].reindex(kept["case_no"]).to_numpy(), index=kept.index)
    deferred = kept["case_no"].isin(defer.index)
    state = pd.Series("waiting", index=kept.index, dtype=object).mask(silent, "unannounced")
    state = state.mask(deferred, "deferred")
    state = state.mask(deferred & ground.isna(), "deferred_no_ground")
    state = state.mask(deferred & (until < today), "deferral_over")
    state = state.mask(unknown.reindex(kept.index), "amount_unknown")
    state = state.mask(~kept["case_no"].isin(cases.index), "unmatched")
    legacy = kept["day"] <= pd.Timestamp(settings.legacy_until)
    kept = kept.assign(
        received_on=kept["day"], received=kept["amount"], state=state, deferred_until=until,
        ground=ground, legacy=legacy.map({True: "yes", False: "no"}), evidence=kept["place"],
    )  # fmt: skip
    order = ["court_code", "received_on", "case_no", "evidence"]
    return kept.sort_values(order, ignore_index=True)[FUND_COLUMNS]


def _receipts(events) -> pd.DataFrame:
    """Return the arrivals of money; where only the notice of it is recorded, the notice."""
    arrived = events[events["event"].eq("money_received")]
    told = events[events["event"].eq("arrival_notified") & events["amount"].notna()]
    told = told[~told["case_no"].isin(arrived["case_no"])]
    return pd.concat([arrived, told])


def summarise_funds(funds: pd.DataFrame) -> pd.DataFrame:
    """Sum the kept money by court, age and state.

    Returns
    -------
    DataFrame, one row a court, age band and state
        ``receipts`` (int), ``kept`` (yuan), ``oldest_days``.
    """
    grouped = funds.groupby(["court_code", "age_band", "state"], dropna=False, sort=True)
    return grouped.agg(
        receipts=("case_no", "size"), kept=("kept", "sum"), oldest_days=("age_days", "max")
    ).reset_index()


def build_aid(snapshot, as_of: datetime.date, claims=None, marks=None, spans=None) -> pd.DataFrame:
    """List hardship cases in which nothing was paid and no judicial aid was asked for.

    Parameters
    ----------
    snapshot, as_of, claims, marks, spans : as for :func:`audit_lib.campaign.build_progress`

    Returns
    -------
    DataFrame, one row a livelihood case
        Open longer than ``aid.open_days`` or closed by 终本: ``case_no``, ``court_code``,
        ``handler``, ``kind``, ``open_days``, ``state`` (not_requested, requested_not_granted),
        ``requested_on``, ``why`` (long_open, terminated), ``evidence``. Whether the creditor is
        in hardship the record does not say: a person asks.

    References
    ----------
    泰中法办〔2016〕35号, 三(二): 注重司法救助，做好特困当事人的救助工作.
    """
    settings = load_campaign().aid
    if spans is None:
        spans = read_spans(snapshot, as_of, claims, marks)
    cases = spans[spans["category"].eq("livelihood") & spans["kind"].isin(settings.kinds)]
    today = pd.Timestamp(as_of)
    open_days = (today - cases["opened_on"]).dt.days
    ended = cases["closing_manner"].eq("procedure_terminated")
    long_open = cases["closed_on"].isna() & (open_days > settings.open_days)
    events = _seen(snapshot, as_of)
    helped = events[events["event"].isin(["money_paid", "direct_performance", "aid_granted"])]
    asked = events[events["event"].eq("aid_requested")].groupby("case_no")["day"].min()
    chosen = cases.assign(
        open_days=open_days.astype("Int64"),
        why=np.where(ended, "terminated", "long_open"),
        requested_on=asked.reindex(cases["case_no"]).to_numpy(),
    )[(ended | long_open) & ~cases["case_no"].isin(helped["case_no"])]
    chosen["state"] = np.where(
        chosen["requested_on"].isna(), "not_requested", "requested_not_granted"
    )
    columns = ["case_no", "court_code", "handler", "kind", "why", "open_days", "state",
               "requested_on", "evidence"]  # fmt: skip
    return chosen.sort_values(["court_code", "case_no"], ignore_index=True)[columns]
