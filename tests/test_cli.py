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
         "no such folder"),
        (("check", "--snapshot", "x", "--as-of", "2016-13-01", "--out", "x.csv"), 2,
         "is not a day"),
        (("check", "--snapshot", "x", "--as-of", "2016-12-28", "--out", "x.doc"), 2,
         "must end in"),
        (("round", "/no/round.yaml", "--snapshot", "x", "--out", "y"), 1, "does not exist"),
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


def test_every_error_that_people_see_has_a_chinese_name():
    from audit_lib import errors
    from audit_lib.labels import labels

    kinds = {
        c.__name__ for c in errors.AuditError.__subclasses__() if c.__module__ == errors.__name__
    }
    assert kinds == set(labels("error_kind"))
