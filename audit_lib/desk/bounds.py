"""What a threshold may be, and why a change was refused, in the language of the screen."""

from pathlib import Path

from audit_lib.desk.words import label
from audit_lib.inspection.settings import Risk
from audit_lib.labels import Lang

__all__ = ["bounds_of", "why_not_kept", "why_not_tried"]


def bounds_of(path: str) -> tuple[float | None, float | None]:
    """Return the least and the most that an entry of ``risk.yaml`` may be.

    Parameters
    ----------
    path : its parts joined by dots, mappings left out

    Examples
    --------
    >>> bounds_of("draw.random_share"), bounds_of("property.query_at_least")
    ((0.2, 1), (0, None))
    """
    model, low, high = Risk, None, None
    for part in path.split("."):
        field = getattr(model, "model_fields", {}).get(part)
        if field is None:
            return None, None
        model, limits = field.annotation, field.metadata
        low = _first(limits, "ge", "gt")
        high = _first(limits, "le", "lt")
    return low, high


def _first(limits, *names):
    found = [getattr(limit, name, None) for limit in limits for name in names]
    return next((value for value in found if value is not None), None)


def why_not_tried(path: str | None, lang: Lang) -> str:
    """Say why a value cannot be tried.

    Parameters
    ----------
    path : of the entry in ``risk.yaml``; ``None`` where it is the audit day

    Examples
    --------
    >>> why_not_tried("draw.random_share", "zh")
    '“随机抽取占名额的比例”须在0.2至1之间。'
    """
    if path is None:
        return label("desk_if_fault", "day", lang)
    if path.endswith(".points"):
        return label("desk_if_fault", "points", lang)
    low, high = bounds_of(path)
    name = label("desk_threshold", path, lang)
    if low is not None and high is not None:
        return label("desk_if_fault", "between", lang, name=name, low=f"{low:g}", high=f"{high:g}")
    if low is not None:
        return label("desk_if_fault", "least", lang, name=name, low=f"{low:g}")
    return label("desk_if_fault", "value", lang, name=name)


def why_not_kept(
    name: str, reason: str, author: str, folder: Path, changed: bool, lang: Lang
) -> str:
    """Say why a proposal was not kept, the first thing that is wrong.

    Examples
    --------
    >>> why_not_kept("方案一", " ", "甲", Path("proposals"), True, "zh")
    '尚未填写理由。'
    """
    name = name.strip()
    wrong = (
        ("name", not name), ("reason", not reason.strip()), ("author", not author.strip()),
        ("same", not changed), ("taken", (folder / name).exists()),
    )  # fmt: skip
    code = next((code for code, is_so in wrong if is_so), "bad_name")
    return label("desk_if_fault", code, lang)
