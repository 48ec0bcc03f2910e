"""The strike at resistance (打击抗拒执行): what was recorded, and what the court did about it.

Takes an open snapshot, a day and the findings of law; gives one row a case with recorded
resistance or a sanction, and the sums of each court. Reads ``parameters/law/strike.yaml``. That
nothing was done is a question to ask: the entry may be the debtor's last word before he paid.
"""

from datetime import date
from functools import lru_cache

import pandas as pd
from pydantic import Field

from audit_lib.errors import UnknownCode
from audit_lib.law.loading import load_pack
from audit_lib.parameters import Parameters, load_parameters, parameters_folder

__all__ = ["STRIKE_COLUMNS", "count_strike", "list_resistance", "load_strike"]

STRIKE_COLUMNS = (
    "case_no", "court_code", "handler", "state", "resisted_on", "resistance", "answered_on",
    "answers", "days", "criminal_on", "over_limit", "repeated", "duty", "evidence",
)  # fmt: skip
_PLACE = ["source_file", "source_row"]
_FINDINGS = ("over_limit", "repeated", "duty")
_SHOWN = 8
STATES = ("answered", "waiting", "unanswered", "ended", "no_resistance")


class StrikeRules(Parameters):
    """Rules whose findings belong to the strike."""

    over_limit: list[str]
    repeated: list[str]
    duty: list[str]


class Strike(Parameters):
    """What ``parameters/law/strike.yaml`` holds."""

    resistance: list[str]
    sanctions: list[str]
    criminal: list[str]
    wait_days: int = Field(ge=0)
    rules: StrikeRules


@lru_cache(maxsize=4)
def _load(folder) -> Strike:
    settings = load_parameters(folder / "law" / "strike.yaml", Strike)
    pack = load_pack()
    for word in [*settings.resistance, *settings.sanctions, *settings.criminal]:
        if word not in pack.events:
            raise UnknownCode.from_value("event in strike.yaml", word, pack.events)
    rules = settings.rules
    for name in [*rules.over_limit, *rules.repeated, *rules.duty]:
        pack.rule(name)
    return settings


def load_strike() -> Strike:
    """Read the settings, or refuse them with the word that is wrong."""
    return _load(parameters_folder())


def list_resistance(snapshot, as_of: date, findings: pd.DataFrame) -> pd.DataFrame:
    """List the cases with recorded resistance, a referral, or a finding on their sanctions.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
        Audit day; later events are not seen.
    findings : DataFrame, one row an obligation, as of :func:`audit_lib.law.check_snapshot`

    Returns
    -------
    DataFrame, one row a case
        ``state``: ``answered`` (a sanction or referral on or after the first resistance),
        ``waiting`` (none yet, within ``wait_days``), ``unanswered``, ``ended`` (the case closed
        as completed before), ``no_resistance`` (none is recorded);
        ``resisted_on`` its first day, ``resistance`` and ``answers`` event codes, ``days``
        (calendar days from the one to the other, to the end, or to `as_of`), ``criminal_on``
        (referral or advice of private prosecution), ``over_limit``, ``repeated`` and
        ``duty``: numbers of findings of the rules in ``strike.yaml``; ``evidence`` record rows,
        at most eight.

    References
    ----------
    泰中法办〔2016〕35号, 一(三); 民事诉讼法(2012) 第一百一十一条、第一百一十四条、第二百四十一条.
    """
    settings, today = load_strike(), pd.Timestamp(as_of)
    cases = snapshot.cases[["case_no", "court_code", "handler", "closed_on", "closing_manner"]]
    cases = cases.drop_duplicates("case_no").set_index("case_no")
    answers = [*settings.sanctions, *settings.criminal]
    events = snapshot.events
    events = events[events["event"].isin([*settings.resistance, *answers])]
    events = events.loc[events["day"] <= today, ["case_no", "event", "day", *_PLACE]]
    events = events.sort_values(["case_no", "day", *_PLACE, "event"])
    resisted = events["event"].isin(settings.resistance)
    first = events[resisted].groupby("case_no")["day"].min().rename("resisted_on")
    events = events.join(first, on="case_no")
    # Without a resistance on file every sanction and referral is shown.
    answer = ~resisted & ~(events["day"] < events["resisted_on"])
    criminal = events["event"].isin(settings.criminal)
    counts = _count_findings(findings, settings.rules)

    shown = {*first.index, *events.loc[criminal, "case_no"], *counts.index} & {*cases.index}
    table = cases.loc[sorted(shown)].join(first).join(counts)
    table[list(counts)] = table[list(counts)].fillna(0)
    for column, rows in (("criminal_on", criminal), ("answered_on", answer)):
        table[column] = events[rows].groupby("case_no")["day"].min()
    for column, rows in (("resistance", resisted), ("answers", answer)):
        kinds = events[rows].drop_duplicates(["case_no", "event"])
        table[column] = kinds.groupby("case_no")["event"].agg(";".join)
    place = events["source_file"] + "#" + events["source_row"].astype("str")
    events["shown"] = events["event"] + events["day"].dt.strftime(" %Y-%m-%d (") + place + ")"
    kept = events[resisted | answer].sort_values(["case_no", "day", *_PLACE])
    kept = kept[kept.groupby("case_no").cumcount() < _SHOWN]
    table["evidence"] = kept.groupby("case_no")["shown"].agg("; ".join)
    return _finish(table, settings, today)


