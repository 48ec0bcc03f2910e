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
    "answers", "days", "criminal_on", "over_limit", "repeated", "evidence",
)  # fmt: skip
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
        (calendar days from the one to the other, or to `as_of`), ``criminal_on`` (referral or
        advice of private prosecution), ``over_limit`` and ``repeated``: findings of the rules in
        ``strike.yaml``; ``evidence`` record rows.

    References
    ----------
    泰中法办〔2016〕35号, 一(三); 民事诉讼法(2012) 第一百一十一条、第一百一十四条、第二百四十一条.
    """
    settings, today = load_strike(), pd.Timestamp(as_of)
    answers = [*settings.sanctions, *settings.criminal]
    events = snapshot.events
    events = events[events["event"].isin([*settings.resistance, *answers])]
    events = events[events["day"] <= today]
    events = events.sort_values(["case_no", "day", "source_file", "source_row"])
    cases = snapshot.cases.drop_duplicates("case_no").set_index("case_no")
    rules = settings.rules
    rows = []
    fired = findings[findings["outcome"].isin(["late", "overdue", "breached"])]
    over = fired[fired["rule"].isin(rules.over_limit)].groupby("case_no").size()
    twice = fired[fired["rule"].isin(rules.repeated)].groupby("case_no").size()
    asked = {*settings.resistance, *settings.criminal}
    shown = {*events.loc[events["event"].isin(asked), "case_no"], *over.index, *twice.index}
    events = events[events["case_no"].isin(shown & {*cases.index})]
    for number, group in events.groupby("case_no", sort=True):
        rows.append(
            _of_case(number, cases.loc[number], group, settings, today)
            | {"over_limit": int(over.get(number, 0)), "repeated": int(twice.get(number, 0))}
        )
    frame = pd.DataFrame(rows, columns=list(STRIKE_COLUMNS))
    for column in ("resisted_on", "answered_on", "criminal_on"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[us]")
    for column in ("days", "over_limit", "repeated"):
        frame[column] = frame[column].astype("Int64")
    return frame.sort_values(["court_code", "case_no"], ignore_index=True)


def _of_case(number, case, events, settings: Strike, today) -> dict:
    resisted = events[events["event"].isin(settings.resistance)]
    first = resisted["day"].min() if len(resisted) else pd.NaT
    answers = events[~events["event"].isin(settings.resistance)]
    after = answers[answers["day"] >= first] if len(resisted) else answers
    criminal = answers[answers["event"].isin(settings.criminal)]
    answered = after["day"].min() if len(after) else pd.NaT
    ended = case["closed_on"] if case["closing_manner"] == "completed" else pd.NaT
    if not len(resisted):
        state = "no_resistance"
    elif len(after):
        state = "answered"
    elif pd.notna(ended) and ended <= today:
        state = "ended"
    else:
        state = "waiting" if (today - first).days <= settings.wait_days else "unanswered"
    until = answered if pd.notna(answered) else ended if state == "ended" else today
    shown = pd.concat([resisted, after])
    place = shown["source_file"] + "#" + shown["source_row"].astype("str")
    listed = shown["event"] + " " + shown["day"].dt.strftime("%Y-%m-%d") + " (" + place + ")"
    return {
        "case_no": number, "court_code": case["court_code"], "handler": case["handler"],
        "state": state, "resisted_on": first,
        "resistance": ";".join(dict.fromkeys(resisted["event"])),
        "answered_on": answered if len(resisted) else pd.NaT,
        "answers": ";".join(dict.fromkeys(after["event"])),
        "days": (until - first).days if len(resisted) else None,
        "criminal_on": criminal["day"].min() if len(criminal) else pd.NaT,
        "evidence": "; ".join(listed[:8]),
    }  # fmt: skip


def count_strike(cases: pd.DataFrame) -> pd.DataFrame:
    """Sum what :func:`list_resistance` gives, one row a court.

    Returns
    -------
    DataFrame, one row a court
        ``court_code``, one column a state, ``criminal`` (cases referred or advised),
        ``over_limit`` and ``repeated`` (findings).

    Examples
    --------
    >>> cases = pd.DataFrame({"court_code": ["鲁0902"] * 2, "state": ["answered", "unanswered"],
    ...                       "criminal_on": [pd.NaT, pd.NaT], "over_limit": [1, 0],
    ...                       "repeated": [0, 0]})
    >>> count_strike(cases)[["answered", "unanswered", "over_limit"]].values.tolist()
    [[1, 1, 1]]
    """
    states = pd.crosstab(cases["court_code"], cases["state"]).reindex(
        columns=list(STATES), fill_value=0
    )
    grouped = cases.groupby("court_code")
    states["criminal"] = grouped["criminal_on"].count()
    for column in ("over_limit", "repeated"):
        states[column] = grouped[column].sum()
    return states.rename_axis(columns=None).astype("int64").reset_index()
