"""The courts and people that a text names, as far as words alone tell.

Takes a folded text; gives names of courts and of parties. A name is a hint for linking, never
proof of who somebody is.
"""

import re

from audit_lib.petitions.folding import Folded

__all__ = ["find_courts", "find_parties"]

_COURT_END = re.compile(r"(?:最高|高级|中级|基层)?(?:人民)?法院|[一二三四五]?中院|高院|最高法")
_PLACE = re.compile(r"[\u4e00-\u9fff]{1,9}(?:市|区|县|旗|州|省|盟)$|[\u4e00-\u9fff]{2,3}$")
_STOP = re.compile(
    r".*(?:[我你他她它俺咱的了在到去被把向给让请由从是和与跟及对找说要就都没不该这那此于院执案钱判来因为]|公司|请求|请|求|可)"
)
_ORGANISATION = re.compile(
    r"[\u4e00-\u9fffA-Za-z0-9()]{2,24}?(?:有限责任公司|股份有限公司|有限公司|集团公司|公司|合作社|"
    r"人民政府|镇政府|乡政府|区政府|县政府|市政府|村委会|村民委员会|居委会|街道办事处|信用社|银行|厂|学校|医院)"
)
_PERSON = re.compile(
    r"(?:被执行人|申请执行人|申请人|案外人|被告|原告|债务人|债权人|肇事者|肇事人|信访人|本人|老板|我叫|我是)"
    r"[:：是叫为,，]?(?P<name>[\u4e00-\u9fff][\u4e00-\u9fff某]{1,2})(?=[,，。、；！？:：\s(和与的欠未不拒名在因诉]|$)"
)
_NO_NAME = frozenset("我你他她它的了在是和与有没不就都也被把名下有关公司一直拒申执法院请现该此案等")


def find_courts(folded: Folded) -> list[str]:
    """Return the courts named, in order, each once.

    Examples
    --------
    >>> from audit_lib.petitions.folding import fold_text
    >>> find_courts(fold_text("我向泰安市泰山区人民法院申请执行，岱岳法院不管"))
    ['泰安市泰山区人民法院', '岱岳法院']
    """
    names: list[str] = []
    for match in _COURT_END.finditer(folded.text):
        before = folded.text[max(0, match.start() - 10) : match.start()]
        before = re.split(r"[^\u4e00-\u9fff]", before)[-1]
        stop = _STOP.match(before)
        place = before[stop.end() :] if stop else before
        whole = match.group()
        if not place and whole in ("法院", "人民法院"):
            continue
        if place and not _PLACE.search(place):
            place = ""
            if whole in ("法院", "人民法院"):
                continue
        name = place + whole
        if name not in names:
            names.append(name)
    return names


def find_parties(folded: Folded) -> list[str]:
    """Return the people and bodies named, in order, each once.

    Examples
    --------
    >>> from audit_lib.petitions.folding import fold_text
    >>> find_parties(fold_text("被执行人：王大年，欠泰安恒信建材有限公司货款"))
    ['王大年', '泰安恒信建材有限公司']
    """
    found: list[tuple[int, str]] = []
    for match in _PERSON.finditer(folded.text):
        name = match["name"]
        if not any(char in _NO_NAME for char in name):
            found.append((match.start("name"), name))
    for match in _ORGANISATION.finditer(folded.text):
        stop = _STOP.match(match.group())
        name = (
            match.group()[stop.end() :]
            if stop and stop.end() < len(match.group())
            else match.group()
        )
        name = re.sub(r"^(?:欠|告|诉|拖|执行|查封|冻结)", "", name)
        if len(name) >= 4 and not name.startswith(("公司", "银行", "有限")):
            found.append((match.start(), name))
    return list(dict.fromkeys(name for _, name in sorted(found)))
