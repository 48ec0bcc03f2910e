"""Kinds of damage to text files; each returns what it did (see ``damage.py``)."""

from datetime import date

from damage import CASES, EVENTS, Spoilt, text_of

__all__ = ["KINDS"]


def write(folder, text, encoding="utf-8-sig", name="events"):
    (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode(encoding))


def lines_of(rows) -> list[bytes]:
    """Return header and rows as lines of bytes, the first with a mark of UTF-8."""
    return [text_of([EVENTS]).encode("utf-8-sig"), *(text_of([row]).encode() for row in rows)]


def mixed_encodings(folder, record, chance):
    lines = lines_of(record.events)
    for at in chance.sample(range(1, len(lines)), 3):
        lines[at] = lines[at].decode().encode("gb18030")
    write(folder, b"".join(lines))
    return Spoilt({"mixed_encoding"}, rows=len(record.events))


def lost_characters(folder, record, chance):
    at, lines = chance.randrange(len(record.events)), lines_of(record.events)
    lines[at + 1] = lines[at + 1].replace("赵".encode(), b"\xff\xfe\xff")
    write(folder, b"".join(lines))
    return Spoilt({"undecodable_text"}, {at}, len(record.events))


def old_encoding(folder, record, chance):
    write(folder, text_of([EVENTS, *record.events]), chance.choice(["gb18030", "utf-16"]))
    return Spoilt(set(), rows=len(record.events))


def old_line_ends(folder, record, chance):
    text = text_of([EVENTS, *record.events]).replace("\r\n", "\r")
    write(folder, text, chance.choice(["gb18030", "utf-8", "utf-8-sig"]))
    return Spoilt(set(), rows=len(record.events))


def other_delimiter(folder, record, chance):
    write(folder, text_of([EVENTS, *record.events], chance.choice(";\t")))
    return Spoilt(set(), rows=len(record.events))


def title_lines(folder, record, chance):
    titles = [["执行流程节点明细表"], ["单位：元", "", "制表：办公室"]][: chance.randint(1, 2)]
    write(folder, text_of([*titles, EVENTS, *record.events]))
    return Spoilt({"title_row"}, rows=len(record.events))


def totals_rows(folder, record, chance):
    rows = list(record.events)
    rows.insert(chance.randrange(len(rows)), ["小计", "", "", "", "12,500.00", "", ""])
    rows.append(["合 计", "", "", "", "99,999", "", ""])
    write(folder, text_of([EVENTS, *rows]))
    return Spoilt({"totals_row"}, rows=len(rows))


def repeated_headers(folder, record, chance):
    rows = list(record.events)
    for _ in range(chance.randint(1, 3)):
        rows.insert(chance.randrange(1, len(rows)), EVENTS)
    write(folder, text_of([EVENTS, *rows]), "gb18030")
    return Spoilt({"repeated_header"}, rows=len(rows))


def pasted_together(folder, record, chance):
    """Two exports one after the other, each with its mark of UTF-8 and its header."""
    at = chance.randrange(1, len(record.events))
    parts = record.events[:at], record.events[at:]
    write(folder, b"".join(text_of([EVENTS, *p]).encode("utf-8-sig") for p in parts))
    return Spoilt({"repeated_header"}, rows=len(record.events) + 1)


def handed_in_twice(folder, record, chance):
    """The same rows again in a second file: whole, or from some row on."""
    start = chance.choice([0, chance.randrange(len(record.events))])
    write(folder, text_of([EVENTS, *record.events[:start], *record.events[start:]]))
    write(folder, text_of([EVENTS, *record.events[start:]]), name="流程节点(2)")
    return Spoilt({"duplicate_row"}, rows=2 * len(record.events) - start)


FORMS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"]


def in_five_forms(rows):
    return [
        [*row[:2], date.fromisoformat(row[2]).strftime(FORMS[i % 5]), *row[3:]]
        for i, row in enumerate(rows)
    ]


def five_forms_of_dates(folder, record, chance):
    write(folder, text_of([EVENTS, *in_five_forms(record.events)]))
    return Spoilt(set(), rows=len(record.events))


