"""Flow, ages, promises, months, marks and the commands, against counts made by hand."""

import datetime

import pandas as pd
import pytest
from click.testing import CliRunner

from audit_lib.campaign import (
    CaseMark,
    build_ages,
    build_campaign_tables,
    build_circular,
    build_flow,
    build_months,
    build_promises,
    draw_ages,
    draw_circular,
    draw_flow,
    draw_progress,
    draw_promises,
    mark_table,
    propose_interviews,
    read_marks,
)  # fmt: skip
from audit_lib.cli import main
from audit_lib.errors import BadParameterFile
from audit_lib.inspection.roundfile import Declined, Interview
from audit_lib.labels import label
from audit_lib.record import ingest_sources

DECEMBER, JANUARY = datetime.date(2016, 12, 28), datetime.date(2017, 1, 31)
MARK = dict(case_no="(2016)鲁0911执2号", kind="other_hardship", reason="唯一住房", by="督查员甲")


def of(table, court, category):
    return table[table["court_code"].eq(court) & table["category"].eq(category)]


def test_flow_and_open_cases_of_each_week_add_up(january):
    flow = of(build_flow(january.spans, JANUARY), "鲁0902", "livelihood")
    # new: 6 on 12-12 and 11 on 12-27; gone: 2 on 12-15, 3 (终本) on 12-20, 4 on 2017-01-20
    assert flow["came"].tolist() == [1, 0, 1, 0, 0, 0, 0, 0]
    assert flow["went"].tolist() == [1, 1, 0, 0, 0, 1, 0, 0]
    assert flow["went_by_termination"].sum() == 1
    assert flow["open"].tolist()[-1] == 6 + 2 - 3
    assert flow["week_to"].max() == pd.Timestamp(JANUARY)


def test_the_pyramid_holds_every_open_case_once(january):
    ages = of(build_ages(january.spans, JANUARY), "鲁0902", "livelihood")
    # 365 days and more: 1 of 2016-02-01 has 365 days; 5, 6, 11 are young; 12 has 305 days
    assert ages["open_old"].tolist() == [1, 2, 0, 0]
    assert ages["open_new"].tolist() == [2, 0, 0, 0]


def test_a_promise_counts_by_the_first_day_that_was_promised(snapshot, january):
    table = of(build_promises(snapshot, JANUARY, january.spans), "鲁0902", "livelihood")
    january_ = table[table["month"].eq("2017-01")].iloc[0]
    # 执1: 2017-01-10, moved on and still open; 字第4号: 2017-01-20, closed that day
    assert (january_["promised"], january_["kept"], january_["broken"], january_["moved"]) == (
        2, 1, 1, 1,
    )  # fmt: skip
    assert table.loc[table["month"].eq("2017-03"), "not_due"].item() == 4


def test_each_month_stands_beside_the_record(snapshot, january):
    table = of(build_months(snapshot, JANUARY, january.spans, january.faults), "鲁0902",
               "livelihood").set_index("month")  # fmt: skip
    assert table["open"].tolist() == [6, 5]
    assert table["returned_open"].tolist() == [6, 5]
    assert table["difference"].tolist() == [0, 0]
    assert table.loc["2017-01", "open_change"] == -1


def test_a_mark_made_later_is_not_seen_and_its_number_is_read():
    marks = [CaseMark(**MARK), CaseMark(**MARK | {"marked_on": JANUARY})]
    assert mark_table(marks, DECEMBER)["case_no"].tolist() == ["（2016）鲁0911执2号"]
    assert len(mark_table(marks, JANUARY)) == 2


def test_a_file_of_marks_is_strict(tmp_path):
    good = tmp_path / "marks.yaml"
    good.write_text(
        "marks:\n  - {case_no: （2016）鲁0911执2号, kind: other_hardship, reason: 低保, by: 甲}\n",
        encoding="utf-8",
    )
    assert read_marks(good, DECEMBER)["kind"].tolist() == ["other_hardship"]
    good.write_text("marks:\n  - {case_no: x, kind: hardship, reason: r, by: b}\n", "utf-8")
    with pytest.raises(BadParameterFile, match="other_hardship"):
        read_marks(good, DECEMBER)


