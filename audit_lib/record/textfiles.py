"""Text files: UTF-8 with or without BOM, UTF-16 with BOM, GB18030; comma, semicolon or tab.

The encoding is proved on the whole file, not guessed from its beginning; rows carry the number
that a person sees in a spreadsheet, so a line break inside a cell does not shift them. A file that
was pasted together from two encodings is read line by line, each line in its own. A quote that is
never closed costs its own line and no other: reading goes on with the next line. A last line that
ends early, without a line end, is marked: the file may have been cut off there.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

__all__ = ["MIXED", "BrokenLine", "CutLine", "read_csv_rows", "sniff_text"]

#: What :func:`sniff_text` calls a file whose lines are in different encodings.
MIXED = "mixed"

_BLOCK = 1 << 20
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# Enough ordinary Chinese that GB18030 cannot have given valid UTF-8 by accident.
_CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
# No cell with line breaks is longer; what seems to be has lost its closing quote.
_LONGEST_CELL = 1_000_000
# Below this many columns a sentence with commas can look like a row.
_TELLING_WIDTH = 4


class BrokenLine(list):
    """The first cell of a line that cannot be told apart into cells: its quotes are wrong."""


class CutLine(list):
    """The last line of a file where it ends early; its last cell may be half a cell."""


def sniff_text(path: Path) -> str | None:
    """Return the encoding in which the whole file can be read, :data:`MIXED`, or None.

    UTF-8 is tried first: text of GB18030 that is valid UTF-8 by accident is practically unknown,
    the other way round it is common, and would make nonsense of names without a word said.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16" if _decodes(path, "utf-16") else None
        if _decodes(path, "utf-8-sig"):
            return "utf-8-sig"
        utf8, other, damaged = _count_lines(path)
        if utf8 == damaged == 0:
            return "gb18030" if _decodes(path, "gb18030") else None
        # Where most lines are neither, the file is no text, or encrypted.
        if damaged < utf8 + other:
            return MIXED
    except OSError:
        return None
    return None


def _decode_line(line: bytes) -> tuple[str, str]:
    """Return a line as text, and how it was read: plain, utf8, other or damaged."""
    if line.isascii():
        text = line.decode("ascii")
        return text, "damaged" if _is_binary(text) else "plain"
    text = line.decode("utf-8", errors="replace")
    lost, chinese = text.count("\ufffd"), len(_CHINESE.findall(text))
    if not lost and (chinese > 2 or 2 * chinese >= sum(not c.isascii() for c in text)):
        return text, "utf8"
    if chinese > lost > 0:
        # Spoilt UTF-8; most of it would pass for GB18030, as other words.
        return text, "damaged"
    try:
        text = line.decode("gb18030")
    except UnicodeDecodeError:
        return line.decode("gb18030", errors="replace"), "damaged"
    return text, "damaged" if _is_binary(text) else "other"


def _count_lines(path: Path) -> tuple[int, int, int]:
    """Count the lines that are UTF-8, that are GB18030 alone, and that are neither."""
    counts = {"plain": 0, "utf8": 0, "other": 0, "damaged": 0}
    with path.open("rb") as file:
        for line in file:
            counts[_decode_line(line)[1]] += 1
    return counts["utf8"], counts["other"], counts["damaged"]


def _is_binary(text: str) -> bool:
    # Binary data may decode; text of a record holds no control characters to speak of.
    return len(_CONTROL.findall(text)) > len(text) // 100


def _mixed_lines(sheet, problems) -> Iterator[str]:
    """Yield each line in its own encoding; the fewer of the two are named by their first line."""
    first: dict[str, int] = {}
    counts: dict[str, int] = {}
    with sheet.place.open("rb") as file:
        for number, line in enumerate(file, start=1):
            text, how = _decode_line(line)
            if number == 1:
                text = text.removeprefix("\ufeff")
            first.setdefault(how, number)
            counts[how] = counts.get(how, 0) + 1
            # A carriage return alone ends a line too, as in files that are read as text.
            yield from re.split(r"(?<=\r)(?!\n|$)", text)
    rarer = min({"utf8", "other"} & counts.keys(), key=counts.get, default=None)
    if len({"utf8", "other"} & counts.keys()) == 2:
        problems.add_file(
            "mixed_encoding", table=sheet.table, file=sheet.file, row=first[rarer],
            value=counts[rarer], became="kept",
        )  # fmt: skip


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                text = decoder.decode(block)
                if _CONTROL.search(text) and _is_binary(text):
                    return False
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(path: Path, encoding: str) -> tuple[str, int]:
    """Return the delimiter that the first lines agree on, and how many cells most of them have."""
    if encoding == MIXED:
        with path.open("rb") as file:
            sample = file.read(65536).decode("gb18030", errors="replace")
    else:
        with path.open(encoding=encoding, newline="") as file:
            sample = file.read(65536)
    best, best_score = ",", (0, 0)
    for delimiter in (",", "\t", ";"):
        widths: dict[int, int] = {}
        # Line by line, so that a quote which is never closed hides none of the others.
        for line in re.split("[\r\n]+", sample)[:50]:
            for cells in csv.reader([line], delimiter=delimiter):
                if len(cells) > 1:
                    widths[len(cells)] = widths.get(len(cells), 0) + 1
        if widths:
            width, lines = max(widths.items(), key=lambda item: (item[1], item[0]))
            if (lines, width) > best_score:
                best, best_score = delimiter, (lines, width)
    return best, best_score[1]


def _split(lines: Iterator[str], delimiter: str, width: int) -> Iterator[list[str]]:
    """Yield the cells of each row; a line whose quotes are wrong alone, and then the next line."""
    given_back: list[str] = []
    row: list[str] = []

    def feed():
        length = 0
        while True:
            line = given_back.pop() if given_back else next(lines, None)
            if line is None:
                return
            if line.startswith("\ufeff"):  # of a file that was pasted behind another
                line = line[1:]
            row.append(line)
            if len(row) == 1:
                length = 0
            else:
                length += len(line)
                whole = width >= _TELLING_WIDTH and line.count(delimiter) == width - 1
                if length > _LONGEST_CELL or (whole and '"' not in line):
                    raise csv.Error("a quote is not closed")
            yield line

    while True:
        try:
            for cells in csv.reader(feed(), delimiter=delimiter, strict=True):
                cut = len(cells) < width and not row[-1].endswith(("\n", "\r"))
                row.clear()
                yield CutLine(cells) if cut else cells
        except csv.Error:
            given_back.extend(reversed(row[1:]))
            broken = BrokenLine([row[0].partition(delimiter)[0].strip() or '"'])
            row.clear()
            yield broken
        else:
            return


def read_csv_rows(sheet, problems):
    """Yield (row number, cells) of one text file; a line with wrong quotes as one cell."""
    path, encoding = sheet.place, sheet.options["encoding"]
    csv.field_size_limit(50_000_000)
    number = 0
    try:
        delimiter, width = _delimiter(path, encoding)
        with ExitStack() as stack:
            if encoding == MIXED:
                lines = _mixed_lines(sheet, problems)
            else:
                lines = stack.enter_context(path.open(encoding=encoding, newline=""))
            for number, cells in enumerate(_split(lines, delimiter, width), start=1):
                yield number, cells
    except (csv.Error, OSError, UnicodeError) as error:
        problems.add_file(
            "unreadable_file", table=sheet.table, file=sheet.file, row=number + 1, value=str(error)
        )
