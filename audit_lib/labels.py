"""The wording that people see, in Chinese and English, for every id inside the tables.

Reads ``parameters/labels.yaml``: group → id → {zh, en}, and ``parameters/errors.yaml``: id of a
message → its Chinese. Ids stay in the tables; wording is put
on at the edge, by ``label``. A missing wording is an error, never a blank.
"""

from functools import lru_cache
from typing import Literal

from audit_lib.errors import AuditError, Said, UnknownCode
from audit_lib.parameters import Parameters, load_parameters, parameters_folder

Lang = Literal["zh", "en"]

__all__ = ["Lang", "Wording", "error_words", "label", "labels", "load_labels"]


class Wording(Parameters):
    """One wording in both languages."""

    zh: str
    en: str


@lru_cache(maxsize=4)
def _load(path) -> dict[str, dict[str, Wording]]:
    return load_parameters(path, dict[str, dict[str, Wording]])


def load_labels() -> dict[str, dict[str, Wording]]:
    """Return every wording: group → id → :class:`Wording`."""
    return _load(parameters_folder() / "labels.yaml")


def labels(group: str, lang: Lang = "zh") -> dict[str, str]:
    """Return one group's wording as id → text.

    Examples
    --------
    >>> labels("outcome")["met"]
    '期内完成'
    """
    groups = load_labels()
    if group not in groups:
        raise UnknownCode.from_value("group of labels", group, groups)
    return {code: getattr(wording, lang) for code, wording in groups[group].items()}


def label(group: str, code: str, lang: Lang = "zh", **values) -> str:
    """Return the wording of one id; ``{name}`` in it is filled from `values`.

    Raises
    ------
    UnknownCode
        The group or the id has no wording.

    Examples
    --------
    >>> label("theme", "passive", "en")
    'Passive enforcement'
    """
    words = labels(group, lang)
    if code not in words:
        raise UnknownCode.from_value(f"id in `{group}` of labels.yaml", code, words)
    return words[code].format(**values) if values else words[code]


@lru_cache(maxsize=4)
def _load_errors(path) -> dict[str, str]:
    return load_parameters(path, dict[str, str])


def error_words(said: Exception | Said | str, lang: Lang = "zh") -> str:
    """Return what an error says, in the language asked for.

    The one place where errors are put into Chinese. What has no Chinese, or where the wording
    itself cannot be read, is told in English: an error is never lost behind another.

    Examples
    --------
    >>> error = UnknownCode.from_value("outcome", "mett", ["met", "late"])
    >>> error_words(error)
    '不认识`mett`：不在outcome的清单中。是否想写`met`？'
    >>> error_words(error, "en")
    '`mett` is not a known outcome. Did you mean `met`?'
    """
    said = getattr(said, "said", said)
    if lang == "en" or not isinstance(said, Said):
        return str(said)
    try:
        chinese = _load_errors(parameters_folder() / "errors.yaml")
    except AuditError:
        return str(said)
    return said.fill(chinese.get(said.code, said.english), lambda part: error_words(part, lang))