def test_a_decision_not_to_call_a_court_is_recorded_with_its_reason(snapshot, january):
    called = [Interview(court="鲁0902", by="执行局长", on=JANUARY)]
    declined = [Declined(court="鲁0911", by="执行局长", on=JANUARY, reason="已说明原因")]
    table = propose_interviews(
        snapshot, JANUARY, january.progress, january.faults, called, declined, everything=True
    )
    decided = table.drop_duplicates("court_code").set_index("court_code")
    assert decided.loc["鲁0902", "decision"] == "called"
    assert decided.loc["鲁0911", ["decision", "decision_reason"]].tolist() == [
        "declined", "已说明原因",
    ]  # fmt: skip


def test_all_tables_of_the_campaign_come_at_once_and_agree(snapshot, january):
    tables = build_campaign_tables(snapshot, JANUARY, marks=[CaseMark(**MARK)])
    marked = tables["spans"].set_index("case_no").loc["（2016）鲁0911执2号"]
    assert (marked["kind"], marked["reason"]) == ("other_hardship", "marked_by_person")
    assert tables["campaign"]["open"].sum() == january.progress["open"].sum() + 1
    faults = tables["return_faults"]
    assert len(faults) >= len(january.faults)
    without = {"bulletin", "bulletin_cases"}
    assert all("court_code" in t for name, t in tables.items() if name not in without)
    assert "court_code" not in tables["bulletin_cases"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, snapshot):
    return tmp_path_factory.mktemp("forms")


def run(*words):
    done = CliRunner().invoke(main, [str(w) for w in words])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_forms_are_written_filled_and_ingested_again(snapshot, folder):
    run("returns-form", "--snapshot", snapshot.path, "--as-of", "2016-12-28", "--out", folder)
    names = sorted(path.name for path in folder.glob("*.xlsx"))
    assert names == ["2016-12_鲁0902_泰山区人民法院.xlsx", "2016-12_鲁0911_岱岳区人民法院.xlsx"]
    out = run("returns-read", folder / names[0], "--day", "2016-12-28", "--out", folder / "read")
    assert "7" in out
    source = snapshot.path.parent / "received"
    for table in ("courts", "cases", "parties"):
        (folder / "read" / f"{table}.csv").write_bytes((source / f"{table}.csv").read_bytes())
    done = ingest_sources([folder / "read"], folder / "again", day=DECEMBER)
    balance = done.balance.set_index("table")
    assert balance.loc["return_items", "kept"] == 7
    assert balance.loc["return_items", "refused"] == 0


def test_a_form_for_an_unknown_court_or_month_is_refused(snapshot, tmp_path):
    common = ["returns-form", "--snapshot", str(snapshot.path), "--as-of", "2016-12-28",
              "--out", str(tmp_path)]  # fmt: skip
    for more, said in ((["--court", "鲁0999"], "鲁0999"), (["--month", "2016-13"], "2016-13")):
        done = CliRunner().invoke(main, [*common, *more])
        assert done.exit_code == 1
        assert said in done.output
    assert list(tmp_path.iterdir()) == []


def test_the_pictures_hold_the_numbers_of_their_tables(snapshot, january):
    tables = build_campaign_tables(snapshot, JANUARY)
    drawn = {
        "open_old": (draw_progress(tables["series"]), tables["series"]["open_old"].sum()),
        "came": (draw_flow(tables["flow"]), tables["flow"]["came"].sum()),
        "open_new": (draw_ages(tables["ages"]), tables["ages"]["open_new"].sum()),
        "broken": (draw_promises(tables["promises"]), tables["promises"]["broken"].sum()),
    }
    for state, (chart, whole) in drawn.items():
        spec = chart.to_dict()
        rows = spec.get("data", {}).get("values") or spec["spec"]["data"]["values"]
        word = label("campaign_picture", state)
        assert sum(row["cases"] for row in rows if row["state"] == word) == whole
        assert {row["category"] for row in rows} == {"涉民生", "涉党政机关", "涉信访"} - (
            {"涉党政机关"} if state == "broken" else set()
        )


def test_the_circulars_picture_leaves_out_courts_with_too_few_cases(january):
    table = build_circular(january.spans, JANUARY)
    spec = str(draw_circular(table, {"鲁0902": "泰山区人民法院"}).to_dict())
    assert "泰山区人民法院" in spec and "鲁0911" not in spec
