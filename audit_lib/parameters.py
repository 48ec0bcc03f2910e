"""Strict reading of the YAML files that people decide things in.

Takes a file and a pydantic model, gives the model's object; a duplicate key, an unknown key or
a value of the wrong kind is refused with the file and the line. Everything under
``parameters/`` is read through here, and nothing else is: ``yaml.safe_load`` silently keeps the
last of two equal keys.
"""

import os
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from audit_lib.errors import BadParameterFile, Said, cause, hint, say

Model = TypeVar("Model")

__all__ = [
    "VALUE_FAULTS", "Parameters", "fault_words", "load_parameters", "notebooks_folder",
    "parameters_folder", "read_yaml",
]  # fmt: skip

#: Faults of a value, as pydantic names them, that have a wording of their own (`value_…`).
VALUE_FAULTS = frozenset(
    "bool_parsing bool_type date_from_datetime_parsing date_parsing date_type dict_type "
    "float_parsing float_type greater_than greater_than_equal int_from_float int_parsing int_type "
    "less_than less_than_equal list_type literal_error mapping_type model_attributes_type "
    "model_type string_pattern_mismatch string_too_long string_too_short string_type too_long "
    "too_short tuple_type".split()
)


# The same language read in C where PyYAML was built with it, nine times as fast.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 40
_TOO_DEEP = say("too_deep", "It is nested too deeply.")
# Below this many signs that may open a level no file can be deep enough to hurt the C parser.
_FEW_SIGNS = 2000


class Parameters(BaseModel):
    """Base of the models that describe a parameter file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def parameters_folder() -> Path:
    """Return the folder that holds the parameters.

    ``AUDIT_PARAMETERS`` in the environment names another one; else the folder beside the
    package (a checkout), else the copy inside the installed package.

    Raises
    ------
    BadParameterFile
        There is no such folder.
    """
    return _folder("parameters", "AUDIT_PARAMETERS")


def notebooks_folder() -> Path:
    """Return the folder of the notebooks; ``AUDIT_NOTEBOOKS`` names another one."""
    return _folder("notebooks", "AUDIT_NOTEBOOKS")


def _folder(name: str, variable: str) -> Path:
    return _existing(name, variable, os.environ.get(variable))


@lru_cache(maxsize=32)
def _existing(name: str, variable: str, given: str | None) -> Path:
    here = Path(__file__).resolve().parent
    candidates = [Path(given)] if given else [here.parent / name, here / "_shipped" / name]
    for folder in candidates:
        if folder.is_dir():
            return folder
    why = say("no_parameters", "This folder does not exist. Set {variable} to the one to use.",
              variable=variable)  # fmt: skip
    raise BadParameterFile.from_place(candidates[0], None, why)


class _Node:
    """A parsed value with the lines of its keys and items, for messages."""

    def __init__(self, node: yaml.Node):
        self.line = node.start_mark.line + 1
        self.children: dict[Any, tuple[int, _Node]] = {}

    def steps_of(self, location) -> list[str]:
        """Return those steps of `location` that stand in the file."""
        here, steps = self, []
        for step in location:
            found = here.children.get(step, here.children.get(str(step)))
            if found is not None:
                steps.append(str(step))
                here = found[1]
        return steps

    def line_of(self, location) -> int:
        """Return the line of the deepest part of `location` that exists."""
        here, line = self, self.line
        for step in location:
            found = here.children.get(step, here.children.get(str(step)))
            if found is None:
                continue
            line, here = found
        return line


def read_yaml(path: str | Path) -> tuple[Any, _Node]:
    """Read one YAML file strictly.

    Returns
    -------
    (value, node)
        The plain value, and its tree of line numbers.

    Raises
    ------
    BadParameterFile
        The file is missing, is no YAML, or has the same key twice.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        why = say("file_not_there", "This file does not exist.")
        raise BadParameterFile.from_place(path, None, why) from None
    except (OSError, UnicodeDecodeError) as error:
        why = say("file_not_readable", "It cannot be read: {why}", why=cause(error))
        raise BadParameterFile.from_place(path, None, why) from None
    _check_depth(text, path)
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise BadParameterFile.from_place(path, 1, say("file_empty", "The file is empty."))
        return _construct(loader, root, path, 0)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        told = error.problem or error.context
        what = say("no_yaml", "This is no YAML: {why}.", why=told)
        if "mapping values" in told:
            what = say("no_yaml_colon", "This is no YAML: {why}. A text that holds a colon and a "
                       "space needs quotes around it.", why=told)  # fmt: skip
        raise BadParameterFile.from_place(path, mark.line + 1 if mark else None, what) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, BadParameterFile):
            raise
        what = say("no_yaml", "This is no YAML: {why}.", why=str(error))
        raise BadParameterFile.from_place(path, None, what) from None
    finally:
        loader.dispose()


