"""The names of rules and of the texts they rest on, as a report cites them."""

import os
import re
from functools import lru_cache

from audit_lib.law import load_pack, load_rules
from audit_lib.report.wording import missing

__all__ = ["cite", "rule_title"]


def rule_title(rule: str, lang: str = "zh") -> str:
    """Return a rule's title; an id that no file has is shown as it is."""
    return _titles(lang, os.environ.get("AUDIT_PARAMETERS")).get(rule, str(rule))


@lru_cache(maxsize=4)
def _titles(lang: str, parameters: str | None) -> dict[str, str]:
    """Return the titles of all rules: a report asks for thousands."""
    return {name: getattr(rule.title, lang) for name, rule in load_rules().items()}


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
    if lang == "zh":
        return source + article
    return ", ".join(filter(None, (english_text(source), english_article(article))))


@lru_cache(maxsize=1)
def _english_texts() -> dict[str, str]:
    return {text.number: text.title.en for text in load_pack().texts.values() if text.number}


def english_text(source: str) -> str:
    """Return the English title of a text that is cited by its Chinese number."""
    known = _english_texts()
    return "; ".join(known.get(part, part) for part in source.split("；"))


def english_article(article: str) -> str:
    """Return a Chinese article in the English way.

    Examples
    --------
    >>> english_article("第四百八十七条第一款第（二）项")
    'art. 487, para. 1, item 2'
    """
    text = re.sub(r"[〇零一二三四五六七八九十百千]+", lambda m: str(_number(m[0])), article)
    text = re.sub(r"第?\s*[（(](\d+)[）)]\s*项?", r"第\1项", text)
    names = {"条": "art.", "款": "para.", "项": "item", "部分": "part", "节": "section"}
    text = re.sub(
        r"第(\d+(?:、\d+)*)(条|款|项|部分|节)",
        lambda m: f", {names[m[2]]} {m[1].replace('、', ', ')}",
        text,
    )
    text = re.sub(r"(?<=\d)之(\d+)", r"-\1", text).replace("至", "–").replace("、", ", ")
    return re.sub(r"\s*,(\s*,)*\s*", ", ", text).strip(", ").replace("？", "?")


def _number(words: str) -> int:
    """Read a Chinese number below ten thousand."""
    digits = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0}
    if not set(words) & set("十百千"):
        return int("".join(str(digits[c]) for c in words))
    total, digit = 0, 0
    for c in words:
        if c in digits:
            digit = digits[c]
        else:
            total, digit = total + (digit or 1) * {"十": 10, "百": 100, "千": 1000}[c], 0
    return total + digit
