"""Errors in Chinese: each message of the code has its wording, and none is left without use."""

import ast
import errno
import pickle
import re
from string import Formatter

import pytest
import yaml

from audit_lib.errors import BadParameterFile, CannotWrite, UnknownCode, hint, say
from audit_lib.labels import error_words, load_labels
from audit_lib.parameters import VALUE_FAULTS, load_parameters


def names_in(template):
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.fixture(scope="module")
def said(root):
    """Every call of say in the code: id → [(English, names of its values)]."""
    found = {}
    for path in sorted((root / "audit_lib").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "say":
                code, english = (ast.literal_eval(part) for part in call.args)
                names = {keyword.arg for keyword in call.keywords}
                found.setdefault(code, []).append((english, names))
    return found


@pytest.fixture(scope="module")
def chinese(root):
    return yaml.safe_load((root / "parameters" / "errors.yaml").read_text(encoding="utf-8"))


def test_each_message_has_its_chinese_and_none_is_left_without_use(said, chinese):
    assert set(said) | {f"value_{fault}" for fault in VALUE_FAULTS} == set(chinese)


def test_a_message_is_one_sentence_wherever_it_is_said(said):
    assert not [code for code, calls in said.items() if len({words for words, _ in calls}) > 1]


def test_what_a_message_names_is_given_and_all_that_english_names_is_in_chinese(said, chinese):
    for code, calls in said.items():
        for english, names in calls:
            assert names_in(english) <= names, code
            assert names_in(chinese[code]) <= names, code
        # A file, a row, a value that the English names must not be lost in the other language.
        lost = names_in(english) - names_in(chinese[code])
        assert not lost - {"en"} or code == "usage_other", code


def test_the_chinese_is_chinese(chinese):
    allowed = {"in_file", "part_unreadable", "not_usable", "worst_reason"}
    for code, words in chinese.items():
        assert code in allowed or re.search(r"[\u4e00-\u9fff]", words), code


def test_a_sentence_inside_a_sentence_is_told_in_the_same_language():
    full = OSError(errno.ENOSPC, "No space left on device")
    error = CannotWrite.from_error("甲.csv", full)
    assert str(error) == "`甲.csv` could not be written: No space left on device."
    assert error_words(error) == "写不进`甲.csv`：磁盘已满。"
    near = UnknownCode.from_value(say("what_rule", "rule"), "exec_notise", ["exec_notice"])
    assert error_words(near) == "不认识`exec_notise`：不在规则的清单中。是否想写`exec_notice`？"


def test_what_a_person_wrote_is_never_taken_for_a_place_to_fill():
    error = UnknownCode.from_value("rule", "{value.__class__}", [])
    assert "{value.__class__}" in str(error) and "{value.__class__}" in error_words(error)


def test_an_error_keeps_its_words_on_the_way_between_processes():
    error = pickle.loads(pickle.dumps(CannotWrite.from_error("a", OSError(errno.EROFS, ""))))
    assert error_words(error) == "写不进`a`：磁盘是只读的。"
    assert isinstance(hint(["a"], ["b"]).fill("{names}", str), str)


def test_an_error_is_told_in_english_where_the_wording_cannot_be_read(tmp_path, monkeypatch):
    (tmp_path / "errors.yaml").write_text("a: [")
    monkeypatch.setenv("AUDIT_PARAMETERS", str(tmp_path))
    assert "could not be written" in error_words(CannotWrite.from_error("a", OSError(5, "x")))


def test_a_fault_of_a_parameter_file_names_file_line_key_and_what_may_stand_there(tmp_path):
    from audit_lib.inspection import load_round

    path = tmp_path / "一月.yaml"
    path.write_text("name: a\nas_of: 2016-12-28\ncourts: all\nseed: 1\nbuget: 3\nlang: fr\n")
    with pytest.raises(BadParameterFile) as caught:
        load_round(path)
    words = error_words(caught.value)
    assert str(path) in words
    assert "第5行：`buget`不是认识的键。是否想写`budget`？" in words
    assert "第6行：`lang`：只能写 'zh' or 'en' 之一。现在写的是`fr`。" in words
    assert "缺少`budget`" in words


def test_a_fault_of_a_rule_names_the_line_in_chinese(tmp_path, root):
    from audit_lib.law.loading import _load_rule

    text = (root / "parameters" / "law" / "rules" / "exec_notice_10d.yaml").read_text()
    path = tmp_path / "exec_notice_10d.yaml"
    path.write_text(text.replace("within: 10 days", "within: ten days", 1))
    with pytest.raises(BadParameterFile) as caught:
        _load_rule(path)
    assert re.search(
        r"第\d+行：`versions\..*within`：期间写作 `10 days`", error_words(caught.value)
    )


def test_every_error_that_people_see_has_a_chinese_name():
    # Imported so that their classes of errors are known.
    import audit_lib.cli.findings
    import audit_lib.desk.launch
    import audit_lib.desk.teams
    import audit_lib.inspection
    import audit_lib.rounds.dask_workers  # noqa: F401 - for its errors alone

    def below(kind):
        return {kind}.union(*(below(sub) for sub in kind.__subclasses__()))

    from audit_lib.errors import AuditError

    ours = {kind.__name__ for kind in below(AuditError) if kind.__module__.startswith("audit_lib")}
    assert ours <= set(load_labels()["error_kind"])


def test_the_wordings_are_read_strictly(root):
    assert load_parameters(root / "parameters" / "errors.yaml", dict[str, str])
