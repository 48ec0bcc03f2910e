"""Copied wording in the lists of open cases: one text for many cases, or for many months.

Takes the listed cases, gives rows of :func:`audit_lib.campaign.check_returns`. A reason must be
given case by case; the same words everywhere are no reason.
"""

import re
import unicodedata

import pandas as pd

from audit_lib.campaign.settings import load_campaign

__all__ = ["find_copied", "find_unchanged", "plain_wording"]

MARKS = re.compile(r"[\W_\d]+")
NUMERALS = re.compile(r"[〇零一二三四五六七八九十百千万两]+(?=[年月日号元户人次])")


def plain_wording(text) -> str:
    """Reduce a text to its wording: no punctuation, spaces, numbers, dates or case numbers.

    Examples
    --------
    >>> plain_wording("被执行人下落不明， 12月3日已查询3次。")
    '被执行人下落不明月日已查询次'
    """
    if not isinstance(text, str):
        return ""
    return MARKS.sub("", NUMERALS.sub("", unicodedata.normalize("NFKC", text)))


def _rows(frame, fault, found, doubt=None):
    return frame.assign(fault=fault, claimed=frame["said"], found=found, doubt=doubt)


def find_copied(items: pd.DataFrame) -> pd.DataFrame:
    """Find wording that one court gave for many cases in one month.

    Parameters
    ----------
    items : DataFrame, one row a listed case
        ``court_code``, ``month``, ``category``, ``case_no``, ``reason``, ``plan``, ``evidence``.

    Returns
    -------
    DataFrame, one row a listed case and fault (copied_reason, copied_plan)
        ``claimed`` is the wording, ``found`` in how many of the month's cases it stands. A case
        listed under two categories is one case. In a list of a few cases the doubt says so.
    """
    settings = load_campaign().returns.copied
    frames = []
    both = items["reason"].map(plain_wording) + "|" + items["plan"].map(plain_wording)
    month_of_item = [items["court_code"], items["month"]]
    alike = both.groupby(month_of_item).transform("nunique").eq(1)
    for column, fault in (("reason", "copied_reason"), ("plan", "copied_plan")):
        said = items.assign(said=items[column], words=items[column].map(plain_wording))
        month = ["court_code", "month"]
        whole = said.groupby(month)["case_no"].transform("nunique")
        said = said[said["words"].str.len() >= settings.shortest]
        same = said.groupby([*month, "words"])["case_no"].transform("nunique")
        whole = whole.reindex(said.index)
        copied = (same >= settings.cases) & (same >= settings.share * whole)
        # A short list is copied only where reason and plan are one text for every case of it.
        few = alike.reindex(said.index) & (whole >= settings.whole_list) & ~copied
        copied |= few
        share = same[copied].astype(str) + "/" + whole[copied].astype(str)
        # Two or three cases may be alike by chance.
        doubt = pd.Series(None, index=said.index, dtype=object).mask(few, "short_list")
        frames.append(_rows(said[copied], fault, share, doubt[copied]))
    return pd.concat(frames)


def find_unchanged(items: pd.DataFrame) -> pd.DataFrame:
    """Find cases whose reason is the same in many returns running.

    Returns
    -------
    DataFrame, one row a listed case (fault unchanged_reason), at the last of its months
    """
    least = load_campaign().returns.same_months
    key = ["court_code", "category", "case_no"]
    said = items.assign(said=items["reason"], words=items["reason"].map(plain_wording))
    said = said.sort_values([*key, "month"], kind="stable").drop_duplicates([*key, "month"])
    said = said[said["words"].ne("")]
    changed = said["words"].ne(said.groupby(key)["words"].shift())
    run = changed.groupby([said[k] for k in key]).cumsum()
    length = said.groupby([*(said[k] for k in key), run]).cumcount() + 1
    last = ~said.duplicated(key, keep="last")
    chosen = last & (length >= least)
    return _rows(said[chosen], "unchanged_reason", length[chosen].astype(str))
