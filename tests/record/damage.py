"""Damaged exports: a good record spoilt in one way, with the fault that must be named.

``make_damaged(folder, seed)`` writes one; the same seed gives the same files. Every kind says
which reason `problems` must hold, and which cases are untouched and must therefore be kept.
"""

import csv
import io
import random
import zipfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import xlwt

__all__ = ["DAY", "KINDS", "Damaged", "make_damaged"]

DAY = date(2016, 12, 28)
CASES = ["案号", "法院代字", "立案日期", "案由", "申请执行标的额", "承办人", "结案日期", "结案方式"]
EVENTS = ["案号", "节点", "日期", "录入时间", "金额", "相对人", "备注"]
COURTS = [["法院代字", "法院名称", "审级"], ["鲁09", "泰安市中级人民法院", "中级"],
          ["鲁0902", "泰安市泰山区人民法院", "基层"]]  # fmt: skip


@dataclass
class Damaged:
    """One damaged export.

    Attributes
    ----------
    kind : what was done
    reasons : of which `problems` must hold at least one; empty where nothing is wrong at all
    cases, events : case numbers and number of events that were written whole and must be kept
    rows : rows of events that were written, where the file can be read to its end
    fatal : no snapshot may come of it
    """

    kind: str
    folder: Path
    reasons: set[str] = field(default_factory=set)
    cases: set[str] = field(default_factory=set)
    events: int | None = None
    rows: int | None = None
    fatal: bool = False


class Record:
    """A small good record, as rows of text; every kind of damage starts from one."""

    def __init__(self, chance: random.Random):
        self.chance = chance
        self.cases, self.events = [], []
        for number in range(1, chance.randint(6, 14)):
            filed = date(2016, 1, 4) + timedelta(days=chance.randint(0, 200))
            case = f"（2016）鲁0902执{number}号"
            amount = chance.randint(1, 9_999) * 100
            self.cases.append([case, "鲁0902", filed.isoformat(), "民间借贷纠纷", str(amount),
                               chance.choice(["王某", "李某", "欧阳某"]), "", ""])  # fmt: skip
            for days, event in ((3, "发出执行通知书"), (5, "发起网络查控"), (40, "案款到账")):
                day = filed + timedelta(days=days)
                paid = str(amount) if event == "案款到账" else ""
                self.events.append([case, event, day.isoformat(), f"{day} 10:00:00", paid,
                                    "赵某", "正常办理"])  # fmt: skip

    @property
    def numbers(self) -> set[str]:
        return {row[0] for row in self.cases}


def text_of(rows, delimiter=",") -> str:
    """Return rows as CSV text."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def write_workbook(path, sheets, epoch_1904=False):
    """Write an XLSX of sheet → rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    if epoch_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return book


def write_rest(folder, record, **given):
    """Write the tables that a kind of damage leaves alone."""
    tables = {"courts": COURTS, "cases": [CASES, *record.cases], "events": [EVENTS, *record.events]}
    for name, rows in tables.items():
        if name not in given:
            (folder / f"{name}.csv").write_bytes(text_of(rows).encode("utf-8-sig"))


def mixed_encodings(folder, record, chance):
    other = set(chance.sample(range(len(record.events)), 3))
    lines = [text_of([EVENTS]).encode("utf-8-sig")] + [
        text_of([row]).encode("gb18030" if i in other else "utf-8")
        for i, row in enumerate(record.events)
    ]
    (folder / "events.csv").write_bytes(b"".join(lines))
    return {"events"}, {"mixed_encoding"}, len(record.events)


def lost_characters(folder, record, chance):
    at = chance.randrange(len(record.events))
    lines = [text_of([EVENTS]).encode("utf-8-sig")]
    for i, row in enumerate(record.events):
        line = text_of([row]).encode()
        lines.append(line.replace("赵".encode(), b"\xff\xfe\xff") if i == at else line)
    (folder / "events.csv").write_bytes(b"".join(lines))
    return {"events"}, {"undecodable_text"}, len(record.events)


def old_encoding(folder, record, chance):
    code = chance.choice(["gb18030", "utf-16"])
    (folder / "events.csv").write_bytes(text_of([EVENTS, *record.events]).encode(code))
    return {"events"}, set(), len(record.events)


def other_delimiter(folder, record, chance):
    delimiter = chance.choice(";\t")
    text = text_of([EVENTS, *record.events], delimiter)
    (folder / "events.csv").write_bytes(text.encode("utf-8-sig"))
    return {"events"}, set(), len(record.events)


def merged_header(folder, record, chance):
    upper = ["案号", "节点", "时间", "", "金额", "相对人", "备注"]
    lower = ["", "", "日期", "录入时间", "", "", ""]
    write_workbook(folder / "events.xlsx", {"流程节点": [upper, lower, *record.events]})
    return {"events"}, {"two_line_header"}, len(record.events)


