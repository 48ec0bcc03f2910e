"""The wording of the desk, looked up hundreds of times a case and therefore kept."""

from functools import lru_cache

from audit_lib.errors import UnknownCode
from audit_lib.labels import Lang, labels

__all__ = ["label"]


@lru_cache(maxsize=64)
def _group(group: str, lang: Lang) -> dict[str, str]:
    return labels(group, lang)


def label(group: str, code: str, lang: Lang = "zh", **values) -> str:
    """Return the wording of one id, as :func:`audit_lib.labels.label` does.

    Examples
    --------
    >>> label("desk_change", "removed")
    '删除'
    """
    words = _group(group, lang)
    if code not in words:
        raise UnknownCode.from_value(f"id in `{group}` of labels.yaml", code, words)
    return words[code].format(**values) if values else words[code]
