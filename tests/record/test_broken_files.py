"""Every reason for refusing or doubting, each with a file of tests/broken named by its fault."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from good_record import GOOD, write_good

from audit_lib.errors import UnreadableSource
from audit_lib.labels import labels
from audit_lib.record import open_snapshot
from audit_lib.record.problems import FILE_REASONS, REASONS

BROKEN = Path(__file__).parents[1] / "broken"

# file → (row, column, what became of it); the reason is the file's name up to its table,
# without a variant such as _kept.
EXPECTED = {
    "missing_value.events.csv": (4, "event", "refused"),
    "bad_date.events.csv": (4, "day", "refused"),
    "bad_date_kept.cases.csv": (5, "applied_on", "kept"),
    "bad_amount.cases.csv": (5, "claim_amount", "kept"),
    "bad_number.returns.csv": (3, "closed_count", "refused"),
    "unknown_code.events.csv": (4, "event", "refused"),
    "unknown_code_kept.cases.csv": (5, "closing_manner", "kept"),
    "bad_case_number.cases.csv": (5, "case_no", "refused"),
    "bad_court_code.courts.csv": (4, "court_code", "refused"),
    "court_unknown.cases.csv": (5, "court_code", "refused"),
    "court_unknown_kept.petitions.csv": (3, "court_code", "kept"),
    "case_unknown.events.csv": (4, "case_no", "refused"),
    "case_unknown_kept.return_items.csv": (3, "case_no", "kept"),
    "duplicate_case.cases.csv": (5, "case_no", "refused"),
    "conflicting_case.cases.csv": (5, "claim_amount", "refused"),
    "duplicate_row.courts.csv": (4, "court_code", "refused"),
    "conflicting_row.courts.csv": (4, "court_name", "refused"),
    "repeated_petition_id.petitions.csv": (3, "petition_id", "kept"),
    "event_before_filing.events.csv": (4, "day", "refused"),
    "event_after_closing.events.csv": (4, "day", "refused"),
    "dates_contradict.cases.csv": (5, "closed_on", "kept"),
    "future_date.events.csv": (4, "day", "refused"),
    "entry_before_event.events.csv": (4, "recorded_at", "kept"),
    "absurd_amount.events.csv": (4, "amount", "kept"),
    "absurd_amount_large.cases.csv": (5, "claim_amount", "kept"),
    "formula_in_cell.events.csv": (4, "amount", "kept"),
    "formula_in_cell.cases.xlsx": (5, "claim_amount", "refused"),
    "error_in_cell.cases.csv": (5, "filed_on", "refused"),
    "two_line_header.cases.csv": (1, None, "kept"),
    "mixed_encoding.cases.csv": (5, None, "kept"),
    "undecodable_text.cases.csv": (5, "handler", "kept"),
    "over_long_text.parties.csv": (3, "name", "refused"),
    "totals_row.returns.csv": (3, None, "refused"),
    "repeated_header.events.csv": (4, None, "refused"),
    "too_many_cells.events.csv": (4, None, "refused"),
    "missing_column.events.csv": (1, "day", "refused"),
    "unusable_table.events.csv": (2, None, "refused"),
    "unknown_column.cases.csv": (1, "天气", "kept"),
    "repeated_column.cases.csv": (1, "case_no", "kept"),
    "title_row.cases.csv": (1, None, "kept"),
    "empty_row.cases.csv": (3, None, "kept"),
    "unknown_table.weather.csv": (None, None, "refused"),
    "unreadable_file.events.csv": (None, None, "refused"),
    "unreadable_file_empty.events.csv": (None, None, "refused"),
    "broken_quotes.events.csv": (4, None, "refused"),
    "cut_off.events.csv": (4, "amount", "kept"),
    "unreadable_file_cut.events.xlsx": (None, None, "refused"),
    "unreadable_file_entities.events.xlsx": (None, None, "refused"),
    "wrong_extension.events.xlsx": (None, None, "refused"),
    "hidden_sheet.events.xlsx": (None, None, "refused"),
    "too_large.events.xlsx": (None, None, "refused"),
}


def reason_of(name: str) -> str:
    stem = name.split(".")[0]
    return max((r for r in REASONS if stem.startswith(r)), key=len)


def test_each_broken_file_is_expected_to_say_something():
    assert {p.name for p in BROKEN.iterdir() if p.is_file()} >= set(EXPECTED)


def test_every_reason_has_a_broken_file_and_a_wording():
    # Links cannot be kept in a checkout on Windows; test_a_link_is_named_and_not_followed has it.
    assert {reason_of(name) for name in EXPECTED} == set(REASONS) - {"not_a_regular_file"}
    assert set(labels("problem", "zh")) == set(labels("problem", "en")) == set(REASONS)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_broken_file_is_named_and_the_good_rows_go_on(name, tmp_path, ingest):
    row, column, became = EXPECTED[name]
    _, table, ending = name.split(".")
    others = dict.fromkeys(set(GOOD) - {"courts", "cases"}, "")
    source = write_good(tmp_path / "source", **others)
    (source / f"{table}.csv").unlink(missing_ok=True)
    shutil.copy(BROKEN / name, source / f"{table}.{ending}")
    result = ingest(source)

    found = result.problems[result.problems["reason"].eq(reason_of(name))]
    assert len(found), result.problems.to_string()
    first = found.iloc[0]
    if row is None:
        assert pd.isna(first["row"])
    else:
        assert first["row"] == row
    assert (None if pd.isna(first["column"]) else first["column"]) == column
    assert first["became"] == became
    assert first["file"] == f"{table}.{ending}"
    assert first["wording_zh"] and first["wording_en"]

    # No other fault than the one the file is named by, but for what follows from it.
    follows = {
        "missing_column": {"unusable_table"},
        "unusable_table": {"missing_column"},
        "hidden_sheet": {"unknown_table"},
    }.get(reason_of(name), set())
    assert set(result.problems["reason"]) <= {reason_of(name)} | follows

    balance = result.balance
    assert (balance["read"] == balance["kept"] + balance["refused"]).all()
    rows = result.problems[~result.problems["reason"].isin(FILE_REASONS)]
    refused = rows[rows["became"].eq("refused")].drop_duplicates(["table", "file", "sheet", "row"])
    assert len(refused) == balance["refused"].sum()
    snapshot = open_snapshot(result.path)
    assert len(snapshot.cases) >= 3
    as_it_is = ("case_unknown", "repeated_petition_id")
    if became == "kept" and column and row and row > 1 and reason_of(name) not in as_it_is:
        frame = getattr(snapshot, table)
        assert frame.loc[frame["source_row"].eq(row), column].isna().all()


def test_a_link_is_named_and_not_followed(good, tmp_path, ingest):
    (tmp_path / "secret.csv").write_text("案号,节点,日期\n", encoding="utf-8")
    (good / "events.csv").unlink()
    (good / "events.csv").symlink_to(tmp_path / "secret.csv")
    problems = ingest(good).problems
    assert problems["reason"].tolist() == ["not_a_regular_file"]


def test_an_unpacking_file_does_not_fill_the_memory(good, tmp_path, ingest):
    import tracemalloc

    shutil.copy(BROKEN / "too_large.events.xlsx", good / "流程节点.xlsx")
    tracemalloc.start()
    ingest(good)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 25_000_000


def test_no_usable_case_leaves_no_snapshot(tmp_path, ingest):
    cases = "案号,法院代字,立案日期\n无此案号,鲁0902,2016-03-01\n"
    with pytest.raises(UnreadableSource, match="None of the 1 rows of `cases` can be used"):
        ingest(write_good(tmp_path / "s", cases=cases), name="snap")
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


@pytest.mark.parametrize("table", ["courts", "cases"])
def test_a_source_without_cases_or_courts_says_which_is_missing(table, tmp_path, ingest):
    with pytest.raises(UnreadableSource, match=f"`{table}`"):
        ingest(write_good(tmp_path / "s", **{table: ""}))


def test_more_refused_rows_than_the_limit_leave_no_snapshot(tmp_path, ingest):
    events = "案号,节点,日期\n" + "（2016）鲁0902执1号,节点,三月\n" * 30
    with pytest.raises(UnreadableSource, match="rows were refused; the limit is 50%"):
        ingest(write_good(tmp_path / "s", events=events), name="snap")
    assert not (tmp_path / "snap").exists()


def test_a_row_shows_all_its_faults_at_once(tmp_path, ingest):
    events = "案号,节点,日期,金额\n（2016）鲁0902执1号,喝茶,三月,很多\n"
    problems = ingest(write_good(tmp_path / "s", events=events)).problems
    assert set(problems["reason"]) == {"unknown_code", "bad_date", "bad_amount"}
    assert set(problems["became"]) == {"refused"}


def test_an_id_number_is_never_shown_in_problems(tmp_path, ingest):
    number = "999902198001011234"
    parties = (
        "案号,诉讼地位,名称,证件号码\n"
        f"（2016）鲁0902执1号,{number},某,\n"
        f"（2016）鲁0902执1号,被执行人,某,={number}\n"
        f"（2016）鲁0902执9{number}号,被执行人,某,９９９９０２１９８００１０１１２３Ｘ\n"
    )
    result = ingest(write_good(tmp_path / "s", parties=parties))
    text = (result.path / "problems.csv").read_text(encoding="utf-8-sig")
    assert len(result.problems) >= 2
    assert "19800101" not in text and "１９８００１０１" not in text
