"""Words, numbers, days and money as an official of a Chinese court writes them.

Takes ids and plain values, gives text in the chosen language. Reads the ``report_…`` groups of
``parameters/labels.yaml`` and the groups that the other rooms own.
"""

import re
from datetime import date
from functools import lru_cache

import pandas as pd

from audit_lib.errors import UnknownCode
from audit_lib.labels import Lang, labels
from audit_lib.parameters import Parameters, load_parameters, parameters_folder
from audit_lib.record.tables import load_events

__all__ = ["UNCLEAN", "Words", "clean_text", "clip"]

# Characters that nobody sees but that break files or turn the reading order around: controls,
# zero-width and bidirectional marks, variation selectors and tags, lone surrogates,
# non-characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\uffff\U000e0000-\U000e01ef\U0001fffe-\U0001ffff]"
)
_SPACE = re.compile(r"[\s\u2028\u2029]+")
# RE2: found in every text that `clean_text` changes.
UNCLEAN = (
    r"[\x00-\x1f\x7f-\xa0\xad\x{34f}\x{61c}\x{115f}\x{1160}\x{1680}\x{17b4}\x{17b5}\x{180e}"
    r"\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}-\x{206f}\x{3000}\x{3164}\x{fe00}-\x{fe0f}"
    r"\x{feff}\x{ffa0}\x{fff9}-\x{ffff}\x{e0000}-\x{e01ef}\x{1fffe}-\x{1ffff}]|  |^ | $"
)
_ISO = re.compile(r"(?<![\d-])(\d{4})-(\d{2})-(\d{2})(?![\d-])(?:T00:00:00)?")
_CODE = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b|(?<![\w#./-])[a-z]{5,}(?![\w#./-])")
_ROW = re.compile(r"\s*\(([^()]*?)#(\d+)\)")
_PLACE = re.compile(r"(?<![\w#])([\w.-]+\.\w+)#(\d+)")
_SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})?")
_SUM = re.compile(r"(?<=\d{4}-\d{2}-\d{2}) (-?\d+\.\d{2})(?!\d)")
# Phrases that the petitions room puts before the rows it cites, and what they are called here.
_PHRASES = (
    (r"silent_days (?P<days>\d+) from (?P<start>[\d-]+) to (?P<end>[\d-]+)", "said_silent"),
    (r"received (?P<a>\d+\.\d+), paid (?P<b>\d+\.\d+)", "said_received_paid"),
    (r"paid (?P<a>\d+\.\d+) of (?P<b>\d+\.\d+)", "said_paid_of"),
    (r"held (?P<a>\d+\.\d+) against (?P<b>\d+\.\d+)", "said_held_against"),
    (r"held (?P<a>\d+\.\d+); limit (?P<b>\d+\.\d+)", "said_held_limit"),
    (r"collected (?P<a>\d+\.\d+); claim (?P<b>\d+\.\d+)", "said_collected_claim"),
    (r"same_sum (?P<sum>\S+)", "said_same_sum"),
    (r"text_names (?P<sum>\S+)", "said_text_names"),
    (r"text_says (?P<quote>[^;]*); record_says (?P<days>\d+) days", "said_two_counts"),
    (r"waiting_(?P<days>\d+)_days_of_(?P<limit>\d+)", "said_waiting"),
    (r"filed_(?P<days>\d+)_days_ago", "said_filed_ago"),
    (r"last_contact (?P<days>\d+) days before", "said_last_contact"),
    (r"no_contact_recorded since", "said_no_contact"),
    (r"silent_days (?P<days>\d+)", "said_silent_days"),
    (r"closed (?P<manner>[a-z_]+)", "said_closed"),
    (r"not_recorded:", "said_not_recorded"),
    (r"property_left:", "said_property_left"),
    (r"clue_not_verified:", "said_clue_open"),
    (r"performed (?P<day>\d{4}-\d{2}-\d{2}); not lifted:", "said_not_lifted"),
    (r"; then ", "said_then"),
    (r"no resumption_filed", "said_not_resumed"),
    (r"petition received", "said_petition"),
    (r"… \+(?P<n>\d+)", "said_more_rows"),
)
_PHRASES = tuple((re.compile(pattern), code) for pattern, code in _PHRASES)


def clean_text(text: str) -> str:
    r"""Drop characters that cannot be seen and turn every run of white space into one space.

    The record itself is untouched: the source row keeps what was received.

    Examples
    --------
    >>> clean_text("张\u200b三\u202e  欠款")
    '张三 欠款'
    """
    return _SPACE.sub(" ", _UNSEEN.sub("", text)).strip()


def clip(text: str, length: int) -> str:
    """Cut a text that is longer than `length` characters, and show that it was cut.

    Examples
    --------
    >>> clip("一二三四五", 3)
    '一二三…'
    """
    return text if len(text) <= length else text[:length] + "…"


def missing(value) -> bool:
    """Tell whether a cell holds nothing."""
    return value is None or value is pd.NaT or value is pd.NA or value != value or value == ""


