"""A very small record, notebooks and round, and steps that judge next to nothing."""

import datetime
import json
from pathlib import Path

import nbformat
import pandas as pd

from audit_lib.record import ingest_sources

COURTS = {"鲁09": "泰安市中级人民法院", "鲁0902": "泰山区人民法院", "鲁0911": "岱岳区人民法院"}
PARAMETERS = """court: str = "鲁0902"  # 法院代字
round_name: str = "r"  # 轮次
as_of: str = "2016-12-28"  # 审查基准日
snapshot: str = "x"  # 快照
tables: str = ""  # 本院数据
lang: str = "zh"  # 语言
audience: str = "inspectors"  # 读者"""
COUNT = """import pandas as pd
cases = pd.read_parquet(f"{tables}/cases.parquet")
display(cases[["case_no", "cause"]])
print(court, len(cases), {"甲", "乙", "丙", "丁"}, object())"""


def write_record(folder: Path, extra: str = "", courts=COURTS) -> Path:
    """Write a received folder: four cases a court, one more with `extra` as its cause."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"{c},{n},{'中级' if c == '鲁09' else '基层'},鲁09" for c, n in courts.items()]
    _write(folder / "courts.csv", ["法院代字,法院名称,审级,上级法院代字", *rows])
    cases, events = [], []
    for code in courts:
        for n in range(1, 5):
            number = f"（2016）{code}执{n}号"
            cases.append(f"{number},{code},2016-0{n}-11,机密案由{code}")
            events.append(f"{number},发出执行通知书,2016-0{n}-15")
    if extra:
        cases.append(f"（2016）鲁0902执9号,鲁0902,2016-05-11,{extra}")
    _write(folder / "cases.csv", ["案号,法院代字,立案日期,案由", *cases])
    _write(folder / "events.csv", ["案号,节点,日期", *events])
    return folder


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_snapshot(folder: Path, extra: str = "", courts=COURTS) -> Path:
    """Receive the small record as of 2016-12-28."""
    received = write_record(folder / "received", extra, courts)
    ingest_sources([received], folder / "snapshot", day=datetime.date(2016, 12, 28))
    return folder / "snapshot"


def write_notebook(path: Path, *cells: str, parameters: str = PARAMETERS) -> Path:
    """Write a notebook with a cell of parameters and further cells."""
    tagged = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}, id="p")
    more = [nbformat.v4.new_code_cell(text, id=f"c{n}") for n, text in enumerate(cells)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=[tagged, *more], metadata={"kernelspec": kernel})
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def write_notebooks(folder: Path, court: str = COUNT, overview: str = "print(court)") -> Path:
    """Write the three notebooks of a round."""
    write_notebook(folder / "court_audit.ipynb", court)
    write_notebook(folder / "interview_dossier.ipynb", court)
    write_notebook(folder / "round_overview.ipynb", overview)
    return folder


def write_round(path: Path, name: str = "r1", as_of: str = "2016-12-28", courts="all") -> Path:
    """Write a round's file."""
    shown = json.dumps(courts, ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"name: {name}", f"as_of: {as_of}", f"courts: {shown}", "budget: 2", "seed: 7"]
    _write(path, [*lines, "lang: zh"])
    return path


def count_events(snapshot, round_, frames) -> pd.DataFrame:
    """Give one row a case, as the check of law would."""
    cases = snapshot.cases[["case_no", "court_code"]].copy()
    cases["rule"] = "exec_notice_10d"
    cases["outcome"] = "met"
    return cases.sort_values("case_no").reset_index(drop=True)


STEPS = {"check": count_events}
