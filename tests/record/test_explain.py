"""``audit ingest --explain`` says how an export would be read, and writes nothing."""

import pytest
import yaml
from click.testing import CliRunner
from damage import EVENTS, make_damaged, text_of, write_workbook

from audit_lib.cli import main
from audit_lib.errors import UnreadableSource
from audit_lib.parameters import parameters_folder
from audit_lib.record import explain_sources

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


@pytest.mark.parametrize("seed", [4, 12, 16, 20])
def test_a_damaged_export_is_explained_too(seed, tmp_path):
    damaged = make_damaged(tmp_path / "s", seed)
    assert explain_sources([damaged.folder]).lines("en")


def test_a_sheet_of_a_workbook_is_named_with_its_file(tmp_path):
    write_workbook(tmp_path / "导出.xlsx", {"节点明细": [EVENTS, ["x"] * len(EVENTS)]})
    lines = explain_sources([tmp_path / "导出.xlsx"]).lines()
    assert "导出.xlsx#节点明细" in lines[0]


def test_the_command_writes_nothing(strange):
    before = sorted(strange.rglob("*"))
    done = CliRunner().invoke(main, ["ingest", str(strange), "--explain"])
    assert done.exit_code == 0 and "建议对应“立案日期”" in done.output
    assert sorted(strange.rglob("*")) == before
    assert CliRunner().invoke(main, ["ingest", str(strange)]).exit_code == 2


def test_a_source_that_is_not_there_is_one_message(tmp_path):
    with pytest.raises(UnreadableSource, match="does not exist"):
        explain_sources([tmp_path / "none"])
