"""What inspectors found, as labels with their history.

Takes the inspections table (one row an issue) and gives, for each case, round and issue, what the
rows say together: found, not found, or why there is no label. A dispute, a withdrawal and a
contradiction are states of their own and never become a label by themselves.
"""

import numpy as np
import pandas as pd

from audit_lib.inspection.obligations import need

__all__ = ["ISSUES", "check_rectification", "label_cases", "read_outcomes"]

ISSUES = ("passive", "chaotic", "termination", "funds", "petition")
_ORDER = ["case_no", "round", "issue"]
_ARMS = ("must", "risk", "random")


def read_outcomes(inspections: pd.DataFrame, before=None) -> pd.DataFrame:
    """Read the inspections made before a day, one state an issue.

    Parameters
    ----------
    inspections : DataFrame, one row per issue that an inspector wrote down
    before : date, optional
        Only inspections of earlier days count; one without a day cannot be placed in time and is
        left out where `before` is given.

    Returns
    -------
    DataFrame, one row per case, round and issue
        ``state``: found, not_found, disputed, withdrawn, contradicted, not_examined;
        ``court_code``, ``inspected_on``, ``inspector``, ``selected_as``, ``probability``,
        ``rectify_by``, ``rectified_on``.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "case_no": ["a", "a", "b"], "round": ["r"] * 3, "issue": ["passive", "none", "none"],
    ...     "examined": [None, "funds", "passive;funds"]})
    >>> out = read_outcomes(rows)
    >>> out[["case_no", "issue", "state"]].query("issue in ('passive', 'funds')")
      case_no    issue      state
    0       a  passive      found
    3       a    funds  not_found
    5       b  passive  not_found
    8       b    funds  not_found
    """
    need(inspections, "inspections", _ORDER)
    rows = inspections.reset_index(drop=True)
    for name in ("court_code", "inspector", "selected_as", "status", "examined"):
        rows[name] = rows[name].astype(object) if name in rows else None
    for name in ("inspected_on", "rectify_by", "rectified_on"):
        rows[name] = pd.to_datetime(rows[name]) if name in rows else pd.NaT
    rows["probability"] = pd.to_numeric(rows["probability"]) if "probability" in rows else np.nan
    rows = rows[rows[_ORDER].notna().all(axis=1)]
    if before is not None:
        rows = rows[rows["inspected_on"] < pd.Timestamp(before)]
    status = rows["status"].where(rows["status"].notna(), "confirmed")
    spread = _spread(rows["examined"])
    keys = ["case_no", "round"]
    parts = []
    for number, issue in enumerate(ISSUES):
        mine, none = (rows["issue"] == issue), (rows["issue"] == "none")
        covers = spread[:, number]
        flags = pd.DataFrame(
            {
                **{key: rows[key] for key in keys},
                "found": mine & (status == "confirmed"),
                "cleared": none & covers & (status == "confirmed"),
                "looked": covers & (status == "confirmed"),
                "disputed": (mine | (none & covers)) & (status == "disputed"),
                "withdrawn": (mine | (none & covers)) & (status == "withdrawn"),
            }
        )
        seen = flags.groupby(keys, sort=True).any()
        state = np.select(
            [
                seen["found"] & seen["cleared"],
                seen["found"],
                seen["disputed"],
                seen["withdrawn"],
                seen["looked"],
            ],
            ["contradicted", "found", "disputed", "withdrawn", "not_found"],
            "not_examined",
        )
        parts.append(pd.DataFrame({"issue": issue, "state": state}, index=seen.index).reset_index())
    out = pd.concat(parts, ignore_index=True)
    about = rows.sort_values([*keys, "inspected_on", "inspector"], na_position="last")
    facts = ["court_code", "inspected_on", "inspector", "selected_as", "probability"]
    about = about.groupby(keys, sort=True)[[*facts, "rectify_by", "rectified_on"]].first()
    out = out.merge(about.reset_index(), on=keys, how="left")
    out["issue"] = pd.Categorical(out["issue"], ISSUES)
    out = out.sort_values(_ORDER, ignore_index=True)
    return out.astype({"issue": "str", "state": "str"})


