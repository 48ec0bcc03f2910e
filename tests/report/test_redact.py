import pandas as pd
import pytest
from court_names import CODE, COMPANIES, HANDLERS, ID_NOS, ORGANS, PEOPLE
from courts import make_frames, write_court
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import bare, everything

from audit_lib.record import write_table
from audit_lib.report import (
    circular,
    court_report,
    dossier,
    load_court,
    overview_report,
    redact_tables,
    write_workbook,
)
from audit_lib.report.identity import looks_like_identity
from audit_lib.report.settings import load_audience
from audit_lib.report.texts import name_pattern

AUDIENCES = ["inspectors", "court", "leaders", "public"]


@pytest.fixture(scope="module")
def outputs(tables, tmp_path_factory):
    """Every file of one court for every audience, unpacked: audience → file → text."""
    folder = tmp_path_factory.mktemp("outputs")
    found = {}
    for audience in AUDIENCES:
        page = court_report(tables, "zh", audience).to_html()
        texts = {"court_audit.html": page}
        letter = dossier(tables, "zh", audience)
        letter.write_docx(folder / "dossier.docx")
        letter.write_pdf(folder / "dossier.pdf")
        texts["dossier.html"] = letter.html
        circular([tables], "zh", audience).write_docx(folder / "circular.docx")
        write_workbook(tables, folder / "tables.xlsx", "zh", audience)
        texts["overview.html"] = overview_report([tables], "zh", audience).to_html()
        shared = redact_tables(tables, audience)
        for name in shared.frames:
            if shared.given(name):
                write_table(shared[name], folder / f"{name}.csv")
                texts[f"{name}.csv"] = everything((folder / f"{name}.csv").read_bytes(), "x.csv")
        for name in ("dossier.docx", "dossier.pdf", "circular.docx", "tables.xlsx"):
            texts[name] = everything((folder / name).read_bytes(), name)
        found[audience] = {name: bare(text) for name, text in texts.items()}
    return found


def found_in(texts, secrets):
    return {(file, s) for file, text in texts.items() for s in secrets if bare(s) in text}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_id_number_is_in_any_file_of_any_audience(outputs, audience):
    assert found_in(outputs[audience], ID_NOS) == set()


def test_leaders_see_no_full_name_of_a_person_and_no_phone(outputs):
    assert found_in(outputs["leaders"], [*PEOPLE, "13800000000"]) == set()
    assert "王某" in outputs["leaders"]["court_audit.html"]


def test_the_public_sees_no_name_no_case_number_no_petition(outputs):
    secrets = [*PEOPLE, *HANDLERS, *COMPANIES, *ORGANS, f"{CODE}执", "没有动静", "XF00"]
    assert found_in(outputs["public"], secrets) == set()


def test_the_court_itself_sees_neither_petitioners_words_nor_the_draw(outputs):
    assert found_in(outputs["court"], ["没有动静", "13800000000"]) == set()
    assert "select.csv" not in outputs["court"]
    assert "petitions.csv" not in outputs["court"]


def test_inspectors_see_what_they_need(outputs):
    page = outputs["inspectors"]["court_audit.html"]
    assert HANDLERS[0] in page
    assert "没有动静" in page


def test_masking_twice_for_another_audience_is_refused(tables):
    with pytest.raises(ValueError, match="already"):
        redact_tables(redact_tables(tables, "leaders"), "public")


def test_two_people_of_one_surname_in_one_case_stay_apart(tmp_path):
    frames = make_frames(12)
    number = frames["cases"]["case_no"].iloc[0]
    frames["parties"] = pd.DataFrame(
        [(number, CODE, "debtor", n, "natural_person", None) for n in ("王建军", "王建国")],
        columns=["case_no", "court_code", "role", "name", "kind", "id_no"],
    )
    masked = redact_tables(load_court(write_court(tmp_path, frames)), "leaders")
    page = court_report(load_court(tmp_path), "zh", "leaders").to_html()
    assert "parties" in masked.absent
    assert "王某1" in page and "王某2" in page


def test_counts_do_not_change_with_the_audience(tables):
    from audit_lib.report import mask_tables
    from audit_lib.report.figures import count_figures

    expected = count_figures(tables)
    for audience in AUDIENCES:
        assert count_figures(mask_tables(tables, audience)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "000000 19800101 001X",
        "００００００１９８００１０１００１Ｘ",
        "000000-1980-0101-001X",
    ],
)
def test_an_id_number_written_apart_is_still_one(text, tmp_path):
    frames = make_frames(12)
    frames["petitions"] = frames["petitions"].assign(text=f"我的号码是{text}请查")
    loaded = load_court(write_court(tmp_path, frames))
    assert loaded["petitions"]["text"].str.contains("证件号码已隐去").all()


def test_a_case_number_or_an_amount_is_not_taken_for_an_id_number():
    assert not looks_like_identity("201612280000000001")
    assert not looks_like_identity("123456789012345")


names = st.text(
    st.characters(categories=["Lo"], min_codepoint=0x4E00, max_codepoint=0x9FA5),
    min_size=2,
    max_size=4,
)


@settings(deadline=None)
@given(st.lists(names, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_no_name_survives_its_pattern(listed, random):
    text = "说".join(random.sample(listed, len(listed)))
    left = name_pattern(listed).sub("□", text)
    assert not any(name in left for name in listed)


def test_a_name_of_thousands_of_letters_is_masked_whole():
    long = "某" * 5_000 + "合作社"
    found = name_pattern([long, "张三", *("赵" * n for n in range(2, 90))])
    assert found.sub("□", f"由{long}与张 三、{'赵' * 70}申请") == "由□与□、□申请"


def test_every_audience_says_something_about_everything():
    for audience in AUDIENCES:
        assert load_audience(audience).case_rows in (True, False)
