"""The case numbers of a petition, with the slips that petitioners make.

Takes a text; gives the numbers that :func:`audit_lib.record.case_no.find_case_no_spans` reads, and
beside them what people write and registers do not: a letter o for a nought, a court's digits or a
year in Chinese figures, a year of two digits. Only whole numbers of the new style are mended;
nothing is guessed.
"""

import re

from audit_lib.record.case_no import CaseNo, find_case_no_spans

__all__ = ["find_numbers"]

_FIGURES = {
    ord(char): str(figure)
    for figure, chars in enumerate("oO零〇 一 二 三 四 五 六 七 八 九".split())
    for char in chars
}
_HAN = "[\u4e00-\u9fff]"
_COURT = re.compile(rf"(?<={_HAN})[\doO零〇一二三四五六七八九]{{4}}(?={_HAN}{{1,3}}\d)")
_YEAR = re.compile(
    rf"[二2][0零〇oO][零〇一二0-9][零〇一二三四五六七八九0-9](?=[年)）\]】〕]?{_HAN}\d{{2,4}})"
)
_SHORT = re.compile(rf"(?<!\d)([01]\d|2\d)年(?={_HAN}\d{{2,4}}{_HAN}{{1,3}}\d)")


def find_numbers(text: str) -> list[tuple[int, int, CaseNo]]:
    """Find all case numbers of a text as (start, end, number), in the order of the text.

    Examples
    --------
    >>> [str(n) for _, _, n in find_numbers("(2016)鲁o902执3112-3114号")]
    ['（2016）鲁0902执3112号', '（2016）鲁0902执3113号', '（2016）鲁0902执3114号']
    >>> [str(n) for _, _, n in find_numbers("16年鲁0902执7号和二0一六鲁0902执8号")]
    ['（2016）鲁0902执7号', '（2016）鲁0902执8号']
    """
    mended = text
    for pattern in (_COURT, _YEAR):
        mended = pattern.sub(lambda found: found.group().translate(_FIGURES), mended)
    spans = find_case_no_spans(mended)
    return sorted(spans + _find_short(mended, spans), key=lambda span: span[0])


def _find_short(text: str, known) -> list[tuple[int, int, CaseNo]]:
    """Find numbers whose year has two digits, where no other number stands."""
    found = []
    for year in _SHORT.finditer(text):
        whole = f"(20{year.group(1)}){text[year.end() : year.end() + 30]}"
        inner = find_case_no_spans(whole)
        if inner and inner[0][0] == 0:
            end = year.end() + inner[0][1] - len("(2016)")
            if not any(start < end and year.start() < stop for start, stop, _ in known):
                found.append((year.start(), end, inner[0][2]))
    return found
