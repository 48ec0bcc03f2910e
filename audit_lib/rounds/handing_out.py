"""The verifier as one file, for the court that is audited: it needs Python and nothing else."""

import json
from pathlib import Path

from audit_lib.errors import CannotWrite
from audit_lib.labels import label
from audit_lib.rounds import evidence

__all__ = ["hand_out_verifier"]

_CODES = ("altered", "missing", "added", "unreadable", "broken_link", "bad_signature")
_CODES += ("no_manifest", "not_checked")


def hand_out_verifier(path, lang: str = "zh") -> Path:
    """Write :mod:`audit_lib.rounds.evidence` to a file of its own, its words filled in.

    Parameters
    ----------
    path : file to write, as ``verify_round.py``
    lang : ``zh`` or ``en``

    Raises
    ------
    CannotWrite
        The file cannot be written.
    """
    words = {code: label("rounds_fault", code, lang) for code in _CODES}
    words["done"] = label("cli", "verify_done", lang)
    source = Path(evidence.__file__).read_text(encoding="utf-8")
    empty = "WORDS: dict[str, str] = {}\n"
    filled = f"WORDS: dict[str, str] = {json.dumps(words, ensure_ascii=False, indent=4)}\n"
    try:
        Path(path).write_text(source.replace(empty, filled, 1), encoding="utf-8")
    except OSError as error:
        raise CannotWrite.from_error(path, error) from None
    return Path(path)
