"""Cells: what can be told with certainty is read, everything else is refused."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_lib.record.cells import (
    read_amount,
    read_codes,
    read_date,
    read_month,
    read_number,
    read_timestamp,
)

XMAS = date(2016, 12, 28)


@pytest.mark.parametrize(
    "text",
    ["2016-12-28", "2016/12/28", "2016.12.28", "20161228", "2016年12月28日", "42732",
     "2016-12-28 0:00",
     "２０１６年１２月２８日", "2016-12-28 00:00:00", "2016-12-28T09:30:00", "42732.5",
     "二〇一六年十二月二十八日", "2016 年 12 月 28 日", "2016. 12. 28"],
)  # fmt: skip
def test_every_form_of_a_day_is_read(text):
    assert read_date(text) == (XMAS, None)


@pytest.mark.parametrize(
    "text",
    ["16/12/28", "28/12/2016", "2016-13-01", "2016-02-30", "2016年12月", "12月28日", "2016-12/28",
     "三月",
     "2016-12-28前后", "2016-12-28 25:00", "99999999", "4273", "2016-12-28Z"],
)  # fmt: skip
def test_a_day_that_can_mean_two_things_is_not_read(text):
    assert read_date(text) == (None, "bad_date")


def test_the_other_epoch_of_spreadsheets_is_known():
    assert read_date("41270", True) == (XMAS, None)


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_all_forms_of_one_day_agree(day):
    serial = (day - date(1899, 12, 30)).days
    forms = [f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", f"{day:%Y.%m.%d}", f"{day:%Y%m%d}", str(serial),
             f"{day.year}年{day.month}月{day.day}日"]  # fmt: skip
    assert {read_date(form) for form in forms} == {(day, None)}


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))
def test_moments_are_read_to_the_second(moment):
    moment = moment.replace(microsecond=0)
    assert read_timestamp(f"{moment:%Y-%m-%d %H:%M:%S}")[0] == moment
    minute = f"{moment.year}年{moment.month}月{moment.day}日 {moment.hour}时{moment.minute}分"
    assert moment - read_timestamp(minute)[0] < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "yuan"),
    [("12,500.00", 12500), ("1.25万", 12500), ("１２５００元", 12500), ("¥12500", 12500), ("0", 0),
     ("12500元整", 12500), ("1.2亿元", 120_000_000), ("壹万贰仟伍佰元整", 12500), ("-5", -5),
     ("人民币3,000元", 3000), ("五千元", 5000), ("壹佰元伍角", 100.5), ("0.1万元", 1000)],
)  # fmt: skip
def test_every_form_of_an_amount_is_read(text, yuan):
    assert read_amount(text) == (yuan, None)


@pytest.mark.parametrize(
    "text",
    [
        "约5万",
        "12,50",
        "1.2.3",
        "五千左右",
        "1.25E+05",
        "nan",
        "inf",
        "五",
        "5美元",
        "1万2千",
        "万",
    ],
)
def test_an_amount_that_is_not_certain_is_not_read(text):
    assert read_amount(text) == (None, "bad_amount")


@given(st.decimals(0, 10**9, places=2))
def test_thousands_separators_change_nothing(amount):
    assert read_amount(f"{amount:,}") == read_amount(f"{amount}") == (float(amount), None)


def test_months_counts_and_shares_are_read():
    assert {
        read_month(t)[0] for t in ("2016-12", "2016年12月", "201612", "2016/12", "2016-12-01")
    } == {"2016-12"}
    assert read_month("2016-13") == (None, "bad_date")
    assert read_number("１，２００", True) == (1200, None)
    assert read_number("12.0", True) == (12, None)
    assert read_number("0.125", False) == read_number("12.5%", False) == (0.125, None)
    assert read_number("nan", False) == (None, "bad_number")


def test_codes_are_read_in_both_languages_and_in_one_order():
    assert read_codes("限制 消费", "event") == ("consumption_limited", None)
    assert read_codes("notice_issued", "event") == ("notice_issued", None)
    assert read_codes("涉信访、涉民生;涉民生", "category", several=True) == (
        "livelihood;petition",
        None,
    )
    assert read_codes("涉信访;涉天气", "category", several=True) == (None, "unknown_code")
    assert read_codes("本院认为", "result", free=True) == ("本院认为", None)
    assert read_codes("成立", "result", free=True) == ("upheld", None)