# Notes of a finding that limit what it says; that a day moved on is ordinary counting.
_ADMITS = frozenset(
    "start_fallback pause_end_not_recorded extended calendar_beyond term_assumed sole_asset "
    "keyed_late".split()
)


class _Vocabulary(Parameters):
    """``parameters/law/vocabulary.yaml``."""

    derived: dict[str, dict[str, str]]
    from_other_rooms: dict[str, dict[str, str]] = {}


def _derived_events(lang: Lang) -> dict[str, str]:
    """Return the words of events that the law room derives from other tables."""
    given = load_parameters(parameters_folder() / "law" / "vocabulary.yaml", _Vocabulary)
    return {c: words[lang] for c, words in (given.derived | given.from_other_rooms).items()}


@lru_cache(maxsize=64)
def _group(group: str, lang: Lang) -> dict[str, str]:
    if group == "event":
        own = {code: getattr(event, lang) for code, event in load_events().items()}
        return _derived_events(lang) | own
    try:
        return labels(group, lang)
    except UnknownCode:
        return {}


class Words:
    """The wording of one language, with the forms of numbers, days and money.

    Parameters
    ----------
    lang : ``zh`` or ``en``

    Examples
    --------
    >>> zh, en = Words("zh"), Words("en")
    >>> zh.day(date(2016, 12, 28)), en.day(date(2016, 12, 28))
    ('2016年12月28日', '28 December 2016')
    >>> zh.yuan(1234567.0), zh.yuan(980), en.yuan(1234567.0)
    ('123.46万元', '980元', 'RMB 1,234,567')
    >>> zh.share(3, 8), zh.share(0, 0)
    ('37.5%', '—')
    """

    def __init__(self, lang: Lang = "zh"):
        if lang not in ("zh", "en"):
            raise UnknownCode.from_value("language", lang, ["zh", "en"])
        self.lang = lang

    def __call__(self, code: str, **values) -> str:
        """Return a sentence of ``report_text``, its ``{names}`` filled from `values`."""
        words = _group("report_text", self.lang)
        if code not in words:
            raise UnknownCode.from_value("id in `report_text` of labels.yaml", code, words)
        return words[code].format(**values) if values else words[code]

    def column(self, name: str) -> str:
        """Return the heading of a column."""
        words = _group("report_column", self.lang)
        if name not in words:
            raise UnknownCode.from_value("id in `report_column` of labels.yaml", name, words)
        return words[name]

    def of(self, group: str, code) -> str:
        """Return the wording of a code of a record; a code that has none is shown as it is.

        A record may hold free text where a code is usual (``result``), so an unknown one is
        data, not an error.
        """
        if missing(code):
            return "—"
        code = str(code)
        known = _group(group, self.lang).get(code) or _group(f"report_{group}", self.lang).get(code)
        if known is None:
            return code
        # The word that the English wording of other rooms keeps in Chinese.
        return known.replace("终本", "ended procedure") if self.lang == "en" else known

    def each(self, group: str, codes) -> str:
        """Return the wording of several codes with ``;`` between."""
        if missing(codes):
            return "—"
        return self("list_separator").join(
            self.of(group, c.strip()) for c in str(codes).split(";") if c.strip()
        )

    def day(self, value) -> str:
        """Return a day in full."""
        if missing(value):
            return "—"
        day = pd.Timestamp(value)
        if self.lang == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {day:%B} {day.year}"

    def month(self, value) -> str:
        """Return ``2016-12`` as a month in words."""
        found = re.fullmatch(r"(\d{4})-(\d{1,2})", str(value).strip())
        if not found:
            return "—" if missing(value) else str(value)
        year, month = int(found[1]), int(found[2])
        return f"{year}年{month}月" if self.lang == "zh" else f"{year}-{month:02}"

    def yuan(self, value) -> str:
        """Return an amount of money; in Chinese by 万元 and 亿元."""
        if missing(value):
            return "—"
        value = float(value)
        if self.lang == "en":
            return f"RMB {value:,.2f}".removesuffix(".00")
        for size, unit in ((1e8, "亿元"), (1e4, "万元")):
            if abs(value) >= size:
                return f"{value / size:,.2f}".rstrip("0").rstrip(".") + unit
        return f"{value:.2f}".removesuffix(".00") + "元"

    def number(self, value) -> str:
        """Return a plain number; whole ones without a decimal point."""
        if missing(value):
            return "—"
        value = float(value)
        return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"

    def share(self, part, whole) -> str:
        """Return a share in per cent; of nothing there is none."""
        if missing(part) or missing(whole) or not float(whole):
            return "—"
        return f"{100 * float(part) / float(whole):.1f}%"

    def ordinal(self, number: int) -> str:
        """Return the number of a heading of the second rank.

        Examples
        --------
        >>> Words("zh").ordinal(3), Words("en").ordinal(3)
        ('（三）', '(3) ')
        """
        if self.lang == "en":
            return f"({number}) "
        digits = "〇一二三四五六七八九"
        tens, ones = divmod(number, 10)
        head = "" if not tens else "十" if tens == 1 else f"{digits[tens]}十"
        return f"（{head}{digits[ones] if ones or not tens else ''}）"

    def signed(self, value) -> str:
        """Return a difference with its sign.

        Examples
        --------
        >>> Words("zh").signed(-2), Words("zh").signed(3), Words("zh").signed(0)
        ('−2', '+3', '0')
        """
        if missing(value) or not float(value):
            return self.number(value)
        return ("+" if float(value) > 0 else "−") + self.number(abs(float(value)))

    def points(self, value) -> str:
        """Return the change of a share in percentage points."""
        if missing(value):
            return "—"
        return self("points", points=self.signed(round(100 * float(value), 1)))

    def said(self, value) -> str:
        """Return what a return claims or a record shows: a text, a day, or a word of its own."""
        return self.of("said", self.evidence(value))

    def round(self, name) -> str:
        """Return a round's name; one that is a month as the month in words."""
        return self.month(name) if re.fullmatch(r"\d{4}-\d{1,2}", str(name).strip()) else str(name)

    def short_month(self, period) -> str:
        """Return a month briefly, its year only where the year begins."""
        if self.lang == "zh":
            return f"{period.year}年{period.month}月" if period.month == 1 else f"{period.month}月"
        return (
            f"{period.strftime('%b')} {period.year}" if period.month == 1 else period.strftime("%b")
        )

    def band(self, name) -> str:
        """Return a band of numbers (``0-5``, ``>30``) in words.

        Examples
        --------
        >>> Words("zh").band("6-10"), Words("zh").band(">30")
        ('6–10', '超过30')
        """
        text = str(name)
        return self("over", number=text[1:]) if text.startswith(">") else text.replace("-", "–")

    def yes(self, value) -> str:
        """Return a yes/no cell in words."""
        given = truth(value)
        return "—" if given is None else self("yes" if given else "no")

    def evidence(self, text) -> str:
        """Return the evidence of a finding: codes in words, days in full, rows as rows.

        Examples
        --------
        >>> Words("zh").evidence("case_filed 2016-11-01 (cases.csv#12)")
        '立案 2016年11月1日（cases.csv 第12行）'
        >>> Words("zh").evidence("received 861062.15, paid 0.00: money_received 2015-11-16")
        '到账86.11万元，发放0元: 案款到账 2015年11月16日'
        """
        if missing(text):
            return "—"
        text = str(text)
        for pattern, code in _PHRASES:
            text = pattern.sub(lambda m, code=code: self._phrase(code, m.groupdict()), text)
        text = _SUM.sub(lambda m: " " + self.yuan(m[1]), text)
        text = _CODE.sub(lambda m: self.of("claim_note", self.of("event", m[0])), text)
        text = _SPAN.sub(self._span, text)
        text = _ISO.sub(self._iso_day, text)
        text = _ROW.sub(lambda m: self("row", file=m[1], row=m[2]), text)
        text = _PLACE.sub(lambda m: self("place", file=m[1], row=m[2]), text)
        return re.sub(r"\s*;\s*", "；", text) if self.lang == "zh" else text

    def _phrase(self, code: str, values: dict) -> str:
        for name in ("a", "b"):
            if name in values:
                values[name] = self.yuan(values[name])
        if "manner" in values:
            values["manner"] = self.of("closing_manner", values["manner"])
        return self(code, **values)

    def _span(self, found) -> str:
        end = found[2] or self("today")
        return self("span", start=found[1], end=end)

    def basis(self, evidence, note) -> str:
        """Return the evidence of a finding with what its note admits.

        Examples
        --------
        >>> Words("zh").basis("case_filed 2016-11-01 (cases.csv#12)", "term_assumed;rolled")
        '立案 2016年11月1日（cases.csv 第12行）；期限未记录，按法定最长期限推定'
        >>> Words("zh").basis(None, "missing: consent_or_panel")
        '记录未见：申请人书面同意，或合议庭评议并经院长批准'
        >>> Words("zh").basis(None, "missing: notice;report_order")
        '记录未见：发出执行通知、责令报告财产'
        """
        known = {n: w for n, w in _group("law_note", self.lang).items() if n in _ADMITS}
        note = "" if missing(note) else str(note)
        plain, _, lacking = note.partition("missing: ")
        parts = [] if missing(evidence) else [self.evidence(evidence)]
        if lacking:
            parts.append(self._lacking(lacking))
        parts += [known[n] for n in (n.strip() for n in plain.split(";")) if n in known]
        return ("；" if self.lang == "zh" else "; ").join(parts) or "—"

    def _lacking(self, lacking: str) -> str:
        """Say what was asked for and is not on record, or the amounts that were compared."""
        if re.search(r"\d", lacking):
            return self.evidence(lacking)
        names = [self.of("law_condition", name.strip()) for name in re.split("[,;]", lacking)]
        return self("said_missing", names=self("list_separator").join(names))

    def _iso_day(self, found) -> str:
        try:
            return self.day(date(int(found[1]), int(found[2]), int(found[3])))
        except ValueError:
            return found[0]


def truth(value) -> bool | None:
    """Read a yes/no cell in whatever form a table holds it; missing stays missing."""
    if missing(value):
        return None
    return str(value).strip().lower() in ("yes", "true", "1", "1.0", "是")
