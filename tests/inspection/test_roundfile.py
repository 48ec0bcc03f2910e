import datetime

import pytest

from audit_lib.errors import BadParameterFile, BadRound
from audit_lib.inspection import load_round

GOOD = """\
name: 2016-12
as_of: 2016-12-28
courts: [鲁0902, 鲁0911]
budget: 20
seed: 20161228
lang: zh
stage: 第一阶段
interviews:
  - {court: 鲁0902, by: 某庭长, on: 2016-12-29}
"""


def read(tmp_path, text):
    path = tmp_path / "round.yaml"
    path.write_text(text, encoding="utf-8")
    return load_round(path)


def test_a_round_is_read_and_its_interview_has_a_day(tmp_path):
    round_ = read(tmp_path, GOOD)
    assert round_.name == "2016-12" and round_.as_of == datetime.date(2016, 12, 28)
    assert round_.interviews[0].on == datetime.date(2016, 12, 29)
    assert round_.courts_of(["鲁0902", "鲁0911", "鲁0921"]) == ["鲁0902", "鲁0911"]


def test_a_budget_by_court_needs_every_court_or_a_default(tmp_path):
    one = GOOD.replace("budget: 20", "budget: {鲁0902: 30, default: 10}")
    assert [read(tmp_path, one).budget_of(c) for c in ("鲁0902", "鲁0911")] == [30, 10]
    with pytest.raises(BadParameterFile, match="no `default`"):
        read(tmp_path, GOOD.replace("budget: 20", "budget: {鲁0902: 30}"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("seed: 20161228", "seed: true", "seed"),
        ("seed: 20161228", "sead: 1", "Did you mean `seed`"),
        ("as_of: 2016-12-28", "as_of: 20161228", "a day is written"),
        ("as_of: 2016-12-28", "as_of: 2061-12-28", "working days of that year are not known"),
        ("budget: 20", "budget: -1", "greater than or equal to 0"),
        ("name: 2016-12", "name: ../outside", "becomes a folder"),
        ("name: 2016-12", "name: CON", "becomes a folder"),
        ("[鲁0902, 鲁0911]", "[鲁0902, 鲁0902]", "more than once"),
        ("[鲁0902, 鲁0911]", "[]", "at least one court"),
        ("court: 鲁0902", "court: 鲁0921", "not in `courts`"),
        (", by: 某庭长", "", "`interviews.0.by` is missing"),
        ("lang: zh", "lang: fr", "lang"),
    ],
)
def test_a_round_that_is_wrong_or_contradicts_itself_is_refused(tmp_path, old, new, said):
    assert old in GOOD
    with pytest.raises(BadParameterFile) as refused:
        read(tmp_path, GOOD.replace(old, new))
    assert said in str(refused.value) and "round.yaml" in str(refused.value)


def test_a_court_that_the_snapshot_does_not_hold_is_named(tmp_path):
    with pytest.raises(BadRound, match="`鲁0911`"):
        read(tmp_path, GOOD).courts_of(["鲁0902"])
