"""The invented record: repeatable, one continuing story, in the received format."""

import csv
import hashlib
from datetime import date
from pathlib import Path

import pytest

from audit_lib.errors import AuditError, CannotWrite
from audit_lib.record import ingest_sources, load_tables, parse_case_no
from audit_lib.record.sample import make_sample
from audit_lib.record.sample.courts import build_courts
from audit_lib.record.sample.faults import BACKLOG_FAULTS, LATER_FAULTS
from audit_lib.record.sample.words import load_words
from audit_lib.record.sample.workdays import due, due_months, months_later, quiet_monday

FIRST, LATER = date(2016, 12, 28), date(2017, 3, 31)
COMMITTED = Path(__file__).resolve().parents[2] / "data" / "sample"
RULES = Path(__file__).resolve().parents[2] / "parameters" / "law" / "rules"
#: Faults that no rule of law covers.
WORDS = {
    "back_dated_entry", "burst_entry", "copied_reason", "false_return", "late_return",
    "over_marked", "slipped_promise", "unanswered_petition", "under_marked", "vanished_case",
}  # fmt: skip


def rows(folder, table):
    with (folder / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def hashes(folder):
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    return make_sample(tmp_path_factory.mktemp("a") / "s", FIRST, cases=500, truth=True)


@pytest.fixture(scope="module")
def later(tmp_path_factory):
    return make_sample(tmp_path_factory.mktemp("b") / "s", LATER, cases=500)


def test_no_two_courts_of_the_country_give_the_same_case_number():
    courts = build_courts(load_words(), 3500, seed=1)
    old = [str(parse_case_no(f"（2015）{court.short}执字第1号")) for court in courts]
    new = [parse_case_no(f"（2016）{court.code}执1号").court_code for court in courts]
    assert len(set(old)) == 3500
    assert new == [court.code for court in courts]


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_the_same_arguments_give_the_same_bytes(tmp_path, form):
    one = make_sample(tmp_path / "one", cases=40, format=form)
    two = make_sample(tmp_path / "two", cases=40, format=form)
    assert hashes(one) == hashes(two)


def test_another_seed_tells_another_story(tmp_path):
    one = make_sample(tmp_path / "one", cases=40)
    two = make_sample(tmp_path / "two", cases=40, seed=7)
    assert hashes(one)["events.csv"] != hashes(two)["events.csv"]


def test_the_number_of_processes_changes_nothing(tmp_path):
    one = make_sample(tmp_path / "one", courts=20, cases=100, format="parquet")
    two = make_sample(tmp_path / "two", courts=20, cases=100, format="parquet", workers=2)
    assert hashes(one) == hashes(two)


def test_more_courts_leave_the_story_of_an_area_alone(tmp_path):
    few = make_sample(tmp_path / "few", courts=8, cases=73)
    many = make_sample(tmp_path / "many", courts=16, cases=146)
    of_area = [r for r in rows(many, "events") if "09" in r["案号"] and "鲁" in r["案号"]]
    of_few = [r for r in rows(few, "events") if "鲁" in r["案号"]]
    assert of_area == of_few


@pytest.mark.parametrize("table", ["events", "parties", "returns", "return_items"])
def test_a_later_day_holds_every_row_of_the_earlier_day(first, later, table):
    before = [tuple(r.values()) for r in rows(first, table)]
    after = {tuple(r.values()) for r in rows(later, table)}
    assert before
    assert [r for r in before if r not in after] == []


def test_a_later_day_only_fills_in_what_was_not_known(first, later):
    for table, key in (("cases", "案号"), ("petitions", "信访编号")):
        after = {r[key]: r for r in rows(later, table)}
        for row in rows(first, table):
            changed = {c for c, value in row.items() if value and after[row[key]][c] != value}
            assert changed <= {"专项类别标记"}, (row, after[row[key]])


def test_a_later_day_keeps_the_inspections(first, later):
    seen = {
        (r["案号"], r["轮次"], r["问题类型"], r["督查人员"]) for r in rows(later, "inspections")
    }
    assert {
        (r["案号"], r["轮次"], r["问题类型"], r["督查人员"]) for r in rows(first, "inspections")
    } <= seen


def test_nothing_after_the_day_is_seen(first):
    day = FIRST.isoformat()
    for row in rows(first, "events"):
        assert row["日期"] <= day and row["录入时间"][:10] <= day
        assert row["日期"] <= row["录入时间"][:10]
    for row in rows(first, "cases"):
        assert row["立案日期"] <= day and row["结案日期"] <= day


def test_every_table_has_the_headers_of_the_contract(first):
    for name, table in load_tables().items():
        with (first / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            assert next(csv.reader(file)) == list(table.headers("zh").values())


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_reading_the_sample_refuses_no_row(tmp_path, form):
    folder = make_sample(tmp_path / "s", LATER, cases=60, format=form)
    read = ingest_sources([folder], tmp_path / "snapshot", LATER)
    assert read.balance["refused"].sum() == 0
    assert read.balance["doubts"].sum() == 0
    assert (read.balance["read"] > 0).all()


def test_planted_faults_name_rules_of_the_catalogue_or_known_words(first, later):
    planted = {r["fault"] for folder in (first, later) for r in rows(folder, "planted")}
    known = {path.stem for path in RULES.glob("*.yaml")} | WORDS
    assert planted <= known
    assert {f.name for f in BACKLOG_FAULTS + LATER_FAULTS} <= known


def test_each_planted_case_stands_in_the_record(later):
    numbers = {r["案号"] for r in rows(later, "cases")}
    assert {r["case_no"] for r in rows(later, "planted") if r["case_no"]} <= numbers


def test_many_rules_are_planted_and_several_times_where_there_are_many_cases(tmp_path):
    folder = make_sample(tmp_path / "s")
    counts = {}
    for row in rows(folder, "planted"):
        counts[row["fault"]] = counts.get(row["fault"], 0) + 1
    of_law = {f: n for f, n in counts.items() if f not in WORDS}
    assert len([f for f, n in of_law.items() if n >= 3]) >= 45
    assert 1350 <= len(rows(folder, "cases")) <= 1750


def test_the_committed_sample_is_what_the_program_writes(tmp_path):
    assert hashes(COMMITTED) == hashes(make_sample(tmp_path / "s", cases=240))
    assert sum(p.stat().st_size for p in COMMITTED.iterdir()) < 1_500_000


def test_passive_cases_are_a_minority_and_lawful_slow_ones_are_many(first):
    truth = rows(first, "truth")
    passive = sum(int(r["truly_passive"]) for r in truth)
    slow = sum(int(r["lawful_slow"]) for r in truth)
    assert 0.02 < passive / len(truth) < 0.2
    assert slow >= 15
    assert not any(r["truly_passive"] == r["lawful_slow"] == "1" for r in truth)


def test_cosmetic_entries_stand_in_cases_that_are_let_lie(first):
    passive = {r["case_no"] for r in rows(first, "truth") if r["truly_passive"] == "1"}
    contacts = {
        r["案号"] for r in rows(first, "events") if r["节点"] in ("联系告知申请人", "法律释明")
    }
    assert len(passive & contacts) > len(passive) / 3


def test_old_cases_keep_their_old_numbers(first):
    for row in rows(first, "cases"):
        old = "字第" in row["案号"]
        assert old == (row["立案日期"] < "2016") or row["立案日期"] >= "2016"


def test_a_court_that_only_claims_hides_cases_and_a_late_court_is_late(later):
    planted = rows(later, "planted")
    assert {r["court_code"] for r in planted if r["fault"] == "false_return"} == {"鲁0923"}
    assert {r["court_code"] for r in planted if r["fault"] == "late_return"} == {"鲁0921"}
    hidden = [r["case_no"] for r in planted if r["fault"] == "false_return"]
    listed = {(r["案号"], r["报告月份"], r["案件类别"]) for r in rows(later, "return_items")}
    assert hidden and not any(
        (case, "2017-03", "涉民生") in listed
        for case in (
            r["case_no"] for r in planted if r["detail"].startswith("livelihood 2017-03: counted")
        )
    )


def test_counts_and_lists_of_a_return_agree_but_for_a_vanished_case(later):
    listed = {}
    for row in rows(later, "return_items"):
        key = (row["法院代字"], row["报告月份"], row["案件类别"])
        listed[key] = listed.get(key, 0) + 1
    for row in rows(later, "returns"):
        key = (row["法院代字"], row["报告月份"], row["案件类别"])
        assert int(row["未结案件数"]) - listed.get(key, 0) in (0, 1)


def test_identity_numbers_cannot_exist(first):
    numbers = [r["证件号码"] for r in rows(first, "parties") if r["证件号码"]]
    assert numbers and all(n.startswith("000000") for n in numbers)


def test_the_folder_says_that_all_of_it_is_invented(first):
    text = (first / "README.md").read_text(encoding="utf-8")
    assert "虚构" in text and "invented" in text


@pytest.mark.parametrize(
    "wrong",
    [{"day": date(2010, 1, 1)}, {"courts": 0}, {"courts": 3501}, {"cases": 1}, {"format": "ods"}],
)
def test_impossible_arguments_are_refused_and_nothing_is_written(tmp_path, wrong):
    with pytest.raises(AuditError):
        make_sample(tmp_path / "s", **wrong)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(CannotWrite):
        make_sample(tmp_path, cases=40)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_term_that_ends_in_the_national_holiday_ends_after_it():
    assert date.fromordinal(due(date(2016, 9, 28).toordinal(), 3)) == date(2016, 10, 8)
    assert date.fromordinal(months_later(date(2016, 8, 31).toordinal(), 6)) == date(2017, 2, 28)
    assert date.fromordinal(due_months(date(2016, 4, 1).toordinal(), 6)) == date(2016, 10, 8)
    assert date.fromordinal(quiet_monday(date(2016, 9, 20).toordinal())) == date(2016, 10, 10)


def test_every_word_list_that_the_story_draws_from_holds_something():
    words = load_words()
    assert all(getattr(words, n) for n in ("surnames", "given", "causes", "organs", "inspectors"))
