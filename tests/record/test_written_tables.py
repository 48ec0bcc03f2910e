"""Tables that leave the workbench: harmless, whole, and the same bytes again."""

import csv
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_lib.errors import CannotWrite
from audit_lib.record import write_table
from audit_lib.record.output import neutral_text


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "case_no": ["（2016）鲁0902执1号", '=HYPERLINK("http://x")', None],
            "due_on": pd.to_datetime(["2016-12-28", None, "2017-01-03"]).astype("datetime64[us]"),
            "recorded_at": pd.to_datetime(["2016-12-28 09:30", None, None]),
            "days_late": pd.array([3, None, -1], dtype="Int64"),
            "score": [1.5, np.nan, -2.0],
            "note": ["<b>甲</b>\n乙\x07", "+1", "@SUM(A1)"],
        }
    )


def test_csv_shows_chinese_in_a_spreadsheet_and_runs_nothing(frame, tmp_path):
    path = write_table(frame, tmp_path / "t.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1] == ["（2016）鲁0902执1号", "2016-12-28", "2016-12-28 09:30:00", "3", "1.5",
                       "<b>甲</b>\n乙"]  # fmt: skip
    assert rows[2] == ['\'=HYPERLINK("http://x")', "", "", "", "", "'+1"]
    assert rows[3][1:] == ["2017-01-03", "", "-1", "-2.0", "'@SUM(A1)"]


def test_xlsx_has_dates_a_frozen_header_a_filter_and_no_formula(frame, tmp_path):
    path = write_table(frame, tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(path).active
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref == "A1:F4"
    assert sheet["B2"].is_date and sheet["B2"].number_format.lower() == "yyyy-mm-dd"
    assert sheet["D4"].value == -1 and sheet["E4"].value == -2.0
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    with zipfile.ZipFile(path) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


def test_parquet_keeps_the_types(frame, tmp_path):
    again = pd.read_parquet(write_table(frame, tmp_path / "t.parquet"))
    assert again["due_on"].dtype == "datetime64[us]" and again["days_late"].dtype == "Int64"
    assert again.loc[1, "case_no"].startswith("=")


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_the_same_table_gives_the_same_bytes(frame, tmp_path, ending):
    a = write_table(frame, tmp_path / f"a.{ending}")
    b = write_table(frame.copy(), tmp_path / f"b.{ending}")
    assert a.read_bytes() == b.read_bytes()


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_an_empty_table_is_a_header(frame, tmp_path, ending):
    path = write_table(frame.iloc[:0], tmp_path / f"t.{ending}")
    read = {"csv": pd.read_csv, "xlsx": pd.read_excel, "parquet": pd.read_parquet}[ending]
    assert list(read(path).columns) == list(frame.columns)


def test_a_failure_leaves_the_old_file_and_nothing_else(frame, tmp_path, monkeypatch):
    path = write_table(frame, tmp_path / "t.csv")
    before = path.read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(csv, "writer", full)
    with pytest.raises(CannotWrite, match="No space left"):
        write_table(frame.head(1), path)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["t.csv"]


def test_other_endings_and_folders_are_refused(frame, tmp_path):
    with pytest.raises(CannotWrite, match=r"must end in \.csv, \.xlsx or \.parquet"):
        write_table(frame, tmp_path / "t.ods")
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(CannotWrite, match="is a folder"):
        write_table(frame, tmp_path / "d.csv")
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite):
        write_table(frame, tmp_path / "file" / "t.csv")


@given(st.text(max_size=20))
def test_no_text_begins_like_a_formula(text):
    shown = neutral_text(text)
    assert not shown.lstrip(" \n\u3000").startswith(("=", "+", "-", "@", "\t", "\r"))