def _check_depth(text: str, path: Path) -> None:
    """Refuse a text so deep that the parser in C, which recurses, would end the process."""
    if sum(text.count(sign) for sign in "[{-:?") < _FEW_SIGNS:
        return
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST + 1:
                line = event.start_mark.line + 1
                raise BadParameterFile.from_place(path, line, _TOO_DEEP)
    except yaml.YAMLError:
        return  # told with its line by the reading that follows


def _construct(loader, node, path, depth):
    tree = _Node(node)
    if depth > _DEEPEST:
        raise BadParameterFile.from_place(path, tree.line, _TOO_DEEP)
    if isinstance(node, yaml.MappingNode):
        value = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                why = say("key_no_word", "A key must be a plain word.")
                raise BadParameterFile.from_place(path, line, why)
            key = loader.construct_object(key_node, deep=True)
            if key in value:
                why = say("key_twice", "The key `{key}` stands twice.", key=key)
                raise BadParameterFile.from_place(path, line, why)
            value[key], child = _construct(loader, value_node, path, depth + 1)
            tree.children[key] = (line, child)
            # As it is written: `on` is read as true.
            tree.children.setdefault(key_node.value, (line, child))
        return value, tree
    if isinstance(node, yaml.SequenceNode):
        items = []
        for number, item in enumerate(node.value):
            value, child = _construct(loader, item, path, depth + 1)
            items.append(value)
            tree.children[number] = (child.line, child)
        return items, tree
    try:
        return loader.construct_object(node, deep=True), tree
    except ValueError as error:  # what has the form of a day or a number and is none
        what = say("value_unreadable", "`{value}` cannot be read: {why}.", value=node.value,
                   why=str(error))  # fmt: skip
        raise BadParameterFile.from_place(path, tree.line, what) from None


def load_parameters(path: str | Path, model: type[Model] | Any) -> Model:
    """Read one parameter file into `model`, or refuse it with file and line.

    Parameters
    ----------
    path : path of a YAML file
    model : a :class:`Parameters` class, or any type that pydantic understands

    Raises
    ------
    BadParameterFile
        Not readable, a key twice, an unknown or missing key, a wrong value. The message has
        one line a fault, at most five.
    """
    path = Path(path)
    value, tree = read_yaml(path)
    try:
        return _adapter(model).validate_python(value)
    except ValidationError as error:
        faults = error.errors()
        lines = [_sentence(fault, tree, model) for fault in faults[:5]]
        if len(faults) > 5:
            lines.append(say("more_faults", "… and {count} more.", count=len(faults) - 5))
        first = tree.line_of(faults[0]["loc"])
        raise BadParameterFile.from_place(path, first, tuple(lines)) from None


@lru_cache(maxsize=128)
def _adapter(model) -> TypeAdapter:
    return TypeAdapter(model)


def fault_words(fault: dict) -> Said | str:
    """Return what pydantic finds wrong with a value, without a full stop.

    What our own validators say is taken as they say it; the usual faults of a value are told by
    the id ``value_…``, so that they have a wording in Chinese.

    Examples
    --------
    >>> try:
    ...     TypeAdapter(int).validate_python("many")
    ... except ValidationError as error:
    ...     fault_words(error.errors()[0]).code
    'value_int_parsing'
    """
    if fault["type"] == "value_error" and (said := fault["ctx"]["error"].args):
        return said[0] if isinstance(said[0], Said) else str(said[0]).rstrip(".")
    english = fault["msg"].rstrip(".")
    if fault["type"] not in VALUE_FAULTS:
        return english
    return Said(f"value_{fault['type']}", "{english}", {**fault.get("ctx", {}), "english": english})


def _sentence(fault, tree, model) -> Said:
    steps = [str(step) for step in fault["loc"]]
    place = ".".join(steps) or say("the_file", "the file")
    line = tree.line_of(fault["loc"])
    if fault["type"] == "extra_forbidden":
        near = hint(steps[-1:], _fields(model, fault["loc"][:-1]))
        return say("key_unknown", "line {line}: `{place}` is not a known key.{hint}", line=line,
                   place=place, hint=near)  # fmt: skip
    if fault["type"] == "missing":
        return say("key_missing", "line {line}: `{place}` is missing.", line=line, place=place)
    # Names of pydantic's own, of which kind of a union was tried, are no keys of the file.
    place = ".".join(tree.steps_of(fault["loc"])) or place
    value, given = fault.get("input"), ""
    if isinstance(value, str | int | float | bool):
        given = say("value_given", " Given: `{value}`.", value=value)
    return say("value_wrong", "line {line}: `{place}`: {fault}.{given}", line=line, place=place,
               fault=fault_words(fault), given=given)  # fmt: skip


def _fields(model, location) -> list[str]:
    """Return the keys allowed at a place, as far as plain nested models tell."""
    here = model
    for step in location:
        fields = getattr(here, "model_fields", {})
        if step in fields:
            here = fields[step].annotation
        args = getattr(here, "__args__", ())
        here = next((a for a in args if hasattr(a, "model_fields")), here)
    return [f.alias or n for n, f in getattr(here, "model_fields", {}).items()]
