"""Damaged exports: a good record spoilt in one way, with the fault that must be named.

``make_damaged(folder, seed)`` writes one; the same seed gives the same files. What must be found
is computed from what was written, without any code of the reader: which events are whole, cell
by cell, and must be kept as they are; which rows were spoilt and may be lost or doubted; which
reason `problems` must hold.
"""

import csv
import io
import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

__all__ = ["CASES", "COURTS", "DAY", "EVENTS", "Damaged", "Record", "Spoilt", "build_damaged",
           "text_of"]  # fmt: skip

DAY = date(2016, 12, 28)
CASES = ["案号", "法院代字", "立案日期", "案由", "申请执行标的额", "承办人", "结案日期", "结案方式"]
EVENTS = ["案号", "节点", "日期", "录入时间", "金额", "相对人", "备注"]
COURTS = [["法院代字", "法院名称", "审级"], ["鲁09", "泰安市中级人民法院", "中级"],
          ["鲁0902", "泰安市泰山区人民法院", "基层"]]  # fmt: skip
CODES = {"发出执行通知书": "notice_issued", "发起网络查控": "network_query_started",
         "案款到账": "money_received"}  # fmt: skip


@dataclass
class Spoilt:
    """What a kind of damage did to a record.

    Attributes
    ----------
    reasons : of which `problems` must hold at least one; empty where nothing is wrong at all;
        None where the damage may leave a good file, or a file of which nothing can be used
    every : reasons that `problems` must hold all
    lost : events that were spoilt, by their place; None where no event can be read
    lost_cases : cases that were spoilt, by their place
    rows : rows of events that were written, where the file can be read to its end
    table : the table that was written; the others are written whole
    fatal : no snapshot may come of it
    """

    reasons: set[str] | None
    lost: set[int] | None = frozenset()
    rows: int | None = None
    every: set[str] = frozenset()
    lost_cases: set[int] = frozenset()
    table: str = "events"
    fatal: bool = False


@dataclass
class Damaged:
    """One damaged export.

    Attributes
    ----------
    cases : case number → (day of filing, amount, handler), as it must be kept
    spoilt_cases : how many cases more may be kept
    whole : events that were written whole, as the snapshot must hold them, with how often
    spoilt : how many events more may be kept, in whatever form
    """

    kind: str
    folder: Path
    what: Spoilt
    cases: dict[str, tuple]
    spoilt_cases: int
    whole: Counter
    spoilt: int


def event_as_kept(row) -> tuple:
    """Return a good row of events as the snapshot must hold it."""
    case, event, day, keyed, amount, party, note = row
    return case, CODES[event], day, keyed, float(amount) if amount else None, party, note


def case_as_kept(row) -> tuple:
    """Return what the snapshot must hold of a good row of cases."""
    return row[2], float(row[4]), row[5]


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
                note = f"办理{len(self.events)}"
                self.events.append([case, event, day.isoformat(), f"{day} 10:00:00", paid,
                                    "赵某", note])  # fmt: skip


def text_of(rows, delimiter=",") -> str:
    """Return rows as CSV text."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def build_damaged(kind, folder: Path, seed: int) -> Damaged:
    """Write a record that one kind of damage spoils, and say what must be found of it."""
    chance = random.Random(seed)
    record = Record(chance)
    folder.mkdir(parents=True)
    what = kind(folder, record, chance)
    tables = {"courts": COURTS, "cases": [CASES, *record.cases], "events": [EVENTS, *record.events]}
    for name, rows in tables.items():
        if name != what.table:
            (folder / f"{name}.csv").write_bytes(text_of(rows).encode("utf-8-sig"))
    gone = {record.cases[at][0] for at in what.lost_cases}
    lost = set(range(len(record.events))) if what.lost is None else set(what.lost)
    whole = [
        event_as_kept(row)
        for at, row in enumerate(record.events)
        if at not in lost and row[0] not in gone
    ]
    cases = {row[0]: case_as_kept(row) for row in record.cases if row[0] not in gone}
    spoilt = 0 if what.lost is None else len(record.events) - len(whole)
    return Damaged(kind.__name__, folder, what, cases, len(gone), Counter(whole), spoilt)
