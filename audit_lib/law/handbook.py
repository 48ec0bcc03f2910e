"""The law that is applied, for people: as a table by theme and day, and as a page of the docs.

Takes the rule pack, gives a table or Markdown; nothing is added to what the files say. The page
in ``docs/law/`` is written by ``audit rules --doc FILE`` and compared in the tests.
"""

from collections.abc import Iterator
from datetime import date

import pandas as pd

from audit_lib.labels import Lang, label, labels
from audit_lib.law.loading import Pack, load_pack
from audit_lib.law.model import Rule, Span, Version

__all__ = [
    "HANDBOOK_COLUMNS",
    "count_by_theme",
    "describe_limit",
    "list_rules",
    "render_rule",
    "render_rules",
]

HANDBOOK_COLUMNS = (
    "theme", "rule", "title", "limit", "source", "article", "since", "says", "duty", "severity",
    "checkable", "verified", "doubts", "reason",
)  # fmt: skip


def list_rules(
    as_of: date | None = None, lang: Lang = "zh", pack: Pack | None = None
) -> pd.DataFrame:
    """List the rules by theme: those in force on one day, or all with their newest version.

    Parameters
    ----------
    as_of : date or None
        Only versions in force on this day; a rule that cannot be checked is listed too.
    lang : language of the words

    Returns
    -------
    DataFrame, one row a rule
        ``theme``, ``duty``, ``severity`` ids; ``rule`` id, ``title``; ``limit`` in words (empty:
        no clock); ``source`` and ``article`` of the version, ``since`` its first day, ``says``
        in our own words; ``checkable`` and ``verified`` yes/no; ``doubts`` and ``reason`` (why
        it cannot be checked).

    Examples
    --------
    >>> rules = list_rules(date(2016, 12, 28)).set_index("rule")
    >>> rules.loc["verify_clue_5d", ["limit", "article"]].tolist()
    ['5日', '第六条第一款']
    >>> "verify_clue_7d" in rules.index
    False
    """
    pack = pack or load_pack()
    themes = list(labels("theme"))
    rows = []
    for name, rule in pack.rules.items():
        found = _in_force(rule, as_of)
        if found is None:
            continue
        since, version = found
        sources = [version.source, *version.also]
        rows.append(
            {
                "theme": rule.theme, "rule": name, "title": getattr(rule.title, lang),
                "limit": describe_limit(rule, version, lang),
                "source": "；".join(pack.texts[s.text].number for s in sources),
                "article": "；".join(s.article for s in sources),
                "since": pd.Timestamp(since), "says": getattr(version.says, lang),
                "duty": rule.duty, "severity": rule.severity,
                "checkable": "no" if rule.kind == "not_checkable" else "yes",
                "verified": "yes" if rule.verified else "no",
                "doubts": _joined(rule.doubts, lang),
                "reason": getattr(rule.reason, lang) if rule.reason else "",
            }
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(HANDBOOK_COLUMNS))
    table["since"] = table["since"].astype("datetime64[us]")
    return table.sort_values(
        ["theme", "rule"], key=lambda c: c.map(themes.index) if c.name == "theme" else c,
        ignore_index=True,
    )  # fmt: skip


def _in_force(rule: Rule, as_of: date | None) -> tuple[date, Version] | None:
    """Return the version of a day, or the newest one."""
    begun = [day for day in rule.versions if as_of is None or day <= as_of]
    if as_of is None:
        begun = [day for day in begun if not rule.versions[day].ended]
    if not begun or rule.versions[max(begun)].ended:
        return None
    return max(begun), rule.versions[max(begun)]


def _joined(words, lang: Lang) -> str:
    return " ".join(getattr(word, lang) for word in words)


def describe_limit(rule: Rule, version: Version, lang: Lang = "zh") -> str:
    """Say the length of a rule's clock in words; empty where it has none.

    Examples
    --------
    >>> pack = load_pack()
    >>> [describe_limit(pack.rule(n), pack.version_in_force(n, date(2016, 12, 28))[1])
    ...  for n in ("zb_min_3m", "zb_requery_6m", "close_any_6m", "seizure_lapsed")]
    ['满3个月', '每6个月', '6个月', '记载的截止日']
    """
    if version.every:
        return label("law_limit", "every", lang, span=_span(version.every, lang))
    if rule.kind == "earliest" and version.within:
        return label("law_limit", "earliest", lang, span=_span(version.within, lang))
    if rule.kind == "term" and version.within:
        return label("law_limit", "term", lang, span=_span(version.within, lang))
    if version.due == "until":
        return label("law_limit", "until", lang)
    if version.due:
        return version.due.isoformat()
    if version.wait:
        return label("law_limit", "wait", lang, span=_span(version.wait, lang))
    if version.within and version.minus:
        spans = {"span": _span(version.within, lang), "minus": _span(version.minus, lang)}
        return label("law_limit", "before_end", lang, **spans)
    if version.within:
        return _span(version.within, lang)
    leads = [need.lead for need in version.requires if need.lead]
    if leads:
        return label("law_limit", "ahead", lang, span=_span(leads[0], lang))
    if version.window_plus:
        return _span(version.window_plus, lang)
    return ""


