"""``audit ingest --explain`` says how an export would be read, and writes nothing."""

import shutil

import pytest
import yaml
from click.testing import CliRunner
from damage import EVENTS, build_damaged, text_of
from damage_books import write_xlsx
from test_damaged_exports import KINDS

from audit_lib.cli import main
from audit_lib.errors import UnreadableSource
from audit_lib.parameters import parameters_folder
from audit_lib.record import explain_sources, ingest_sources

COURTS = "法院代字,法院名称,审级\n鲁0902,泰安市泰山区人民法院,基层\n"
CASES = "执行案件号,法院代字,立案执行日期,天气\n（2016）鲁0902执1号,鲁0902,2016-03-01,晴\n"


@pytest.fixture
def strange(tmp_path):
    (tmp_path / "法院.csv").write_text(COURTS, encoding="utf-8")
    (tmp_path / "执行台账.csv").write_text(CASES, encoding="gb18030")
    return tmp_path


def test_a_strange_export_gets_a_proposal_that_ingest_would_take(strange):
    found = explain_sources([strange])
    tables = found.tables.set_index("file")
    assert tables.loc["法院.csv", "how"] == "recognised"
    assert (tables.loc["执行台账.csv", "table"], tables.loc["执行台账.csv", "how"]) == (
        "cases", "proposed",
    )  # fmt: skip
    said = dict(zip(found.columns["header"], found.columns["how"], strict=True))
    assert said["天气"] == "unknown"
    merged = yaml.safe_load(found.proposal)
    assert merged["table_names"] == {"cases": ["执行台账"]}
    assert merged["headers"]["cases"] == {"case_no": ["执行案件号"], "filed_on": ["立案执行日期"]}
    known = yaml.safe_load((parameters_folder() / "ingest.yaml").read_text(encoding="utf-8"))
    assert set(merged) <= set(known)


def test_a_good_export_needs_no_proposal(root):
    found = explain_sources([root / "data" / "sample"])
    assert found.proposal == ""
    own = found.tables[found.tables["file"].ne("planted.csv")]
    assert set(own["how"]) == {"recognised"} and not any(own["missing"])


def test_a_column_that_cannot_be_read_is_not_proposed(tmp_path):
    (tmp_path / "法院.csv").write_text(COURTS, encoding="utf-8")
    text = CASES.replace("2016-03-01", "去年春天")
    (tmp_path / "案件.csv").write_text(text, encoding="utf-8")
    found = explain_sources([tmp_path])
    row = found.columns[found.columns["header"].eq("立案执行日期")].iloc[0]
    assert row["how"] == "unknown" and row["column"] is None
    assert found.tables.set_index("file").loc["案件.csv", "missing"] == ["filed_on"]


def test_no_personal_number_is_shown_as_an_example(tmp_path):
    rows = [["案号", "证件"], ["（2016）鲁0902执1号", "999902198001011234"]]
    (tmp_path / "当事人.csv").write_text(text_of(rows), encoding="utf-8")
    assert "19800101" not in "".join(explain_sources([tmp_path]).lines())


@pytest.mark.parametrize("seed", range(1, len(KINDS), 4))
def test_a_damaged_export_is_explained_too(seed, tmp_path):
    damaged = build_damaged(KINDS[seed], tmp_path / "s", seed)
    assert explain_sources([damaged.folder]).lines("en")


def test_a_sheet_of_a_workbook_is_named_with_its_file(tmp_path):
    write_xlsx(tmp_path / "导出.xlsx", {"节点明细": [EVENTS, ["x"] * len(EVENTS)]})
    lines = explain_sources([tmp_path / "导出.xlsx"]).lines()
    assert "导出.xlsx#节点明细" in lines[0]


ODD = {
    "letters": {
        "t_court.csv": "FYDM,FYMC,FYJB\n鲁0902,泰山区人民法院,基层\n",
        "t_case.csv": "AH,FYDM,LARQ,CBR\n（2016）鲁0902执1号,鲁0902,20160301,王某\n",
        "t_node.csv": "AH,JD,RQ\n（2016）鲁0902执1号,发出执行通知书,20160305\n",
    },
    "other_words": {
        "法院名单.csv": "代字,名称,层级\n鲁0902,泰山区人民法院,基层\n",
        "执行案件查询结果.csv": "执行案件查询结果,,,\n案件字号,经办法院,立案审批日期,承办人姓名\n"
        "（2016）鲁0902执1号,鲁0902,2016-03-01,王某\n",
        "办案过程.csv": "案件字号,办理事项,办理时间\n"
        "（2016）鲁0902执1号,发出执行通知书,2016-03-05\n",
    },
}


@pytest.mark.parametrize("files", ODD.values(), ids=ODD)
def test_a_proposal_that_a_clerk_takes_over_reads_the_export(files, tmp_path, monkeypatch):
    source, parameters = tmp_path / "导出", tmp_path / "parameters"
    source.mkdir()
    for name, text in files.items():
        (source / name).write_text(text, encoding="utf-8")
    proposed = yaml.safe_load(explain_sources([source]).proposal)
    shutil.copytree(parameters_folder(), parameters)
    known = yaml.safe_load((parameters / "ingest.yaml").read_text(encoding="utf-8"))
    for table, names in proposed["table_names"].items():
        known["table_names"][table] += names
    for table, columns in proposed["headers"].items():
        for column, names in columns.items():
            known["headers"].setdefault(table, {}).setdefault(column, []).extend(names)
    text = yaml.safe_dump(known, allow_unicode=True)
    (parameters / "ingest.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("AUDIT_PARAMETERS", str(parameters))
    kept = ingest_sources([source], tmp_path / "r").balance.set_index("table")["kept"]
    assert kept[["courts", "cases", "events"]].tolist() == [1, 1, 1]


def test_a_name_that_fits_better_elsewhere_is_not_given_away(tmp_path):
    (tmp_path / "法院.csv").write_text(COURTS, encoding="utf-8")
    text = text_of([
        ["案号", "法院代字", "立案日期", "收案日", "结案日期(年月日)"],
        ["（2016）鲁0902执1号", "鲁0902", "2016-03-01", "2016-02-01", "2016-08-01"],
    ])  # fmt: skip
    (tmp_path / "案件.csv").write_text(text, encoding="utf-8")
    found = explain_sources([tmp_path]).columns.set_index("header")["column"]
    assert found["结案日期(年月日)"] == "closed_on" and found["收案日"] is None


def test_the_command_writes_nothing(strange):
    before = sorted(strange.rglob("*"))
    done = CliRunner().invoke(main, ["ingest", str(strange), "--explain"])
    assert done.exit_code == 0 and "建议对应“立案日期”" in done.output
    assert sorted(strange.rglob("*")) == before
    assert CliRunner().invoke(main, ["ingest", str(strange)]).exit_code == 2


def test_a_source_that_is_not_there_is_one_message(tmp_path):
    with pytest.raises(UnreadableSource, match="does not exist"):
        explain_sources([tmp_path / "none"])
