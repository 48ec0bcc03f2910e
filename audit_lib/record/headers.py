"""Names of tables and headers as exports write them, matched with ours.

Stray spaces, line breaks, full-width letters, a star and a unit of yuan are forgiven; anything
else must be listed in ``parameters/ingest.yaml``.
"""

import re
import unicodedata
from functools import lru_cache

from audit_lib.parameters import parameters_folder
from audit_lib.record.settings import load_ingest_parameters
from audit_lib.record.tables import load_tables

__all__ = ["column_words", "match_headers", "match_table", "plain_name"]


def plain_name(text) -> str:
    r"""Unify one name for comparison.

    Examples
    --------
    >>> plain_name(" 案\n号＊ "), plain_name("Ｃａｓｅ_No"), plain_name("金额（元）")
    ('案号', 'case_no', '金额')
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(text))).casefold()
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf").strip("*:")
    return re.sub(r"\((?:人民币)?元\)$|\(必填\)$", "", plain).strip("*:")


@lru_cache(maxsize=4)
def _table_words(_folder) -> dict[str, str]:
    words = {}
    for name, table in load_tables().items():
        also = load_ingest_parameters().table_names.get(name, [])
        for word in (name, table.zh, *also):
            words[plain_name(word)] = name
    return words


@lru_cache(maxsize=64)
def _header_words(table: str, _folder) -> dict[str, str]:
    words = {}
    given = load_ingest_parameters().headers.get(table, {})
    for name, column in load_tables()[table].columns.items():
        for word in (name, column.zh, *given.get(name, [])):
            words.setdefault(plain_name(word), name)
    return words


def column_words(table: str, column: str) -> list[str]:
    """Return every spelling by which a column's header is known, made plain.

    Examples
    --------
    >>> column_words("courts", "parent_code")
    ['parent_code', '上级法院代字', '上级法院']
    """
    words = _header_words(table, parameters_folder())
    return [word for word, name in words.items() if name == column]


def match_table(name: str) -> str | None:
    """Return the table that a file's stem or a sheet's name means, or None.

    Examples
    --------
    >>> [match_table(name) for name in ("流程节点", "Cases", "案件(2)", "expected")]
    ['events', 'cases', 'cases', None]
    """
    plain = plain_name(name)
    words = _table_words(parameters_folder())
    for candidate in (plain, plain.removesuffix("表")):
        if candidate in words:
            return words[candidate]
        # A second file of the same table, or one with its day: 案件(2), cases_2016-12-28.
        shorter = re.sub(r"[-_]?\(?[-_.\d]+\)?$", "", candidate)
        if shorter in words:
            return words[shorter]
    return None


def match_headers(table: str, headers: list) -> dict[int, str]:
    """Return position → column for the headers that are known; a column may stand twice."""
    words = _header_words(table, parameters_folder())
    matched = {}
    for position, header in enumerate(headers):
        if header is None or header == "":
            continue
        name = words.get(plain_name(header))
        if name is not None:
            matched[position] = name
    return matched
