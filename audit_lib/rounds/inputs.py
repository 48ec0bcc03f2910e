"""What a round was made from, as hashes: record, parameters, notebooks, library, versions.

Names are relative, so that the same inputs in another folder give the same hashes.
"""

import platform
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from audit_lib.errors import AuditError, BadSnapshot, cause, say
from audit_lib.parameters import notebooks_folder, parameters_folder
from audit_lib.rounds.evidence import canonical_bytes, hash_bytes, hash_file, hash_tree

__all__ = [
    "OtherInstallation",
    "fingerprint",
    "hash_library",
    "hash_notebooks",
    "hash_parameters",
    "hash_record",
    "key_of",
    "library_versions",
    "require_same",
]

_LIBRARIES = (
    "altair",
    "chinesecalendar",
    "cn2an",
    "docxtpl",
    "duckdb",
    "ipykernel",
    "nbclient",
    "nbconvert",
    "nbformat",
    "numpy",
    "pandas",
    "papermill",
    "pyarrow",
    "pylopdf-fonts-zh-cn",
    "rapidfuzz",
    "scikit-learn",
    "typst",
    "vl-convert-python",
)


class OtherInstallation(AuditError):
    """A worker elsewhere would compute with another library, other parameters or versions."""


def key_of(**parts) -> str:
    """Return one hash of named parts: equal parts, equal key.

    Examples
    --------
    >>> key_of(a=1, b="x") == key_of(b="x", a=1)
    True
    """
    return hash_bytes(canonical_bytes(parts))


def hash_parameters() -> dict[str, str]:
    """Return path → hash of every parameter, rule and model file, other rounds' files left out."""
    return _hashed(parameters_folder(), ("rounds",), (".yaml", ".csv", ".npz"))


def hash_library() -> dict[str, str]:
    """Return path → hash of every file of the library that can change a result."""
    kinds = (".py", ".j2", ".css", ".typ", ".docx", ".json", ".csv", ".otf")
    return _hashed(Path(__file__).resolve().parents[1], ("_shipped",), kinds)


def hash_notebooks(names: Iterable[str]) -> dict[str, str]:
    """Return file name → hash of the notebooks that a round runs."""
    folder = notebooks_folder()
    return {f"{name}.ipynb": hash_file(folder / f"{name}.ipynb") for name in sorted(names)}


def _hashed(folder: Path, skip, kinds) -> dict[str, str]:
    files = hash_tree(folder, skip)
    return {
        name: value
        for name, value in files.items()
        if name.endswith(kinds) and not name.rsplit("/", 1)[-1].startswith(".")
    }


def hash_record(snapshot, courts: Iterable[str] | None) -> dict[str, str]:
    """Return path → hash of a snapshot's files, those of all courts or of some.

    Parameters
    ----------
    snapshot : Snapshot
    courts : court codes; ``None`` means every file

    Raises
    ------
    BadSnapshot
        A file is gone, or is not the one that the snapshot's manifest names.
    """
    wanted = None if courts is None else {f"court_code={c}" for c in courts}
    hashes = {}
    for name, entry in sorted(snapshot.manifest["files"].items()):
        folder = name.split("/")[1] if "/" in name else ""
        if wanted is not None and folder.startswith("court_code=") and folder not in wanted:
            continue
        path = snapshot.path / name
        try:
            found = hash_file(path)
        except OSError as error:
            why = say("part_unreadable", "`{name}`: {why}.", name=name, why=cause(error))
            raise BadSnapshot.from_path(snapshot.path, why) from None
        if found != entry["sha256"]:
            why = say("part_altered", "`{name}` was altered since the record was received.",
                      name=name)  # fmt: skip
            raise BadSnapshot.from_path(snapshot.path, why)
        hashes[name] = found
    return hashes


@lru_cache(maxsize=1)
def library_versions() -> dict[str, str]:
    """Return library → version of what computes and draws, Python and platform with them."""
    found = {"python": platform.python_version(), "platform": platform.machine()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def fingerprint(library: dict[str, str], parameters: dict[str, str]) -> str:
    """Return one hash of all with which an installation computes."""
    return key_of(library=library, parameters=parameters, versions=library_versions())


_first_library: dict[str, str] | None = None


def require_same(made_with: str) -> None:
    """Refuse work that was planned with another installation than this process has.

    The library is hashed once: what was loaded counts, not what was put on the disk later.

    Raises
    ------
    OtherInstallation
        It differs; the message says what to do.
    """
    global _first_library
    _first_library = _first_library or hash_library()
    if fingerprint(_first_library, hash_parameters()) != made_with:
        raise OtherInstallation(
            f"The worker on {platform.node()} has another library, other parameters or other "
            "versions than the machine that runs the round.\n"
            "Install the same release with the same requirements.lock there, point it at the same "
            "parameters, and start the worker anew."
        )
