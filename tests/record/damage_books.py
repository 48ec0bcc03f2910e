"""Kinds of damage to workbooks and to files as such; each returns what it did (``damage.py``)."""

import os
import shutil
import sys
import zipfile
from datetime import date

import openpyxl
import pandas as pd
import xlwt
from damage import EVENTS, Spoilt, text_of

__all__ = ["KINDS"]


def write_xlsx(path, sheets, epoch_1904=False):
    """Write a workbook of sheet → rows."""
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


def write_xls(path, rows):
    book = xlwt.Workbook()
    sheet = book.add_sheet("流程节点")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            sheet.write(r, c, cell)
    book.save(str(path))


def write_as(path, content, rows):
    """Write rows as one of the four kinds of content, whatever the name of the file says."""
    made = path.with_name(f"made.{content}")
    if content == "csv":
        made.write_bytes(text_of(rows).encode("utf-8-sig"))
    elif content == "xlsx":
        write_xlsx(made, {"流程节点": rows})
    elif content == "xls":
        write_xls(made, rows)
    else:
        pd.DataFrame(rows[1:], columns=rows[0]).to_parquet(made)
    made.rename(path)


def merged_header(folder, record, chance):
    upper = ["案号", "节点", "时间", None, "金额", "相对人", "备注"]
    lower = [None, None, "日期", "录入时间", None, None, None]
    book = write_xlsx(folder / "events.xlsx", {"流程节点": [upper, lower, *record.events]})
    sheet = book["流程节点"]
    sheet.merge_cells("C1:D1")
    for column in "ABEFG":
        sheet.merge_cells(f"{column}1:{column}2")
    book.save(folder / "events.xlsx")
    return Spoilt({"two_line_header"}, rows=len(record.events))


def merged_cells(folder, record, chance):
    """The case number stands once for its three events: the others name no case."""
    book = write_xlsx(folder / "events.xlsx", {"流程节点": [EVENTS, *record.events]})
    for first in range(2, len(record.events) + 2, 3):
        book["流程节点"].merge_cells(
            start_row=first, end_row=first + 2, start_column=1, end_column=1
        )
    book.save(folder / "events.xlsx")
    lost = {at for at in range(len(record.events)) if at % 3}
    # More than half of a small record is refused then, which leaves no snapshot.
    return Spoilt({"missing_value"}, lost, len(record.events))


def both_epochs(folder, record, chance):
    rows = [[*r[:2], date.fromisoformat(r[2]), *r[3:]] for r in record.events]
    write_xlsx(folder / "events.xlsx", {"节点": [EVENTS, *rows]}, chance.random() < 0.5)
    return Spoilt(set(), rows=len(record.events))


def typed_cells(folder, record, chance):
    """Days, moments and amounts as a spreadsheet keeps them, in either epoch."""
    rows = [
        [*r[:2], pd.Timestamp(r[2]).to_pydatetime(), pd.Timestamp(r[3]).to_pydatetime(),
         float(r[4]) if r[4] else None, *r[5:]]
        for r in record.events
    ]  # fmt: skip
    write_xlsx(folder / "events.xlsx", {"节点": [EVENTS, *rows]}, chance.random() < 0.5)
    return Spoilt(set(), rows=len(record.events))


def formulas(folder, record, chance):
    at = chance.randrange(len(record.events))
    rows = [list(r) for r in record.events]
    rows[at][chance.choice([2, 4])] = "=1+1"
    write_xlsx(folder / "events.xlsx", {"流程节点": [EVENTS, *rows]})
    return Spoilt({"formula_in_cell"}, {at}, len(rows))


def hidden_sheet(folder, record, chance):
    sheets = {"说明": [["说明"]], "流程节点": [EVENTS, *record.events]}
    book = write_xlsx(folder / "book.xlsx", sheets)
    book["流程节点"].sheet_state = chance.choice(["hidden", "veryHidden"])
    book.save(folder / "book.xlsx")
    return Spoilt({"hidden_sheet"}, None)


def old_workbook(folder, record, chance):
    write_xls(folder / "events.xls", [EVENTS, *record.events])
    return Spoilt(set(), rows=len(record.events))