def _span(span: Span, lang: Lang) -> str:
    return f"{span.count}{label('law_unit', span.unit, lang)}" if lang == "zh" else str(span)


def render_rules(lang: Lang = "zh", pack: Pack | None = None) -> str:
    """Write the whole catalogue as one page of Markdown, from the files alone."""
    pack = pack or load_pack()
    checkable = len(pack.checkable())
    words = {"total": len(pack.rules), "checkable": checkable,
             "not_checkable": len(pack.rules) - checkable,
             "unverified": sum(not rule.verified for rule in pack.rules.values())}  # fmt: skip
    lines = [
        f"# {label('law_page', 'title', lang)}", "", label("law_page", "intro", lang, **words),
        "", label("notice", "lead", lang), "",
    ]  # fmt: skip
    for theme, title in labels("theme", lang).items():
        named = {name: rule for name, rule in pack.rules.items() if rule.theme == theme}
        lines += [f"## {title}", ""]
        for name, rule in named.items():
            lines += [*_entry(pack, name, rule, lang), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def render_rule(rule_id: str, lang: Lang = "zh", pack: Pack | None = None) -> str:
    """Write one rule with all its versions, assumptions and doubts as Markdown.

    Raises
    ------
    UnknownCode
        There is no such rule.

    Examples
    --------
    >>> print(render_rule("zb_min_3m").splitlines()[0])
    ### 立案满3个月方可终本 `zb_min_3m`
    """
    pack = pack or load_pack()
    return "\n".join(_entry(pack, rule_id, pack.rule(rule_id), lang)) + "\n"


def count_by_theme(rules: pd.DataFrame, lang: Lang = "zh") -> pd.DataFrame:
    """Count what :func:`list_rules` gives, one row a theme, worded for people.

    Examples
    --------
    >>> int(count_by_theme(list_rules()).iloc[:, 0].sum())
    125
    """
    words = labels("law_count", lang)
    grouped = rules.groupby("theme", sort=False)
    table = pd.DataFrame(
        {
            words["rules"]: grouped.size(),
            words["not_checkable"]: grouped["checkable"].agg(lambda c: c.eq("no").sum()),
            words["unverified"]: grouped["verified"].agg(lambda c: c.eq("no").sum()),
        }
    )
    table.index = table.index.map(labels("theme", lang)).rename(words["theme"])
    return table


def _entry(pack: Pack, name: str, rule: Rule, lang: Lang) -> Iterator[str]:
    """Yield the lines of one rule."""
    yield f"### {getattr(rule.title, lang)} `{name}`"
    yield ""
    yield getattr(rule.asks, lang)
    yield ""
    facts = [labels("duty", lang)[rule.duty], labels("severity", lang)[rule.severity]]
    facts += [] if rule.verified else [label("cli", "not_verified", lang)]
    if rule.kind == "not_checkable":
        facts += [label("cli", "not_checkable", lang), getattr(rule.reason, lang)]
    yield "*" + " · ".join(facts) + "*"
    yield ""
    yield "| " + " | ".join(labels("law_page_column", lang).values()) + " |"
    yield "|---|---|---|---|"
    for since, version in rule.versions.items():
        if version.ended:
            yield f"| {since} | {label('law_page', 'ended', lang)} | | |"
            continue
        cited = "；".join(
            f"{pack.texts[s.text].number} {s.article}" for s in (version.source, *version.also)
        )
        limit = describe_limit(rule, version, lang)
        yield f"| {since} | {cited} | {limit} | {getattr(version.says, lang)} |"
    for kind, listed in (("assumption", rule.assumptions), ("doubt", rule.doubts)):
        if listed:
            yield ""
        for words in listed:
            yield f"- {label('law_page', kind, lang)}{getattr(words, lang)}"
