"""Case numbers as petitioners write them."""

import time

import pytest

from audit_lib.petitions import read_petition
from audit_lib.petitions.numbers import find_numbers

NO = "（2016）鲁0902执1234号"
WRITTEN = [
    ("（２０１６）鲁０９０２执１２３４号", [NO]),
    ("〔2016〕鲁0902执1234", [NO]),
    ("{2016}鲁0902执1234号", [NO]),
    ("《2016》鲁0902执1234号", [NO]),
    ("2016）鲁0902执1234号", [NO]),
    ("（2016鲁0902执1234号", [NO]),
    ("(2016)\n鲁0902执\n1234号", [NO]),
    ("(2016) 鲁 0902 执 第 1234 号", [NO]),
    ("（2016）魯0902執1234號", [NO]),
    ("二〇一六鲁0902执1234号", [NO]),
    ("二0一六年鲁0902执1234号", [NO]),
    ("（2016）鲁0902执一二三四号", [NO]),
    ("（2016）鲁零九零二执1234号", [NO]),
    ("(2016)鲁o9O2执1234号", [NO]),
    ("16年鲁0902执1234号", [NO]),
    ("2016-鲁0902-执-1234号", [NO]),
    ("(2016)鲁0902执1234号之二🙂", [NO]),
    ("(2016)鲁0902执1234、1235号", [NO, NO.replace("1234", "1235")]),
    ("(2016)鲁0902执1234至1236号", [NO.replace("1234", n) for n in ("1234", "1235", "1236")]),
    ("(2016)鲁0902执1234-1235号", [NO, NO.replace("1234", "1235")]),
    (f"{NO}和（2014）泰山执字第00088号", [NO, "（2014）泰山执字第00088号"]),
    ("（2013）岱岳民初字第1033-2号", ["（2013）岱岳民初字第1033-2号"]),
    ("(2019)京0105民初345号、(2020)冀执复67号", ["（2019）京0105民初345号", "（2020）冀执复67号"]),
    ("法发〔2016〕15号，泰公刑字〔2016〕35号，鲁J12345，2016年12月28日", []),
    ("身份证370902198001011234，电话13805381234", []),
]


@pytest.mark.parametrize(("text", "numbers"), WRITTEN)
def test_numbers_are_read_however_they_are_written(text, numbers):
    assert read_petition(text + "没人管").case_nos == numbers


def test_a_long_range_is_no_list_of_one_persons_cases():
    assert len(find_numbers("(2016)鲁0902执1-99号")) == 1


@pytest.mark.parametrize(
    "piece",
    ["二0一六年鲁", "16年鲁0902", "（2016）鲁0902执1-", "鲁oooo执", "零", "(2016)鲁o9O2执1至"],
)
def test_time_is_bounded_on_numbers_never_finished(piece):
    text = (piece * 20_000)[:50_000]
    start = time.process_time()
    find_numbers(text)
    assert time.process_time() - start < 30