def _count_findings(findings: pd.DataFrame, rules: StrikeRules) -> pd.DataFrame:
    """Count the findings on the sanctions of each case: over_limit, repeated, duty."""
    fired = findings[findings["outcome"].isin(["late", "overdue", "breached"])]
    sums = {
        name: fired[fired["rule"].isin(listed)].groupby("case_no").size()
        for name, listed in rules.model_dump().items()
    }
    return pd.DataFrame(sums, columns=list(_FINDINGS)).fillna(0)


def _finish(table: pd.DataFrame, settings: Strike, today: pd.Timestamp) -> pd.DataFrame:
    """Add the state and its days; give every column its type."""
    none, answered = table["resisted_on"].isna(), table["answered_on"].notna()
    ended = table["closing_manner"].eq("completed") & (table["closed_on"] <= today)
    waited = (today - table["resisted_on"]).dt.days
    state = pd.Series("unanswered", index=table.index)
    state[waited <= settings.wait_days] = "waiting"
    state[ended] = "ended"
    state[answered] = "answered"
    state[none] = "no_resistance"
    until = table["closed_on"].where(ended, today)
    until = table["answered_on"].where(answered, until)
    table["state"], table["days"] = state, (until - table["resisted_on"]).dt.days
    table.loc[none, "answered_on"] = pd.NaT
    frame = table.rename_axis("case_no").reset_index()[list(STRIKE_COLUMNS)]
    for column in ("resisted_on", "answered_on", "criminal_on"):
        frame[column] = frame[column].astype("datetime64[us]")
    for column in ("days", *_FINDINGS):
        frame[column] = frame[column].astype("Int64")
    for column in ("state", "resistance", "answers", "evidence"):
        frame[column] = frame[column].astype("str").where(frame[column].notna())
    return frame.sort_values(["court_code", "case_no"], ignore_index=True)


def count_strike(cases: pd.DataFrame) -> pd.DataFrame:
    """Sum what :func:`list_resistance` gives, one row a court.

    Returns
    -------
    DataFrame, one row a court
        ``court_code``, one column a state, ``criminal`` (cases referred or advised),
        ``over_limit``, ``repeated`` and ``duty`` (findings).

    Examples
    --------
    >>> cases = pd.DataFrame({"court_code": ["鲁0902"] * 2, "state": ["answered", "unanswered"],
    ...                       "criminal_on": [pd.NaT, pd.NaT], "over_limit": [1, 0],
    ...                       "repeated": [0, 0], "duty": [0, 2]})
    >>> count_strike(cases)[["answered", "unanswered", "over_limit", "duty"]].values.tolist()
    [[1, 1, 1, 2]]
    """
    states = pd.crosstab(cases["court_code"], cases["state"]).reindex(
        columns=list(STATES), fill_value=0
    )
    grouped = cases.groupby("court_code")
    states["criminal"] = grouped["criminal_on"].count()
    for column in _FINDINGS:
        states[column] = grouped[column].sum()
    return states.rename_axis(columns=None).astype("int64").reset_index()
