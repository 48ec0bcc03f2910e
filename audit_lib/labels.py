"""The wording that people see, in Chinese and English, for every id inside the tables.

Reads ``parameters/labels.yaml``: group → id → {zh, en}. Ids stay in the tables; wording is put
on at the edge, by ``label``. A missing wording is an error, never a blank.
"""

from functools import lru_cache
from typing import Literal

from audit_lib.errors import UnknownCode
from audit_lib.parameters import Parameters, load_parameters, parameters_folder

Lang = Literal["zh", "en"]

__all__ = ["Lang", "Wording", "label", "labels", "load_labels"]


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
