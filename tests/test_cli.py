"""The commands as outsiders call them: what they write, say and return."""

import re
import subprocess
import sys

import pandas as pd
import pytest
from click.testing import CliRunner

from audit_lib.cli import main

CHECK = (
    "case_no court_code handler rule theme outcome started_on due_on done_on days_late severity "
    "source article evidence"
).split()


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory, root):
    path = tmp_path_factory.mktemp("cli") / "2016-12-28"
    done = call("ingest", root / "data" / "sample", "--snapshot", path, "--day", "2016-12-28")
    assert done.exit_code == 0
    assert "案件：收到 258 = 采用 258 + 退回 0" in done.output
    # Files that are no table are no refused rows.
    assert "文件问题 2 处" in done.output and "退回 2 行" not in done.output
    assert "    README.md、planted.csv\n" in done.output
    return path


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_check_writes_the_promised_columns_with_a_mark_for_excel(snapshot, tmp_path):
    out = tmp_path / "检查.csv"
    done = call("check", "--snapshot", snapshot, "--as-of", "2016-12-28", "--out", out)
    assert done.exit_code == 0, done.output
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = pd.read_csv(out)
    assert list(rows.columns[: len(CHECK)]) == CHECK
    assert set(rows["outcome"]) <= {"late", "overdue", "breached"}


def test_check_of_one_court_holds_no_other(snapshot, tmp_path):
    out = tmp_path / "one.parquet"
    done = call(
        "check", "--snapshot", snapshot, "--as-of", "2016-12-28", "--out", out,
        "--court", "鲁0902", "--all", "--lang", "en",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert set(pd.read_parquet(out)["court_code"]) == {"鲁0902"}


def test_select_gives_the_draw_and_its_probabilities(snapshot, tmp_path, root):
    out = tmp_path / "draw.csv"
    chosen = root / "parameters" / "rounds" / "2016-12.yaml"
    done = call("select", "--snapshot", snapshot, "--round", chosen, "--out", out)
    assert done.exit_code == 0, done.output
    rows = pd.read_csv(out)
    assert {"case_no", "stratum", "probability", "frame", "seed", "score"} <= set(rows.columns)
    random = rows[rows["stratum"].eq("random")]
    assert len(random) and random["probability"].between(0, 1).all()
    assert rows.loc[~rows["stratum"].eq("random"), "probability"].eq(1).all()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("check", "--snapshot", "/no/where", "--as-of", "2016-12-28", "--out", "x.csv"), 1,
         "没有这个目录"),
        (("check", "--snapshot", "x", "--as-of", "2016-13-01", "--out", "x.csv"), 2,
         "不是日期；写作 2016-12-28"),
        (("check", "--snapshot", "x", "--as-of", "2016-12-28", "--out", "x.doc"), 2,
         "扩展名必须是 .csv"),
        (("round", "/no/round.yaml", "--snapshot", "x", "--out", "y"), 1, "没有这个文件"),
    ],
)  # fmt: skip
def test_a_wrong_call_gets_one_clear_message(words, code, says):
    done = call(*words)
    assert done.exit_code == code
    assert says in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize("command", [None, *sorted(main.commands)])
def test_the_help_in_chinese_has_no_english_word_for_a_value(command):
    words = [command, "--help"] if command else ["--help"]
    shown = call(*words).output
    assert shown.startswith("用法：audit")
    assert not re.findall(r"\b(OPTIONS|ARGS|COMMAND|PATH|TEXT|INTEGER|DATE|FILE)\b", shown)


def test_a_reader_who_has_seen_enough_is_no_error(root):
    command = [sys.executable, "-m", "audit_lib", "rules"]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as shown:
        shown.stdout.readline()
        shown.stdout.close()
        assert shown.stderr.read() == b""


def test_rules_lists_what_is_in_force_with_articles():
    done = call("rules", "--as-of", "2016-12-28")
    assert done.exit_code == 0
    assert "exec_notice_10d" in done.output and "第四百八十二条" in done.output
    assert "verify_clue_7d" not in done.output


def test_an_error_says_what_it_is_in_the_language_asked_for(tmp_path):
    words = ["round", tmp_path / "none.yaml", "--snapshot", tmp_path, "--out", tmp_path]
    done = call(*words)
    assert done.exit_code == 1
    assert done.stderr.startswith("BadParameterFile（参数文件写错了，什么也没有核查）: ")
    assert call("--lang", "en", *words).stderr.startswith("BadParameterFile: ")