def _spread(examined: pd.Series) -> np.ndarray:
    """Return, for each row and issue, whether the inspector looked for it."""
    codes, texts = pd.factorize(examined)
    table = np.ones((len(texts) + 1, len(ISSUES)), dtype=bool)
    for number, text in enumerate(texts):
        words = {word.strip() for word in str(text).replace("；", ";").split(";")}
        table[number] = [issue in words for issue in ISSUES]
    return table[codes]


def label_cases(outcomes: pd.DataFrame, issues) -> pd.DataFrame:
    """Turn the states of some issues into one label a case and round.

    Parameters
    ----------
    outcomes : DataFrame, as :func:`read_outcomes` gives
    issues : issues that make a label of 1

    Returns
    -------
    DataFrame, one row per case and round
        ``label`` 1.0 where one of `issues` was found, 0.0 where none was and the first of them
        was looked for, missing otherwise; ``why`` the state that kept a label away.

    Examples
    --------
    >>> rows = pd.DataFrame({"case_no": ["a", "b"], "round": ["r", "r"],
    ...                      "issue": ["passive", "passive"], "status": ["disputed", None]})
    >>> label_cases(read_outcomes(rows), ["passive"])[["case_no", "label", "why"]]
      case_no  label       why
    0       a    NaN  disputed
    1       b    1.0       NaN
    """
    issues = list(issues)
    chosen = outcomes[outcomes["issue"].isin(issues)]
    facts = ["court_code", "inspected_on", "inspector", "selected_as", "probability"]
    if chosen.empty:
        return chosen[["case_no", "round", *facts]].assign(label=0.0, why="")
    wide = chosen.pivot(index=["case_no", "round"], columns="issue", values="state")
    found = (wide == "found").any(axis=1)
    doubt = wide.isin(["disputed", "withdrawn", "contradicted"])
    main = wide[issues[0]]
    label = np.where(found, 1.0, np.where(doubt.any(axis=1) | (main != "not_found"), np.nan, 0.0))
    first = wide.where(doubt).bfill(axis=1).iloc[:, 0]
    why = first.where(first.notna(), "not_examined").where(np.isnan(label))
    about = chosen.groupby(["case_no", "round"], sort=True)[facts].first()
    out = pd.DataFrame({"label": label, "why": why.astype("str")}, index=wide.index)
    return out.join(about).reset_index()


def check_rectification(inspections: pd.DataFrame, findings: pd.DataFrame, as_of) -> pd.DataFrame:
    """Check in a later round whether what was found has been put right.

    Parameters
    ----------
    inspections : DataFrame, one row per issue found
    findings : DataFrame, as ``check_snapshot`` gives for the later day
    as_of : date, the later day

    Returns
    -------
    DataFrame, one row per case, round and confirmed issue of an earlier day
        ``rectification``: ``shown`` (said to be done, and no finding of the theme stands open),
        ``not_shown`` (said to be done, but findings stand open), ``overdue``, ``running``,
        ``no_date``; ``open_findings`` number of them.
    """
    need(findings, "check", ["case_no", "theme", "outcome"])
    today = pd.Timestamp(as_of)
    found = read_outcomes(inspections, before=as_of)
    found = found[found["state"] == "found"].reset_index(drop=True)
    open_rows = findings[findings["outcome"].isin(["overdue", "breached"])]
    left = open_rows.groupby(["case_no", "theme"]).size().rename("open_findings").reset_index()
    found = found.merge(
        left, left_on=["case_no", "issue"], right_on=["case_no", "theme"], how="left"
    )
    found["open_findings"] = found["open_findings"].fillna(0).astype("Int64")
    done = found["rectified_on"].notna() & (found["rectified_on"] <= today)
    found["rectification"] = np.select(
        [
            done & (found["open_findings"] == 0),
            done,
            found["rectify_by"].isna(),
            found["rectify_by"] < today,
        ],
        ["shown", "not_shown", "no_date", "overdue"],
        "running",
    )
    columns = ["case_no", "court_code", "round", "issue", "inspected_on", "rectify_by"]
    return found[[*columns, "rectified_on", "rectification", "open_findings"]]
