"""The names of rules and of the texts they rest on, as a report cites them."""

import re

from audit_lib.law import load_rules
from audit_lib.report.wording import missing

__all__ = ["cite", "rule_title"]


def rule_title(rule: str, lang: str = "zh") -> str:
    """Return a rule's title; an id that no file has is shown as it is."""
    known = load_rules()
    return getattr(known[rule].title, lang) if rule in known else str(rule)


def cite(source, article, lang: str = "zh") -> str:
    """Return text and article as one citation.

    Examples
    --------
    >>> cite("民诉法2012", "第二百四十条")
    '民诉法2012第二百四十条'
    >>> cite("法释〔2000〕29号；法发〔2006〕35号", "第五条；第一条第一款")
    '法释〔2000〕29号第五条；法发〔2006〕35号第一条第一款'
    """
    sources, articles = _listed(source), _listed(article)
    # A finding that two texts carry names both, in one order.
    if len(sources) == len(articles) > 1:
        return "；".join(map(_one, sources, articles, [lang] * len(sources)))
    return _one("；".join(sources), "；".join(articles), lang) or "—"


def _listed(value) -> list[str]:
    return [] if missing(value) else [t.strip() for t in re.split("[；;]", str(value)) if t.strip()]


def _one(source: str, article: str, lang: str) -> str:
    if re.fullmatch(r"\d[\d.]*", article):
        article = f"第{article}条"
    return f"{source}, {article}" if lang == "en" and source and article else source + article
