"""What a notebook takes as parameters, and the refusal of anything else.

Reads the one cell tagged ``parameters``: typed literals with a comment of help. Needs neither
papermill nor a kernel, so that a round is refused before anything is started.
"""

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit_lib.errors import BadRound, hint

__all__ = ["Parameter", "check_parameters", "read_parameters"]

_TYPES = {"str": str, "int": int, "float": (int, float), "bool": bool, "list": list, "dict": dict}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Parameter:
    """One parameter that a notebook takes."""

    name: str
    type: str
    default: Any


def read_parameters(path: str | Path) -> dict[str, Parameter]:
    """Return what a notebook takes: name → type and default.

    Parameters
    ----------
    path : notebook file

    Raises
    ------
    BadRound
        The notebook is missing or unreadable, has no cell tagged ``parameters`` or two, or that
        cell holds anything but typed literals.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_bytes())
        cells = [(cell["source"], cell["metadata"].get("tags", [])) for cell in content["cells"]]
    except FileNotFoundError:
        raise BadRound(f"The notebook `{path.name}` does not exist in `{path.parent}`.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadRound(f"`{path}` cannot be read as a notebook: {error!r}") from None
    tagged = [source for source, tags in cells if "parameters" in tags]
    if len(tagged) != 1:
        raise BadRound(
            f"`{path.name}` has {len(tagged) or 'no'} cells tagged `parameters`.\n"
            "Exactly one is needed: typed literals, each with a comment of help."
        )
    source = tagged[0] if isinstance(tagged[0], str) else "".join(tagged[0])
    try:
        found = [_parameter(statement) for statement in ast.parse(source).body]
    except (SyntaxError, ValueError) as error:
        raise BadRound(
            f"`{path.name}`, cell `parameters`: {error}\n"
            'Each line there is like: court: str = "鲁0902"  # help'
        ) from None
    return {parameter.name: parameter for parameter in found}


def _parameter(statement: ast.stmt) -> Parameter:
    if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
        raise ValueError(f"line {statement.lineno} is no typed literal")
    declared = ast.unparse(statement.annotation)
    if declared not in _TYPES:
        raise ValueError(f"line {statement.lineno}: `{declared}` is none of {', '.join(_TYPES)}")
    if statement.value is None:
        raise ValueError(f"line {statement.lineno} has no value")
    return Parameter(statement.target.id, declared, ast.literal_eval(statement.value))


def check_parameters(path: str | Path, given: Mapping[str, Any]) -> None:
    """Refuse parameters that a notebook does not take, lacks, or takes as another type.

    papermill writes the *name* of a parameter into code unescaped and only warns when it is
    unknown, and turns dates and numpy's numbers into text; so this comes before every run.

    Parameters
    ----------
    path : notebook file
    given : name → value; every parameter of the notebook must be named

    Raises
    ------
    BadRound
        An unknown, missing or ill-typed parameter.
    """
    takes = read_parameters(path)
    name = Path(path).name
    unknown = [key for key in given if key not in takes or not _NAME.fullmatch(str(key))]
    if unknown:
        shown = str(unknown[0])[:60]
        raise BadRound(
            f"{name} has no parameter `{shown}`.{hint([shown], takes)}\n"
            f"It takes: {', '.join(takes)}."
        )
    missing = [key for key in takes if key not in given]
    if missing:
        raise BadRound(f"{name} needs the parameter `{missing[0]}`, which was not given.")
    for key, value in given.items():
        _check_type(name, key, value, takes[key].type)


def _check_type(notebook: str, key: str, value: Any, declared: str) -> None:
    fits = isinstance(value, _TYPES[declared])
    fits = fits and (declared == "bool" or not isinstance(value, bool))
    if not fits or not _is_plain(value):
        raise BadRound(
            f"{notebook}: the parameter `{key}` is a `{declared}`, "
            f"but was given {type(value).__name__} `{str(value)[:60]}`.\n"
            "A day is given as text: 2016-12-28."
        )


def _is_plain(value: Any) -> bool:
    """Tell whether papermill passes a value on unchanged."""
    if isinstance(value, dict):
        return all(type(k) is str and _is_plain(v) for k, v in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or type(value) in (str, int, float, bool)
