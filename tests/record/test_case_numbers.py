"""Case numbers: every form that people write, and the one form in which they are compared."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_lib.record import (
    BadCaseNo,
    CaseNo,
    find_case_no_spans,
    find_case_nos,
    parse_case_no,
)

SAME = "（2016）鲁0902执1234号"
SPELLINGS = [
    "(2016)鲁0902执1234号", "（2016）鲁0902执1234号之一", "(2016)鲁0902执字第1234号",
    "〔2016〕鲁0902执01234号", "［2016］鲁0902执1234", "（二〇一六）鲁0902执1234号",
    "（二○一六）鲁0902执1234号", "（二零一六）鲁0902执一千二百三十四号", "(2016)魯0902執1234號",
    "２０１６鲁０９０２执１２３４号", "案号：（2016） 鲁 0902 执 1234 号。",
    "（2016年）鲁0902执1234号",
    "(2016)鲁0902执\n1234号", "(2016)鲁0902\u3000执\u200b1234号", "2016)鲁0902执1234号",
    "(2016鲁0902执1234号", "（2016）鲁0902执1234-1号", "鲁0902执1234号（2016）",
    "《2016》鲁0902执1234号", "(2016)鲁0902执第1234号执行裁定书", "（2016）泰山0902执1234号",
    "【2016】鲁0902执1234号之二裁定", "(2016)鲁0902-执-1234号",
]  # fmt: skip

NO_NUMBERS = [
    "", "1234号执行案件", "鲁0902执1234号", "（2016）鲁0902执号", "（2016）执1234号", "2016-12-28",
    "泰中法办〔2016〕35号", "广劳仲裁字(2005)第002号", "鲁公网安备37090202000123号",
    "（3016）鲁0902执1号", "（2016）鲁0902执0号", "（2016）鲁政发35号", "鲁政发〔2016〕35号",
    "法释〔2020〕21号", "2016年鲁0902号文件", "法〔2015〕137号",
]  # fmt: skip


@pytest.mark.parametrize("text", SPELLINGS)
def test_every_spelling_gives_the_one_number(text):
    assert str(parse_case_no(text)) == SAME
    assert parse_case_no(text) == CaseNo(2016, "鲁0902", "执", 1234, False)


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_complete_number_is_refused(text):
    with pytest.raises(BadCaseNo):
        parse_case_no(text)
    assert find_case_nos(text) == []


@pytest.mark.parametrize("value", [None, 12, float("nan")])
def test_what_is_no_text_is_refused(value):
    with pytest.raises(BadCaseNo, match="no text"):
        parse_case_no(value)


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("(2014) 泰山执字第 88 号", "（2014）泰山执字第88号", "执"),
        ("[2015]泰山执字第00088号", "（2015）泰山执字第00088号", "执"),
        ("（1995）咸民终字153号", "（1995）咸民终字153号", "民终"),
        ("2014年新法执恢字第7号", "（2014）新法执恢字第7号", "执恢"),
        ("(2013)民权执字第9号", "（2013）民权执字第9号", "执"),
        ("（2014）泰山執字第88號", "（2014）泰山执字第88号", "执"),
    ],
)
def test_an_old_number_keeps_its_own_form(text, number, kind):
    read = parse_case_no(text)
    assert (str(read), read.kind, read.old_style, read.court_code) == (number, kind, True, "")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("(2016)鲁0902执3112、3113号", ["执3112", "执3113"]),
        ("(2016)鲁0902执123至125号", ["执123", "执124", "执125"]),
        ("(2016)鲁0902执123-125号一直没动", ["执123", "执124", "执125"]),
        ("(2016)鲁0902执123号至第124号", ["执123", "执124"]),
        ("(2016)鲁0902执123-1号裁定", ["执123"]),
        ("（2016）鲁0902执3112号、3113号和第3115号案", ["执3112", "执3113", "执3115"]),
        ("(2016)鲁0902执1号，(2016)鲁0902执恢2号", ["执1", "执恢2"]),
        ("(2016)鲁0902执1号、2017年1月", ["执1"]),
        ("(2016)鲁0902执1号、12万元", ["执1"]),
        ("(2016)鲁0902执1号、3号楼", ["执1"]),
        ("(2016)鲁0902执1号和(2016)鲁0902执1号", ["执1"]),
        ("2016年鲁0902执行到位1234元", []),
        ("（2016）鲁0902执12万元", []),
    ],
)
def test_numbers_are_found_in_a_running_text(text, numbers):
    assert [str(n) for n in find_case_nos(text)] == [f"（2016）鲁0902{n}号" for n in numbers]


def test_the_real_forms_are_read(shared_data):
    wrong, hard = [], 0
    with (shared_data / "real_texts" / "case_numbers.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        found = find_case_nos(row["text"])
        good = ";".join(map(str, found)) == row["normalised"]
        if found:
            good &= found[0].old_style == (row["old_style"] == "yes")
            good &= not row["kind"] or found[0].kind == row["kind"]
        if ";" not in row["normalised"]:
            try:
                good &= str(parse_case_no(row["text"])) == row["normalised"]
            except BadCaseNo:
                good &= row["normalised"] == ""
        hard += row["hard"] == "yes" and not good
        if not good:
            wrong.append(row["text"])
    assert hard == 0, wrong
    # （1995）咸民终字153号 keeps its form and （2012）新执字00321号 gains a 第: both cannot be had.
    assert len(wrong) <= 1, wrong


codes = st.builds(
    lambda province, digits: province + digits,
    st.sampled_from("京鲁赣湘兵新"),
    st.sampled_from(["", "01", "0902", "9005", "73"]),
)
numbers = st.builds(
    CaseNo,
    st.integers(2016, 2030),
    codes,
    st.sampled_from(["执", "执恢", "执异", "执复", "执监", "执保", "民初", "委赔"]),
    st.integers(1, 99999),
    st.just(False),
)


@given(numbers)
def test_what_is_written_is_read_back(number):
    assert parse_case_no(str(number)) == number


@given(
    numbers, st.sampled_from(["()", "[]", "【】", "〔〕", "（)"]), st.booleans(), st.integers(0, 3)
)
def test_brackets_spaces_and_zeros_change_nothing(number, brackets, spaced, zeros):
    gap = " " if spaced else ""
    serial = "0" * zeros + str(number.serial)
    text = gap.join(
        [brackets[0], str(number.year), brackets[1], number.court_code, number.kind, serial, "号"]
    )
    assert parse_case_no(text) == number
    assert (
        parse_case_no(text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))) == number
    )


@given(st.text(alphabet="（）()2016鲁0902执恢字第号、之 年泰山民初一", max_size=40))
def test_any_text_is_read_or_refused_and_spans_hold_the_number(text):
    for start, end, number in find_case_no_spans(text):
        assert 0 <= start < end <= len(text)
        assert str(parse_case_no(str(number))) == str(number)


@given(numbers, st.text(alphabet="我的案件，。一直没有执行", max_size=10))
def test_a_number_is_found_where_it_stands(number, before):
    text = f"{before} {number}，请督促。"
    [(start, end, found)] = find_case_no_spans(text)
    assert found == number and text[start:end] == str(number)