def zip_bomb(folder, record, chance):
    """One part of nothing but noughts, a cell without end in a real workbook, or many parts."""
    path, how = folder / "events.xlsx", chance.randrange(3)
    if how == 1:
        write_xlsx(folder / "real.xlsx", {"流程节点": [EVENTS, *record.events]})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        if how == 0:
            packed.writestr("[Content_Types].xml", "<Types/>")
            packed.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
        elif how == 1:
            with zipfile.ZipFile(folder / "real.xlsx") as real:
                for part in real.infolist():
                    data = real.read(part)
                    if part.filename == "xl/worksheets/sheet1.xml":
                        cell = b'<row><c t="inlineStr"><is><t>%s</t></is></c></row></sheetData>'
                        data = data.replace(b"</sheetData>", cell % (b"A" * 60_000_000))
                    packed.writestr(part.filename, data)
        else:
            for number in range(10_001):
                packed.writestr(f"xl/{number}.xml", b"")
    (folder / "real.xlsx").unlink(missing_ok=True)
    return Spoilt({"too_large", "unreadable_file"}, None)


def entity_bomb(folder, record, chance):
    write_xlsx(folder / "real.xlsx", {"流程节点": [EVENTS, *record.events]})
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    with (
        zipfile.ZipFile(folder / "real.xlsx") as real,
        zipfile.ZipFile(folder / "events.xlsx", "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for part in real.infolist():
            text = real.read(part).decode()
            if part.filename == "xl/worksheets/sheet1.xml":
                text = f"<!DOCTYPE w [{entities}]>{text[text.index('<worksheet') :]}"
            packed.writestr(part.filename, text)
    (folder / "real.xlsx").unlink()
    return Spoilt({"unreadable_file"}, None)


def truncated(folder, record, chance):
    content = chance.choice(["xlsx", "xls", "parquet"])
    path = folder / f"events.{content}"
    write_as(path, content, [EVENTS, *record.events])
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(4, len(data) - 30)])
    # An old workbook may be cut where only its directory is lost, or nothing of its sheet.
    lost = set(range(len(record.events))) if content == "xls" else None
    return Spoilt(None if content == "xls" else {"unreadable_file", "wrong_extension"}, lost)


def flipped_workbook(folder, record, chance):
    """Some bytes of a packed or binary file are others: its sums no longer agree."""
    content = chance.choice(["xlsx", "parquet", "xls"])
    path = folder / f"events.{content}"
    write_as(path, content, [EVENTS, *record.events])
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 40)):
        data[chance.randrange(4, len(data))] = chance.randrange(256)
    path.write_bytes(bytes(data))
    return Spoilt(None, set(range(len(record.events))))


def wrong_ending(folder, record, chance):
    content, ending = chance.sample(["csv", "xlsx", "xls", "parquet"], 2)
    write_as(folder / f"events.{ending}", content, [EVENTS, *record.events])
    return Spoilt({"wrong_extension"}, None)


def links(folder, record, chance):
    """A link to a file, to a folder, to nothing, or a pipe that nobody writes to."""
    target = folder.parent / "elsewhere"
    target.mkdir()
    (target / "events.csv").write_bytes(text_of([EVENTS, *record.events]).encode("utf-8-sig"))
    how = chance.randrange(4)
    if how == 0:
        (folder / "events.csv").symlink_to(target / "events.csv")
    elif how == 1:
        (folder / "鲁0902").symlink_to(target)
    elif how == 2:
        (folder / "events.csv").symlink_to(folder / "events.csv")
    else:
        os.mkfifo(folder / "events.csv")
    return Spoilt({"not_a_regular_file"}, None)


def empty_files(folder, record, chance):
    ending = chance.choice(["csv", "xlsx", "xls", "parquet"])
    (folder / f"events.{ending}").write_bytes(b"")
    return Spoilt({"unreadable_file"}, None)


def nested_folders(folder, record, chance):
    """A good file two folders down is not read, and a folder in place of a file is named."""
    write_as(folder / "events.csv", "csv", [EVENTS, *record.events])
    (folder / "鲁0902" / "旧").mkdir(parents=True)
    shutil.copy(folder / "events.csv", folder / "鲁0902" / "旧" / "events.csv")
    return Spoilt({"not_a_regular_file"}, rows=len(record.events))


KINDS = [merged_header, merged_cells, both_epochs, typed_cells, formulas, hidden_sheet,
         old_workbook, zip_bomb, entity_bomb, truncated, flipped_workbook, wrong_ending,
         empty_files, nested_folders]  # fmt: skip
if sys.platform != "win32":  # links need rights there, and there are no pipes
    KINDS.append(links)