@pytest.mark.parametrize(
    ("words", "says", "in_english"),
    [
        (["chek"], "没有命令`chek`。是否想写`check`？", "no command `chek`. Did you mean `check`?"),
        (["check", "--snap", "x"], "没有选项`--snap`。是否想写`--snapshot`？",
         "no option `--snap`"),
        (["check", "--snapshot", "x"], "缺少必填的选项`--as-of`", "option `--as-of` is missing"),
        (["round", "--out", "x", "--snapshot", "y"], "缺少轮次文件。", "ROUND_FILE is missing"),
        (["verify", "a", "b", "c"], "多写了`b c`", "`b c` is too much"),
        (["desk", "--port"], "选项`--port`后面要写整数。", "`--port` needs a value: INTEGER"),
        (["desk", "--port", "many"], "`many`不是整数", "`many` is no integer"),
        (["desk", "--port", "0"], "`0`太小，不能小于1", "`0` is less than 1"),
        (["desk", "--port", "70000"], "`70000`太大", "`70000` is more than 65535"),
        (["desk", "--share=1"], "选项`--share`后面不写内容", "`--share` takes no value"),
        (["desk", "--share"], "`--share`要和`--prepare`同用", "`--share` goes with `--prepare`"),
        (["sample", "--format", "doc", "--out", "x"], "`doc`不在可写的里面：csv, xlsx, parquet",
         "`doc` is none of: csv, xlsx, parquet"),
        (["ingest", "x"], "缺少选项`--snapshot`", "option `--snapshot` is missing"),
        (["returns-read", "没有.xlsx", "--day", "2016-12-29", "--out", "y"],
         "月报表…不对：没有文件`没有.xlsx`", "There is no file `没有.xlsx`"),
    ],
)  # fmt: skip
def test_wrong_usage_is_said_in_the_language_asked_for(words, says, in_english):
    done = call(*words)
    assert done.exit_code == 2 and done.stdout == ""
    assert says in done.stderr
    assert done.stderr.startswith("用法：audit") and "看说明：audit" in done.stderr
    # Names of options and files apart, nothing is left of the library's English.
    assert not re.search(r"(?i)\b(error|usage|try|invalid|missing|such)\b", done.stderr)
    command, *rest = words
    done = (
        call(command, "--lang", "en", *rest) if command != "chek" else call("--lang", "en", *words)
    )
    assert in_english in done.stderr and done.exit_code == 2


def test_what_an_office_meets_is_said_in_chinese(snapshot, tmp_path, root, monkeypatch):
    rounds = root / "parameters" / "rounds" / "2016-12.yaml"
    there = tmp_path / "file.csv"
    there.write_text("x")
    check = ["check", "--snapshot", snapshot, "--as-of", "2016-12-28"]
    key = tmp_path / "key.pem"
    key.write_text("no key")
    key.chmod(0o644)
    run = ["round", rounds, "--snapshot", snapshot, "--out", tmp_path / "out"]
    calls = {
        "这份快照的法院": [*check, "--out", tmp_path / "a.csv", "--court", "鲁0999"],
        "已经有同名的文件": [*check, "--out", there / "a.csv"],
        "快照从不覆盖": ["ingest", root / "data" / "sample", "--snapshot", snapshot],
        "来源可以是目录、文件": ["ingest", tmp_path / "没有", "--snapshot", tmp_path / "s"],
        "没有找到案件表": ["ingest", there, "--snapshot", tmp_path / "s"],
        "不能用：没有这个目录": ["score", "--snapshot", tmp_path / "没有", "--as-of", "2016-12-28",
                       "--out", tmp_path / "a.csv"],
        "不是轮次`2016-12`的法院": [*run, "--court", "鲁0999"],
        "权限 644": [*run, "--key", key],
        "数据库": ["ingest", "sqlite:////no/where.db", "--snapshot", tmp_path / "s"],
    }  # fmt: skip
    for says, words in calls.items():
        done = call(*words)
        assert done.exit_code == 1, done.output
        assert says in done.stderr, done.stderr
        assert re.match(r"\w+（[\u4e00-\u9fff]", done.stderr), done.stderr
        # No sentence of English: never four of its words in a row.
        assert not re.search(r"(?:\b[A-Za-z]{2,}[ ,.]+){4}", done.stderr), done.stderr
    monkeypatch.setenv("AUDIT_DESK_URL", "mysql://a/b")
    done = call("desk", "--export", "2016-12", "--out", tmp_path / "a.csv")
    assert "核查台可以用 sqlite 和 postgresql，不能用`mysql`" in done.stderr
