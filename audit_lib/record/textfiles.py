"""Text files: UTF-8 with or without BOM, UTF-16 with BOM, GB18030; comma, semicolon or tab.

The encoding is proved on the whole file, not guessed from its beginning; rows carry the number
that a person sees in a spreadsheet, so a line break inside a cell does not shift them.
"""

import codecs
import csv
import re
from pathlib import Path

__all__ = ["read_csv_rows", "sniff_text"]

_BLOCK = 1 << 20
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff_text(path: Path) -> str | None:
    """Return the encoding in which the whole file can be read, or None.

    UTF-8 is tried first: text of GB18030 that is valid UTF-8 by accident is practically unknown,
    the other way round it is common.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16" if _decodes(path, "utf-16") else None
        for encoding in ("utf-8-sig", "gb18030"):
            if _decodes(path, encoding):
                return encoding
    except OSError:
        return None
    return None


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                text = decoder.decode(block)
                # Binary data may decode; text of a record holds no control characters to speak of.
                if _CONTROL.search(text) and len(_CONTROL.findall(text)) > len(text) // 100:
                    return False
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(path: Path, encoding: str) -> str:
    """Return the delimiter that the first lines agree on."""
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(65536)
    best, best_score = ",", (0, 0)
    for delimiter in (",", "\t", ";"):
        widths: dict[int, int] = {}
        try:
            for number, row in enumerate(csv.reader(sample.splitlines(True), delimiter=delimiter)):
                if len(row) > 1:
                    widths[len(row)] = widths.get(len(row), 0) + 1
                if number == 50:
                    break
        except csv.Error:
            continue
        if widths:
            width, lines = max(widths.items(), key=lambda item: (item[1], item[0]))
            if (lines, width) > best_score:
                best, best_score = delimiter, (lines, width)
    return best


def read_csv_rows(sheet, problems):
    """Yield (row number, cells) of one text file; a file cut off inside a quote is named."""
    path, encoding = sheet.place, sheet.options["encoding"]
    csv.field_size_limit(50_000_000)
    number = 0
    try:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, delimiter=_delimiter(path, encoding), strict=True)
            for number, cells in enumerate(reader, start=1):
                yield number, cells
    except (csv.Error, OSError, UnicodeError) as error:
        problems.add_file(
            "unreadable_file", table=sheet.table, file=sheet.file, row=number + 1, value=str(error)
        )