def serial_numbers(folder, record, chance):
    start = date(1899, 12, 30)
    rows = [[*r[:2], str((date.fromisoformat(r[2]) - start).days), *r[3:]] for r in record.events]
    write(folder, text_of([EVENTS, *rows]))
    return Spoilt(set(), rows=len(record.events))


def open_quote(folder, record, chance):
    text = text_of([EVENTS, *record.events]) + '（2016）鲁0902执1号,案款到账,2016-05-01,,,,"没写完'
    write(folder, text)
    return Spoilt({"broken_quotes"}, rows=len(record.events) + 1)


def wrong_quotes(folder, record, chance):
    """Quotes that are never closed, or closed within a cell, in the middle of a file."""
    lines = lines_of(record.events)
    lost = set(chance.sample(range(len(record.events)), chance.randint(1, 3)))
    for at in lost:
        cell = chance.choice(['"没写完', '"甲"乙', '"'])
        lines[at + 1] = text_of([record.events[at]]).replace("赵某", cell).encode()
    write(folder, b"".join(lines))
    return Spoilt({"broken_quotes"}, lost)


def shifted_cells(folder, record, chance):
    rows = [list(r) for r in record.events]
    at = chance.randrange(len(rows))
    rows[at].insert(1, "多出一格")
    write(folder, text_of([EVENTS, *rows]))
    return Spoilt({"too_many_cells"}, {at}, len(rows))


def blank_rows(folder, record, chance):
    rows = list(record.events)
    rows.insert(chance.randrange(1, len(rows)), [""] * len(EVENTS))
    write(folder, text_of([EVENTS, *rows]))
    return Spoilt({"empty_row"}, rows=len(record.events))


CELLS = [
    (0, "（2016）鲁0902执号", "bad_case_number"), (0, "", "missing_value"),
    (0, "（2016）鲁0902执99999号", "case_unknown"), (1, "喝茶", "unknown_code"),
    (2, "三月初", "bad_date"), (2, "2016-02-30", "bad_date"), (2, "2031-01-01", "future_date"),
    (2, "#REF!", "error_in_cell"), (2, "2015-01-01", "event_before_filing"),
    (4, "约三万左右", "bad_amount"), (4, "-500", "absurd_amount"), (4, "1E+19", "bad_amount"),
    (4, "=1+1", "formula_in_cell"), (2, "=TODAY()", "formula_in_cell"),
    (3, "2001-01-01 00:00:00", "entry_before_event"), (6, "长" * 30_000, "over_long_text"),
]  # fmt: skip


def spoilt_cells(folder, record, chance):
    column, cell, reason = chance.choice(CELLS)
    rows = [list(r) for r in record.events]
    at = chance.choice([i for i, row in enumerate(rows) if row[1] == "发出执行通知书"])
    rows[at][column] = cell
    write(folder, text_of([EVENTS, *rows]))
    return Spoilt({reason}, {at}, len(rows))


def touched(lines, places) -> set[int]:
    """Return which rows a change at some places of the file touches; a line end touches two."""
    ends, end = [], 0
    for line in lines:
        end += len(line)
        ends.append(end)
    rows = set()
    for place in places:
        at = next(i for i, end in enumerate(ends) if place < end)
        rows |= {at - 1} | ({at} if place >= ends[at] - 2 else set())
    return {row for row in rows if 0 <= row < len(lines) - 1}


def flipped_bytes(folder, record, chance):
    lines = lines_of(record.events)
    data = bytearray(b"".join(lines))
    places = [chance.randrange(len(lines[0]), len(data)) for _ in range(chance.randint(1, 6))]
    for place in places:
        data[place] = chance.choice([*b'"\x00\r\n,;\t', chance.randrange(256)])
    write(folder, bytes(data))
    return Spoilt(None, touched(lines, places))


