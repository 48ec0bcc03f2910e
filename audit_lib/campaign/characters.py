"""Unify how a name or a cause is written: widths, spaces, traditional characters.

Takes a cell's text, gives it as the readers of names and causes expect it. Reads
``parameters/campaign/characters.yaml``.
"""

import unicodedata
from functools import lru_cache

from pydantic import model_validator

from audit_lib.parameters import Parameters, load_parameters, parameters_folder

__all__ = ["plain_text"]


class Characters(Parameters):
    """The file ``parameters/campaign/characters.yaml``."""

    traditional: str
    simplified: str

    @model_validator(mode="after")
    def _pairs(self):
        if len(self.traditional) != len(self.simplified):
            raise ValueError("`traditional` and `simplified` must have equally many characters")
        return self


@lru_cache(maxsize=2)
def _table(folder) -> dict:
    words = load_parameters(folder / "campaign" / "characters.yaml", Characters)
    return str.maketrans(words.traditional, words.simplified)


def plain_text(text: str) -> str:
    """Return a text without spaces and invisible marks, in half width and simplified characters.

    Examples
    --------
    >>> plain_text("寧陽縣 公安局（１）")
    '宁阳县公安局(1)'
    """
    text = unicodedata.normalize("NFKC", text).translate(_table(parameters_folder()))
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")
