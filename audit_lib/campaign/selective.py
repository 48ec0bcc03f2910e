"""Selective enforcement: what petitions say of it beside what the law room's comparison shows.

Takes the claims of petitions and the comparison of like cases, gives one row a petition or
compared case. A comparison is shown to a person; it is never a breach.
"""

import pandas as pd

__all__ = ["build_selective"]

COLUMNS = [
    "court_code", "case_no", "category", "petition_id", "quote", "compared", "what", "evidence",
]  # fmt: skip


def build_selective(spans: pd.DataFrame, comparisons=None, claims=None) -> pd.DataFrame:
    """Set complaints of selective enforcement beside the comparison of like cases.

    Parameters
    ----------
    spans : output of ``read_spans``
    comparisons : DataFrame of the law room, one row a case that was treated unlike its like, or
        None where it was not computed; ``case_no``, ``court_code`` and, where given, ``note``
        and ``evidence``
    claims : output of ``check_petitions``, or None

    Returns
    -------
    DataFrame, one row a case and petition
        ``category`` of the clean-ups (missing: none) · ``petition_id`` and ``quote`` where a
        petition says it · ``compared``: shown (the comparison has the case), not_shown,
        not_computed · ``what`` and ``evidence`` of the comparison.

    Examples
    --------
    >>> spans = pd.DataFrame({"case_no": ["甲1"], "category": ["livelihood"]})
    >>> claims = pd.DataFrame({"petition_id": ["X1"], "case_no": ["甲1"], "court_code": ["甲"],
    ...                        "allegation": ["selective"], "quote": ["先给别人"]})
    >>> build_selective(spans, None, claims)[["petition_id", "compared"]].to_dict("records")
    [{'petition_id': 'X1', 'compared': 'not_computed'}]
    """
    said = pd.DataFrame(columns=["petition_id", "case_no", "court_code", "quote"])
    if claims is not None and len(claims):
        chosen = claims["allegation"].eq("selective") & claims["case_no"].notna()
        said = claims[chosen].reindex(columns=said.columns)
    found = pd.DataFrame(columns=["case_no", "court_code", "what", "evidence"])
    if comparisons is not None and len(comparisons):
        found = comparisons.rename(columns={"note": "what"}).reindex(columns=found.columns)
        found = found.drop_duplicates("case_no")
    both = said.astype(object).merge(
        found.astype(object), on="case_no", how="outer", suffixes=("", "_compared"), indicator=True
    )
    both["court_code"] = both["court_code"].where(
        both["court_code"].notna(), both["court_code_compared"]
    )
    shown = (
        both["_merge"]
        .astype(str)
        .map({"both": "shown", "right_only": "shown", "left_only": "not_shown"})
    )
    both["compared"] = shown if comparisons is not None else "not_computed"
    category = spans.drop_duplicates("case_no").set_index("case_no")["category"]
    both["category"] = both["case_no"].map(category)
    return both.sort_values(["court_code", "case_no", "petition_id"], ignore_index=True)[COLUMNS]