def missing_bytes(folder, record, chance):
    """A stretch of a file that was lost in transfer."""
    lines = lines_of(record.events)
    data, start = b"".join(lines), len(lines[0])
    place = chance.randrange(start, len(data) - 300)
    length = chance.randint(1, 200)
    write(folder, data[:place] + data[place + length :])
    return Spoilt(None, touched(lines, range(place, place + length + 1)))


def truncated_text(folder, record, chance):
    lines = lines_of(record.events)
    data = b"".join(lines)
    cut = chance.randrange(len(lines[0]) + 1, len(data))
    write(folder, data[:cut])
    complete = data[:cut].count(b"\n") - 1
    rest = data[:cut].rpartition(b"\n")[2]
    # Nothing tells a note that was cut off from a short one, nor a lost line end.
    named = None if rest.count(b",") == len(EVENTS) - 1 else {"cut_off"} if rest else set()
    return Spoilt(named, set(range(complete, len(record.events))))


def several_at_once(folder, record, chance):
    """What a clerk's paste of three exports looks like."""
    lines = [text_of([row]).encode() for row in in_five_forms(record.events)]
    for at in chance.sample(range(len(lines)), 4):
        lines[at] = lines[at].decode().encode("gb18030")
    for extra in (
        text_of([["小计", "", "", "", "12,500.00", "", ""]]).encode(),
        text_of([EVENTS]).encode("utf-8-sig"),
        '（2016）鲁0902执1号,案款到账,2016-05-01,,,,"没写完\r\n'.encode("gb18030"),
        b"\r\n",
    ):
        lines.insert(chance.randrange(1, len(lines)), extra)
    head = [text_of([["执行流程节点明细表"], EVENTS]).encode("utf-8-sig")]
    write(folder, b"".join(head + lines))
    every = {"mixed_encoding", "totals_row", "repeated_header", "broken_quotes", "title_row"}
    return Spoilt(every, rows=len(record.events) + 3, every=every)


def unknown_names(folder, record, chance):
    write(folder, text_of([EVENTS, *record.events]), name="节点导出_最终版")
    return Spoilt({"unknown_table"}, None)


def lost_column(folder, record, chance):
    write(folder, text_of([[*r[:2], *r[3:]] for r in [EVENTS, *record.events]]))
    return Spoilt({"missing_column"}, None, len(record.events), fatal=True)


def noise(folder, record, chance):
    write(folder, chance.randbytes(chance.randint(1, 4000)))
    return Spoilt({"unreadable_file", "missing_column", "wrong_extension"}, None)


def repeated_cases(folder, record, chance):
    again = list(chance.choice(record.cases))
    conflict = chance.random() < 0.5
    if conflict:
        again[4] = "1"
    write(folder, text_of([CASES, *record.cases, again]), name="cases")
    reason = "conflicting_case" if conflict else "duplicate_case"
    return Spoilt({reason}, table="cases", rows=len(record.events))


def spoilt_case(folder, record, chance):
    """A case that cannot be used takes its events with it, each of them named."""
    at = chance.randrange(len(record.cases))
    rows = [list(row) for row in record.cases]
    column, cell, reason = chance.choice([
        (0, "泰山案件", "bad_case_number"), (1, "鲁0999", "court_unknown"),
        (2, "二月", "bad_date"), (2, "", "missing_value"),
    ])  # fmt: skip
    rows[at][column] = cell
    write(folder, text_of([CASES, *rows]), name="cases")
    return Spoilt({reason}, table="cases", lost_cases={at}, every={reason, "case_unknown"})


def no_cases(folder, record, chance):
    write(folder, b"" if chance.random() < 0.5 else chance.randbytes(500), name="cases")
    return Spoilt(None, table="cases", fatal=True)


KINDS = [mixed_encodings, lost_characters, old_encoding, old_line_ends, other_delimiter,
         title_lines, totals_rows, repeated_headers, pasted_together, handed_in_twice,
         five_forms_of_dates, serial_numbers, open_quote, wrong_quotes, shifted_cells, blank_rows,
         spoilt_cells, flipped_bytes, missing_bytes, truncated_text, several_at_once,
         unknown_names, lost_column, noise, repeated_cases, spoilt_case, no_cases]  # fmt: skip
