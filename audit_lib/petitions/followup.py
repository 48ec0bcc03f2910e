"""Backwards from petitions: which cases to look into, and where the record itself is in doubt.

Takes checked petitions and a snapshot; gives one row a case to be raised. Tracing petitions back
(信访倒查) is a reason to look, for the case and for its handler's other open cases; where several
people say the same of a record that looks perfect, the record is what is doubted.
"""

from datetime import date

import pandas as pd

from audit_lib.petitions.wording import load_wording

__all__ = ["FOLLOWUP_COLUMNS", "build_flows", "build_followup"]

FOLLOWUP_COLUMNS = (
    "case_no",
    "court_code",
    "handler",
    "why",
    "weight",
    "petitions",
    "petitioners",
    "allegations",
    "assigned",
    "evidence",
)
_ASSIGNED = ("spc", "high_court", "intermediate")


def build_followup(checked: pd.DataFrame, snapshot, as_of: date) -> pd.DataFrame:
    """Build the list of cases that petitions give a reason to look into.

    Parameters
    ----------
    checked : DataFrame
        What :func:`check_petitions` gave.
    snapshot : Snapshot
    as_of : date

    Returns
    -------
    DataFrame, one row a case and reason, sorted by weight
        ``why``: supported (the record bears the petition out), same_handler (an open case of the
        handler of such a case), doubt_about_record (several petitioners, or a body that
        assigned, say what the record contradicts or does not show). ``weight`` 0–1, an order of
        attention; ``assigned`` yes where the petition was assigned from above.

    Notes
    -----
    Nothing here is a finding against a handler: the same handler's cases are looked into
    because that is where a fault of workload or habit would be seen again.
    """
    limit = load_wording()[0].checking.several_petitioners
    linked = checked[checked["case_no"].notna()]
    assigned = snapshot.petitions.set_index("petition_id")["assigned_by"].isin(_ASSIGNED)
    linked = linked.assign(assigned=linked["petition_id"].map(assigned).fillna(False).astype(bool))
    rows: list[tuple] = []
    supported = linked[linked["verdict"] == "supported"]
    for case_no, group in supported.groupby("case_no", sort=True):
        weight = (
            0.6 + 0.1 * min(group["petition_id"].nunique(), 3) + 0.1 * bool(group["assigned"].any())
        )
        rows.append(_row(case_no, group, "supported", weight))
    doubted = linked[linked["verdict"].isin(["contradicted", "not_shown"])]
    for case_no, group in doubted.groupby("case_no", sort=True):
        whole = linked[linked["case_no"] == case_no]
        said = group.groupby("allegation")["petitioner"].nunique()
        if (whole["verdict"] == "supported").any() or said.max() < limit:
            continue
        group = group[group["allegation"].isin(said[said >= limit].index)]
        rows.append(_row(case_no, group, "doubt_about_record", 0.5))
    rows += _of_handlers(supported, snapshot.cases, pd.Timestamp(as_of))
    frame = pd.DataFrame(rows, columns=list(FOLLOWUP_COLUMNS))
    frame["weight"] = frame["weight"].astype(float)
    return frame.sort_values(
        ["weight", "case_no", "why"],
        ascending=[False, True, True],
        kind="stable",
        ignore_index=True,
    )


def _row(case_no, group, why, weight) -> tuple:
    first = group.iloc[0]
    ids, evidence = sorted(set(group["petition_id"])), list(dict.fromkeys(group["evidence"]))
    return (
        case_no,
        first["court_code"],
        first["handler"],
        why,
        round(min(weight, 1.0), 2),
        ";".join(ids),
        int(group["petitioner"].nunique()),
        ";".join(sorted(set(group["allegation"]))),
        "yes" if group["assigned"].any() else "no",
        " | ".join(e for e in evidence if e),
    )


def _of_handlers(supported: pd.DataFrame, cases: pd.DataFrame, day: pd.Timestamp) -> list[tuple]:
    rows = []
    named = supported[supported["handler"].notna()]
    case_court = cases.drop_duplicates("case_no").set_index("case_no")["court_code"]
    open_cases = cases[(cases["filed_on"] <= day) & ~(cases["closed_on"] <= day)]
    own = named.assign(home=named["case_no"].map(case_court))
    for (court, handler), group in own.groupby(["home", "handler"], sort=True):
        others = open_cases[
            (open_cases["court_code"] == court) & (open_cases["handler"] == handler)
        ]
        others = others[~others["case_no"].isin(group["case_no"])]
        words = f"handler of {';'.join(sorted(set(group['case_no'])))}"
        weight = min(0.2 + 0.05 * group["case_no"].nunique(), 0.4)
        for case_no in sorted(others["case_no"]):
            rows.append(
                (
                    case_no,
                    court,
                    handler,
                    "same_handler",
                    weight,
                    ";".join(sorted(set(group["petition_id"]))),
                    int(group["petitioner"].nunique()),
                    ";".join(sorted(set(group["allegation"]))),
                    "no",
                    words,
                )
            )
    return rows


def build_flows(checked: pd.DataFrame) -> pd.DataFrame:
    """Count allegations by court, route and verdict.

    Returns
    -------
    DataFrame, one row a court, route, allegation and verdict
        ``petitions`` distinct petitions, ``matters`` distinct matters.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "court_code": ["鲁0902"] * 2, "route": ["urge"] * 2, "allegation": ["passive"] * 2,
    ...     "verdict": ["supported"] * 2, "petition_id": ["a", "b"], "matter": ["a", "a"],
    ... })
    >>> build_flows(table)[["petitions", "matters"]].values.tolist()
    [[2, 1]]
    """
    keys = ["court_code", "route", "allegation", "verdict"]
    return (
        checked.groupby(keys, sort=True, dropna=False)
        .agg(petitions=("petition_id", "nunique"), matters=("matter", "nunique"))
        .reset_index()
    )
