"""Names of debtors and causes: invented lists, the real rows, and properties."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_lib.campaign import debtor_organ, livelihood_kind, read_cause, read_organ
from audit_lib.campaign.organs import ORGANS, OrganWords
from audit_lib.errors import BadParameterFile
from audit_lib.parameters import load_parameters, parameters_folder

HERE = Path(__file__).parent
REAL = HERE.parents[2] / "shared" / "data" / "real_texts"


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def real_rows(name):
    if not (REAL / name).is_file():
        pytest.skip(f"../shared/data is absent: {name} was not read")
    return rows(REAL / name)


def test_every_invented_name_is_read_as_labelled():
    names = rows(HERE / "names.csv")
    wrong = [r for r in names if (debtor_organ(r["name"]) or "none") != r["organ"]]
    assert len(names) >= 500
    assert wrong == []


@pytest.mark.parametrize(
    ("table", "read", "value"),
    [("blind_names", debtor_organ, "organ"), ("blind_causes", livelihood_kind, "kind")],
)
def test_what_was_written_before_it_was_first_read_is_read_as_labelled(table, read, value):
    # Written before they were read; first runs: names 97.1, 98.0 and 98.8 %, causes 96.2, 97.7
    # and 100 %. A few labels are a matter of opinion and stand as first given.
    written = rows(HERE / f"{table}.csv")
    column = next(iter(written[0]))
    wrong = [r for r in written if (read(r[column]) or "none") != (r[value] or "none")]
    assert len(wrong) <= 0.01 * len(written), wrong


@pytest.mark.parametrize("person", ["王法院", "赵党委", "欧阳海关", "郑人武", "何人大", "张政府"])
def test_a_surname_before_the_word_of_an_organ_is_a_person(person):
    assert debtor_organ(person) is None


@pytest.mark.parametrize("office", ["县法院", "市政府", "县委", "区人大", "某法院", "XX县公安局"])
def test_a_level_or_a_struck_out_name_before_the_word_of_an_organ_is_an_organ(office):
    assert debtor_organ(office)


def test_the_central_bank_is_a_department_and_its_printing_works_is_not():
    assert read_organ("中国人民银行泰安市中心支行").doubt == "agency"
    assert debtor_organ("中国人民银行印钞厂") is None


def test_a_bureau_that_may_be_a_public_institution_carries_that_doubt():
    assert read_organ("青岚县公路局").doubt == "public_institution"


def test_the_invented_names_cover_all_six_kinds():
    assert {r["organ"] for r in rows(HERE / "names.csv")} == {*ORGANS, "none"}


@pytest.mark.shared
def test_every_real_debtor_is_read_as_expected():
    names = real_rows("debtors.csv")
    wrong = [r for r in names if (debtor_organ(r["name"]) or "none") != r["organ"]]
    assert [r for r in wrong if r["hard"] == "yes"] == []
    assert len(wrong) <= 0.05 * len(names)


@pytest.mark.parametrize(
    "written",
    ["青岚县公安局", " 青岚县 公安局 ", "青岚县公安局（原青岚县公安分局）",
     "被执行人：青岚县公安局", "青岚縣公安局",
     "1、青岚县公安局", "青岚县公安局等3人", "青岚县公安局\u200b"],
)  # fmt: skip
def test_brackets_widths_spaces_and_words_around_a_name_do_not_matter(written):
    assert debtor_organ(written) == "government"


def test_a_person_of_an_organ_is_no_organ():
    assert debtor_organ("李四（青岚县教育局）") is None


def test_an_organ_named_beside_others_in_one_cell_is_found_with_a_doubt():
    assert read_organ("张三、青岚县财政局").organ == "government"
    assert read_organ("张三、青岚县财政局").doubt == "several_names"


def test_an_agency_is_government_with_a_doubt():
    assert read_organ("翠屏山风景名胜区管理委员会").doubt == "agency"


@pytest.mark.parametrize("nothing", [None, 12, float("nan"), "", "   ", "（）", "局", "委员会"])
def test_what_is_no_name_is_no_organ(nothing):
    assert debtor_organ(nothing) is None


@given(st.text(max_size=400))
def test_any_text_at_all_is_read_without_failing(text):
    assert debtor_organ(text) in (None, *ORGANS)
    livelihood_kind(text)


@given(st.sampled_from(["青岚县公安局", "石桥镇人民政府", "青岚县人民法院"]), st.integers(1, 6))
def test_a_company_of_an_organ_is_never_an_organ(name, at):
    assert debtor_organ(name + "劳动服务有限公司") is None
    assert debtor_organ(name[:at] + " " + name[at:]) == debtor_organ(name)


def test_an_ending_that_stands_under_two_kinds_is_refused(tmp_path):
    text = (parameters_folder() / "campaign" / "organs.yaml").read_text(encoding="utf-8")
    broken = tmp_path / "organs.yaml"
    broken.write_text(text.replace("full: [军分区,", "full: [军分区, 派出所,"), encoding="utf-8")
    with pytest.raises(BadParameterFile, match="派出所"):
        load_parameters(broken, OrganWords)


def test_every_invented_cause_is_read_as_labelled():
    causes = rows(HERE / "causes.csv")
    wrong = [r for r in causes if (livelihood_kind(r["cause"]) or "") != r["kind"]]
    assert len(causes) >= 130
    assert wrong == []


@pytest.mark.shared
def test_every_real_cause_is_read_as_expected():
    causes = real_rows("causes.csv")
    plain = {"none": None, "other_hardship": None}
    wrong = [r for r in causes if livelihood_kind(r["cause"]) != plain.get(r["kind"], r["kind"])]
    assert [r for r in wrong if r["hard"] == "yes"] == []
    assert len(wrong) <= 0.05 * len(causes)


def test_the_ninth_kind_is_never_read_from_a_cause():
    assert read_cause("失业保险待遇纠纷").kind is None
    assert read_cause("失业保险待遇纠纷").doubt == "may_be_other_hardship"


def test_a_traffic_cause_does_not_tell_injury_from_damage_and_says_so():
    assert read_cause("机动车交通事故责任纠纷").doubt == "injury_or_property"
