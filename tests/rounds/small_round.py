"""A very small record, notebooks and round, and steps that judge next to nothing."""

import datetime
import json
import os
import sys
import textwrap
from pathlib import Path

import pandas as pd

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


def write_petitions(folder: Path, *rows: str) -> None:
    """Add petitions to a received folder: ``id,court as written,cited number,text``."""
    lines = [",".join([r.split(",")[0], "2016-12-01", *r.split(",")[1:]]) for r in rows]
    _write(folder / "petitions.csv", ["信访编号,收到日期,被反映法院,反映案号,反映内容", *lines])


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_snapshot(folder: Path, extra: str = "", courts=COURTS) -> Path:
    """Receive the small record as of 2016-12-28."""
    return receive(write_record(folder / "received", extra, courts), folder / "snapshot")


def receive(received: Path, snapshot: Path) -> Path:
    """Receive a folder as of 2016-12-28."""
    # Here, not above: each process of a small round brings this module, and none of them ingests.
    from audit_lib.record import ingest_sources

    ingest_sources([received], snapshot, day=datetime.date(2016, 12, 28))
    return snapshot


def write_keys(folder: Path) -> tuple[Path, Path]:
    """Make a pair of keys: the private one, readable by its owner alone, and the public one."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    folder.mkdir(parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    private, public = folder / "key.pem", folder / "public.pem"
    pem, none = form.Encoding.PEM, form.NoEncryption()
    private.write_bytes(key.private_bytes(pem, form.PrivateFormat.PKCS8, none))
    private.chmod(0o600)
    public.write_bytes(key.public_key().public_bytes(pem, form.PublicFormat.SubjectPublicKeyInfo))
    return private, public


def write_notebook(path: Path, *cells: str, parameters: str = PARAMETERS) -> Path:
    """Write a notebook with a cell of parameters and further cells."""
    import nbformat  # after audit_lib, see its first lines

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


def environment(more: dict | None = None) -> dict[str, str]:
    """Return an environment in which a process of its own finds the library."""
    path = os.pathsep.join([str(Path(__file__).parents[2]), str(Path(__file__).parent), *sys.path])
    return dict(os.environ) | {"PYTHONPATH": path} | (more or {})


def write_script(folder: Path, round_file, snapshot, out, workers: int) -> Path:
    """Write a program that runs the small round in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "go.py"
    script.write_text(
        textwrap.dedent(f"""
        import small_round
        from audit_lib.rounds import run_round
        if __name__ == "__main__":
            run_round({str(round_file)!r}, {str(snapshot)!r}, {str(out)!r},
                      steps=small_round.STEPS, workers={workers})
        """),
        encoding="utf-8",
    )
    return script


def die_once(marker: str, wanted: bool) -> bool:
    """End this process the first time, if `wanted`."""
    if wanted and not Path(marker).exists():
        Path(marker).write_text("died")
        os._exit(9)
    return wanted


def set_variable(name: str, value: str) -> None:
    """Set a variable of the process that runs this."""
    os.environ[name] = value
