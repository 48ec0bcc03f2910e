"""Changing the texts of whole tables: each different text once, many names in one pass."""

import re

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["bare_name", "change_texts", "map_texts", "name_pattern", "text_columns"]

_GAP_IN_NAME = r"[\s·•]{0,2}"
_DEEPEST = 60


def text_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns of a table that can hold text."""
    return [
        name
        for name, kind in frame.dtypes.items()
        if pd.api.types.is_object_dtype(kind) or isinstance(kind, pd.StringDtype)
    ]


def map_texts(column: pd.Series, change) -> pd.Series:
    """Apply `change` to each different text of a column once; other values stay."""
    known = {}
    for value in column.unique():
        if isinstance(value, str):
            new = change(value)
            if new != value:
                known[value] = new
    if not known:
        return column
    return column.map(lambda v: known.get(v, v) if isinstance(v, str) else v)


def change_texts(frame: pd.DataFrame, change_of, touched: str | None = None) -> pd.DataFrame:
    """Change the texts of a table, column by column; the table itself stays as it is.

    Parameters
    ----------
    frame : DataFrame
    change_of : function of a column's name that gives its change, a function of text
    touched : expression (of RE2) that is found in every text that would be changed; a column in
        which it is nowhere found is left as it is, which is told without looking at each text

    Returns
    -------
    DataFrame, the same rows and columns; the given one where nothing is changed
    """
    changed = {}
    for name in text_columns(frame):
        column = frame[name]
        if touched is None or _found(column, touched):
            new = map_texts(column, change_of(name))
            if new is not column:
                changed[name] = new
    return frame.assign(**changed) if changed else frame


def _found(column: pd.Series, pattern: str) -> bool:
    """Tell whether some text of a column matches; yes where only looking at each would tell."""
    if not isinstance(column.dtype, pd.StringDtype) or column.dtype.storage != "pyarrow":
        return True
    found = pc.match_substring_regex(pa.array(column), pattern=pattern)
    return bool(pc.any(found).as_py())


def name_pattern(names) -> re.Pattern | None:
    """Build one expression that finds any of `names`, the longest first, spaces forgiven.

    A tree of their letters: thousands of names cost no more than a few.

    Examples
    --------
    >>> name_pattern(["张三", "张三丰"]).findall("张 三与张三丰")
    ['张 三', '张三丰']
    """
    tree: dict = {}
    long = set()
    for name in map(bare_name, names):
        if len(name) > _DEEPEST:
            long.add(name)
            continue
        branch = tree
        for letter in name:
            branch = branch.setdefault(letter, {})
        branch[""] = {}
    tree.pop("", None)
    # A name of thousands of letters would make the tree, and the expression, too deep to build.
    choices = [
        _GAP_IN_NAME.join(map(re.escape, n)) for n in sorted(long, key=lambda n: (-len(n), n))
    ]
    choices += [_branch(tree)] if tree else []
    return re.compile("|".join(choices)) if choices else None


def bare_name(name: str) -> str:
    """Return a name without the spaces and dots that people write into it."""
    return re.sub(r"[\s·•]", "", name)


def _branch(tree: dict) -> str:
    choices = []
    for letter, rest in sorted(tree.items()):
        if not letter:
            continue
        more = _GAP_IN_NAME + _branch(rest) if set(rest) - {""} else ""
        # `""` marks the end of a name: a longer one is tried first.
        choices.append(re.escape(letter) + (f"(?:{more})?" if more and "" in rest else more))
    return f"(?:{'|'.join(choices)})"