def title_lines(folder, record, chance):
    titles = [["执行流程节点明细表"], ["单位：元", "", "制表：办公室"]][: chance.randint(1, 2)]
    rows = [*titles, EVENTS, *record.events]
    (folder / "events.csv").write_bytes(text_of(rows).encode("utf-8-sig"))
    return {"events"}, {"title_row"}, len(record.events)


def totals_rows(folder, record, chance):
    rows = list(record.events)
    rows.insert(chance.randrange(len(rows)), ["小计", "", "", "", "12,500.00", "", ""])
    rows.append(["合 计", "", "", "", "99,999", "", ""])
    (folder / "events.csv").write_bytes(text_of([EVENTS, *rows]).encode("utf-8-sig"))
    return {"events"}, {"totals_row"}, len(record.events), len(rows)


def repeated_headers(folder, record, chance):
    rows = list(record.events)
    for _ in range(chance.randint(1, 3)):
        rows.insert(chance.randrange(1, len(rows)), EVENTS)
    (folder / "events.csv").write_bytes(text_of([EVENTS, *rows]).encode("gb18030"))
    return {"events"}, {"repeated_header"}, len(record.events), len(rows)


def five_forms_of_dates(folder, record, chance):
    forms = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"]
    rows = [
        [*row[:2], date.fromisoformat(row[2]).strftime(forms[i % 5]), *row[3:]]
        for i, row in enumerate(record.events)
    ]
    (folder / "events.csv").write_bytes(text_of([EVENTS, *rows]).encode("utf-8-sig"))
    return {"events"}, set(), len(record.events)


def both_epochs(folder, record, chance):
    rows = [[*r[:2], date.fromisoformat(r[2]), *r[3:]] for r in record.events]
    write_workbook(folder / "events.xlsx", {"节点": [EVENTS, *rows]}, chance.random() < 0.5)
    return {"events"}, set(), len(record.events)


def serial_numbers(folder, record, chance):
    start = date(1899, 12, 30)
    rows = [[*r[:2], str((date.fromisoformat(r[2]) - start).days), *r[3:]] for r in record.events]
    (folder / "events.csv").write_bytes(text_of([EVENTS, *rows]).encode("utf-8-sig"))
    return {"events"}, set(), len(record.events)


def formulas(folder, record, chance):
    at = chance.randrange(len(record.events))
    rows = [list(r) for r in record.events]
    rows[at][chance.choice([2, 4])] = "=1+1"
    write_workbook(folder / "events.xlsx", {"流程节点": [EVENTS, *rows]})
    return {"events"}, {"formula_in_cell"}, len(rows) - 1, len(rows)


def hidden_sheet(folder, record, chance):
    book = write_workbook(folder / "book.xlsx", {"说明": [["说明"]], "流程节点": [EVENTS,
                          *record.events]})  # fmt: skip
    book["流程节点"].sheet_state = chance.choice(["hidden", "veryHidden"])
    book.save(folder / "book.xlsx")
    return {"events"}, {"hidden_sheet"}, 0


def old_workbook(folder, record, chance):
    book = xlwt.Workbook()
    sheet = book.add_sheet("流程节点")
    for r, row in enumerate([EVENTS, *record.events]):
        for c, cell in enumerate(row):
            sheet.write(r, c, cell)
    book.save(str(folder / "events.xls"))
    return {"events"}, set(), len(record.events)


def repeated_cases(folder, record, chance):
    again = list(chance.choice(record.cases))
    conflict = chance.random() < 0.5
    if conflict:
        again[4] = "1"
    rows = [CASES, *record.cases, again]
    (folder / "cases.csv").write_bytes(text_of(rows).encode("utf-8-sig"))
    return {"cases"}, {"conflicting_case" if conflict else "duplicate_case"}, len(record.events)


def zip_bomb(folder, record, chance):
    with zipfile.ZipFile(folder / "events.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return {"events"}, {"too_large", "unreadable_file"}, 0


def truncated(folder, record, chance):
    path = folder / "events.xlsx"
    write_workbook(path, {"流程节点": [EVENTS, *record.events]})
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data) // 10, len(data) - 30)])
    return {"events"}, {"unreadable_file", "wrong_extension"}, 0


def open_quote(folder, record, chance):
    text = text_of([EVENTS, *record.events]) + '（2016）鲁0902执1号,案款到账,2016-05-01,,,,"没写完'
    (folder / "events.csv").write_bytes(text.encode("utf-8-sig"))
    return {"events"}, {"broken_quotes"}, len(record.events), len(record.events) + 1


def links(folder, record, chance):
    target = folder.parent / "elsewhere.csv"
    target.write_bytes(text_of([EVENTS, *record.events]).encode("utf-8-sig"))
    (folder / "events.csv").symlink_to(target)
    return {"events"}, {"not_a_regular_file"}, 0


def wrong_ending(folder, record, chance):
    write_workbook(folder / "events.csv.xlsx", {"流程节点": [EVENTS, *record.events]})
    (folder / "events.csv.xlsx").rename(folder / "events.csv")
    return {"events"}, {"wrong_extension"}, 0


def noise(folder, record, chance):
    (folder / "events.csv").write_bytes(chance.randbytes(chance.randint(1, 4000)))
    return {"events"}, {"unreadable_file", "missing_column", "wrong_extension"}, 0


def flipped_bytes(folder, record, chance):
    data = bytearray(text_of([EVENTS, *record.events]).encode("utf-8-sig"))
    for _ in range(chance.randint(1, 6)):
        data[chance.randrange(200, len(data))] = chance.randrange(256)
    (folder / "events.csv").write_bytes(bytes(data))
    return {"events"}, None, None


def shifted_cells(folder, record, chance):
    rows = [list(r) for r in record.events]
    at = chance.randrange(len(rows))
    rows[at].insert(1, "多出一格")
    (folder / "events.csv").write_bytes(text_of([EVENTS, *rows]).encode("utf-8-sig"))
    return {"events"}, {"too_many_cells"}, len(rows) - 1, len(rows)


def blank_rows(folder, record, chance):
    rows = list(record.events)
    rows.insert(chance.randrange(1, len(rows)), [""] * len(EVENTS))
    (folder / "events.csv").write_bytes(text_of([EVENTS, *rows]).encode("utf-8-sig"))
    return {"events"}, {"empty_row"}, len(record.events)


def spoilt_cells(folder, record, chance):
    column, cell, reason = chance.choice([
        (0, "（2016）鲁0902执号", "bad_case_number"), (0, "", "missing_value"),
        (0, "（2016）鲁0902执99999号", "case_unknown"), (1, "喝茶", "unknown_code"),
        (2, "三月初", "bad_date"), (2, "2016-02-30", "bad_date"), (2, "2031-01-01", "future_date"),
        (2, "#REF!", "error_in_cell"), (2, "2015-01-01", "event_before_filing"),
        (4, "约三万左右", "bad_amount"), (4, "-500", "absurd_amount"),
        (4, "1E+19", "absurd_amount"),
        (3, "2001-01-01 00:00:00", "entry_before_event"), (6, "长" * 30_000, "over_long_text"),
    ])  # fmt: skip
    rows = [list(r) for r in record.events]
    at = chance.choice([i for i, row in enumerate(rows) if row[1] == "发出执行通知书"])
    rows[at][column] = cell
    (folder / "events.csv").write_bytes(text_of([EVENTS, *rows]).encode("utf-8-sig"))
    reasons = {reason, "bad_amount"} if reason == "absurd_amount" else {reason}
    return {"events"}, reasons, len(rows) - 1, len(rows)


def unknown_names(folder, record, chance):
    (folder / "节点导出_最终版.csv").write_bytes(text_of([EVENTS, *record.events]).encode("utf-8"))
    return {"events"}, {"unknown_table"}, 0


def lost_column(folder, record, chance):
    rows = [[*r[:2], *r[3:]] for r in [EVENTS, *record.events]]
    (folder / "events.csv").write_bytes(text_of(rows).encode("utf-8-sig"))
    return {"events"}, {"missing_column"}, 0, len(record.events)


def no_cases(folder, record, chance):
    (folder / "cases.csv").write_bytes(b"" if chance.random() < 0.5 else chance.randbytes(500))
    return {"cases"}, None, None


KINDS = [mixed_encodings, lost_characters, old_encoding, other_delimiter, merged_header,
         title_lines, totals_rows, repeated_headers, five_forms_of_dates, both_epochs,
         serial_numbers, formulas, hidden_sheet, old_workbook, repeated_cases, zip_bomb, truncated,
         open_quote, links, wrong_ending, noise, flipped_bytes, shifted_cells, blank_rows,
         spoilt_cells, unknown_names, lost_column, no_cases]  # fmt: skip


def make_damaged(folder: Path, seed: int) -> Damaged:
    """Write one damaged export, of the kind that the seed's turn brings."""
    chance = random.Random(seed)
    record = Record(chance)
    kind = KINDS[seed % len(KINDS)]
    folder.mkdir(parents=True)
    written, reasons, events, *rows = kind(folder, record, chance)
    write_rest(folder, record, **dict.fromkeys(written))
    return Damaged(kind.__name__, folder, reasons, record.numbers, events,
                   rows[0] if rows else None, fatal=kind in (no_cases, lost_column))  # fmt: skip
