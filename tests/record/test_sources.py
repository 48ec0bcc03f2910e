"""The same record in every format it may come in gives the same tables."""

import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import sqlalchemy
import xlwt
from good_record import DAY, GOOD, cells, write_good

from audit_lib.errors import UnreadableSource
from audit_lib.record import ingest_sources, load_tables, open_snapshot
from audit_lib.record.tables import COMPANIONS

POSTGRES = Path("/usr/lib/postgresql")


def content(result) -> dict[str, list]:
    """Return what each table holds, without where it came from, in one order."""
    snapshot = open_snapshot(result.path)
    tables = {}
    for name in load_tables():
        frame = snapshot.read(name).drop(columns=list(COMPANIONS))
        tables[name] = sorted(map(str, frame.astype(object).itertuples(index=False, name=None)))
    return tables


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("expected")
    result = ingest_sources(write_good(folder / "good"), folder / "snapshot", DAY)
    assert result.problems.empty
    assert result.balance["read"].tolist() == [2, 3, 2, 3, 1, 1, 1, 1]
    return content(result)


def frames():
    tables = {}
    for name, text in GOOD.items():
        header, *rows = cells(text)
        tables[name] = pd.DataFrame(rows, columns=header)
    return tables


def save_xlsx(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ","), ("utf-16", "\t"), ("gb18030", ";"), ("gb18030", "\t")],
)
def test_text_files_of_any_encoding_and_delimiter(encoding, delimiter, tmp_path, ingest, expected):
    folder = tmp_path / "source"
    folder.mkdir()
    for name, text in GOOD.items():
        lines = [delimiter.join(f'"{c}"' for c in row) for row in cells(text)]
        (folder / f"{load_tables()[name].zh}.csv").write_bytes("\r\n".join(lines).encode(encoding))
    assert content(ingest(folder)) == expected


def test_one_workbook_with_a_sheet_a_table(tmp_path, ingest, expected):
    sheets = {load_tables()[name].zh: cells(text) for name, text in GOOD.items()}
    result = ingest(save_xlsx(tmp_path / "泰山区.xlsx", sheets))
    assert result.problems.empty and content(result) == expected
    assert set(open_snapshot(result.path).events["source_sheet"]) == {"流程节点"}


def test_a_workbook_a_table_with_dates_as_dates_and_numbers_as_numbers(tmp_path, ingest, expected):
    folder = tmp_path / "source"
    folder.mkdir()
    for name, frame in frames().items():
        rows = [list(frame.columns)]
        for row in frame.itertuples(index=False, name=None):
            typed = []
            for header, value in zip(frame.columns, row, strict=True):
                if value and header.endswith(("日期", "时限")):
                    value = pd.Timestamp(value).to_pydatetime()
                elif value.isdigit() and len(value) < 10:
                    value = float(value)
                typed.append(value or None)
            rows.append(typed)
        save_xlsx(folder / f"{name}.xlsx", {"Sheet1": rows, "Sheet2": []})
    result = ingest(folder)
    assert result.problems.empty and content(result) == expected


def test_workbooks_of_the_other_epoch(tmp_path, ingest, expected):
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    folder = write_good(tmp_path / "source", cases="")
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    for i, row in enumerate(cells(GOOD["cases"])):
        # One day is stored as a bare serial: only the workbook says what it counts from.
        if i:
            row[3] = (pd.Timestamp(row[3]) - pd.Timestamp("1904-01-01")).days
        book.active.append(row)
    book.save(folder / "cases.xlsx")
    assert content(ingest(folder)) == expected


def test_old_workbooks(tmp_path, ingest, expected):
    folder = tmp_path / "source"
    folder.mkdir()
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for name, text in GOOD.items():
        book = xlwt.Workbook()
        sheet = book.add_sheet(load_tables()[name].zh)
        header = cells(text)[0]
        for i, row in enumerate(cells(text)):
            for j, value in enumerate(row):
                if i and value and header[j] == "立案日期":
                    sheet.write(i, j, pd.Timestamp(value).to_pydatetime(), day)
                else:
                    sheet.write(i, j, value)
        book.save(str(folder / f"{name}.xls"))
    assert content(ingest(folder)) == expected


def test_parquet_of_text_and_of_right_types(tmp_path, ingest, expected):
    for kind in ("text", "typed"):
        folder = tmp_path / kind
        folder.mkdir()
        for name, frame in frames().items():
            frame = frame.replace("", None)
            if kind == "typed":
                for header in frame.columns:
                    if header.endswith(("日期", "时限")):
                        frame[header] = pd.to_datetime(frame[header])
                    elif header in ("金额", "申请执行标的额", "抽取概率"):
                        frame[header] = frame[header].astype("float64")
                    elif header.endswith("件数"):
                        frame[header] = frame[header].astype("int64")
            frame.to_parquet(folder / f"{name}.parquet")
        assert content(ingest(folder)) == expected


def test_headers_in_english_in_any_order_and_oddly_typed(tmp_path, ingest, expected):
    folder = tmp_path / "source"
    folder.mkdir()
    for name, frame in frames().items():
        english = {c.zh: n for n, c in load_tables()[name].columns.items()}
        frame = frame.rename(columns=english)[[english[c] for c in reversed(frame.columns)]]
        odd = {c: f" {c.upper()}＊\n" for c in frame.columns}
        odd |= {"amount": "金 额（元）", "case_no": "ＣＡＳＥ_no", "filed_on": "立案\n日期"}
        frame.rename(columns=odd).to_csv(folder / f"{name.upper()}.csv", index=False)
    result = ingest(folder)
    assert result.problems.empty and content(result) == expected


def put_into(address):
    engine = sqlalchemy.create_engine(address)
    for name, frame in frames().items():
        frame.replace("", None).to_sql(load_tables()[name].zh, engine, index=False)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("create table weather (day text)"))
    engine.dispose()


def test_a_sqlite_database(tmp_path, ingest, expected):
    address = f"sqlite:///{(tmp_path / 'record.db').as_posix()}"
    put_into(address)
    result = ingest(address)
    assert content(result) == expected
    assert result.problems[["file", "sheet", "reason"]].values.tolist() == [
        ["database record.db", "weather", "unknown_table"]
    ]


def test_a_database_that_is_not_there_is_one_clear_message(tmp_path, ingest):
    with pytest.raises(UnreadableSource, match="does not exist"):
        ingest(f"sqlite:///{tmp_path}/none.db")
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(UnreadableSource) as caught:
        ingest("postgresql://clerk:s3cret@127.0.0.1:1/record")
    assert "s3cret" not in str(caught.value) and "cannot be read" in str(caught.value)


@pytest.fixture
def postgres(tmp_path):
    """Start a PostgreSQL server of our own, as an ordinary user, and stop it again."""
    found = sorted(POSTGRES.glob("*/bin/initdb"))
    binaries = found[-1].parent if found else None
    if binaries is None and (there := shutil.which("initdb")):
        binaries = Path(there).parent
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed (apt-get install postgresql)")
    import tempfile

    home = Path(tempfile.mkdtemp(prefix="audit-pg-"))
    user = []
    if os.geteuid() == 0:
        try:
            account = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("PostgreSQL does not run as root and there is no user `postgres`")
        os.chown(home, account.pw_uid, account.pw_gid)
        user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program, *options):
        subprocess.run([*user, binaries / program, *options], check=True, cwd=home,
                       stdout=subprocess.DEVNULL)  # fmt: skip

    data = home / "data"
    run("initdb", "-D", data, "-A", "trust", "-U", "clerk", "-E", "UTF8", "--locale=C")
    run("pg_ctl", "-D", data, "-w", "-l", home / "log", "-o", f"-p {port} -k {home} -c fsync=off",
        "start")  # fmt: skip
    try:
        yield f"postgresql+psycopg://clerk@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)


@pytest.mark.postgres
def test_a_postgresql_database(postgres, ingest, expected):
    put_into(postgres)
    result = ingest(postgres.replace("postgresql+psycopg", "postgresql"))
    assert content(result) == expected
    assert set(open_snapshot(result.path).cases["source_file"]) == {"database postgres"}


def test_one_folder_a_court_and_several_sources(tmp_path, ingest, expected):
    national = tmp_path / "national"
    half = GOOD["events"].splitlines(True)
    write_good(national / "鲁0902")
    (national / "鲁0902" / "events.csv").write_text("".join(half[:2]), encoding="utf-8")
    more = tmp_path / "more"
    more.mkdir()
    (more / "流程节点.csv").write_text("".join([half[0], *half[2:]]), encoding="utf-8")
    result = ingest(national, more)
    assert content(result) == expected
    files = set(open_snapshot(result.path).events["source_file"])
    assert files == {"national/鲁0902/events.csv", "more/流程节点.csv"}


def test_courts_repeated_in_each_folder_are_named_and_do_not_spoil_the_share(tmp_path, ingest):
    for number in range(6):
        cases = f"案号,法院代字,立案日期\n（2016）鲁0902执{number + 1}号,鲁0902,2016-03-01\n"
        folder = tmp_path / "national" / f"part{number}"
        write_good(folder, **dict.fromkeys(set(GOOD) - {"courts", "cases"}, ""), cases=cases)
    result = ingest(tmp_path / "national")
    assert set(result.problems["reason"]) == {"duplicate_row"}
    assert result.balance.set_index("table").loc["courts"].tolist() == [12, 2, 10, 0]
    assert result.balance.set_index("table").loc["cases", "kept"] == 6


def test_a_file_that_is_no_table_of_ours_says_what_it_is(shared_data, ingest):
    with pytest.raises(UnreadableSource, match="No table of cases") as caught:
        ingest(shared_data / "complaints" / "messages.xlsx")
    assert "messages.xlsx#" in str(caught.value)


def test_the_real_cases_are_read_whole(shared_data, ingest):
    from datetime import date

    result = ingest(shared_data / "real_cases", day=date(2026, 6, 30))
    assert result.balance["refused"].sum() == 0 and result.balance["doubts"].sum() == 0
    named = result.problems[["file", "reason"]].values.tolist()
    assert named == [
        [file, "unknown_table"] for file in ("README.md", "expected.csv", "inferred_dates.csv")
    ]


def test_line_breaks_in_cells_do_not_shift_the_row_numbers(tmp_path, ingest):
    events = (
        '案号,节点,日期,备注\n（2016）鲁0902执1号,联系告知申请人,2016-03-06,"一\n二\n三"\n'
        "（2016）鲁0902执1号,喝茶,2016-03-06,\n"
    )
    problems = ingest(write_good(tmp_path / "s", events=events)).problems
    assert problems["row"].tolist() == [3]


def test_two_files_of_one_name_are_told_apart(tmp_path, ingest):
    for part in ("one", "two"):
        write_good(tmp_path / part, **dict.fromkeys(set(GOOD) - {"courts", "cases"}, ""))
    files = [
        tmp_path / part / f"{name}.csv" for part in ("one", "two") for name in ("courts", "cases")
    ]
    problems = ingest(*files).problems
    assert set(problems["reason"]) == {"duplicate_case", "duplicate_row"}
    assert set(problems["file"]) == {"two/cases.csv", "two/courts.csv"}


def test_an_infinite_amount_of_a_typed_column_is_named(tmp_path, ingest):
    source = write_good(tmp_path / "s", events="")
    events = {"case_no": ["（2016）鲁0902执1号"], "event": ["money_received"],
              "day": [pd.Timestamp(2016, 3, 6)], "amount": [float("inf")]}  # fmt: skip
    pd.DataFrame(events).to_parquet(source / "events.parquet")
    problems = ingest(source).problems
    assert problems[["reason", "column", "became"]].values.tolist() == [
        ["absurd_amount", "amount", "kept"]
    ]


QUOTES = {
    "never_closed": '（2016）鲁0902执1号,发出执行通知书,2016-03-05,"没写完',
    "stray": '（2016）鲁0902执1号,发出执行通知书,2016-03-05,"甲"乙',
    "first_cell_empty": ',发出执行通知书,2016-03-05,"没写完',
    "lone_return": '（2016）鲁0902执1号,发出执行通知书,2016-03-05,"甲\r乙',
}


@pytest.mark.parametrize("line", QUOTES.values(), ids=QUOTES)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_quote_that_is_wrong_costs_its_own_line_alone(line, encoding, tmp_path, ingest):
    good = [f"（2016）鲁0902执1号,联系告知申请人,2016-03-{n:02},备注{n}" for n in range(1, 20)]
    rows = ["案号,节点,日期,备注", *good[:9], line, *good[9:]]
    source = write_good(tmp_path / "s", events="案号,节点,日期\n")
    (source / "events.csv").write_bytes("\r\n".join([*rows, ""]).encode(encoding))
    found = ingest(source)
    events = open_snapshot(found.path).events
    assert set(events["note"].dropna()) >= {f"备注{n}" for n in range(1, 20)}
    assert "broken_quotes" in set(found.problems["reason"])
    assert found.problems["row"].eq(11).any()


def test_a_cell_with_line_breaks_is_no_broken_quote(tmp_path, ingest):
    text = "第一行，说明\n第二行,有逗号\n\n第三行"
    events = f'案号,节点,日期,备注\n（2016）鲁0902执1号,联系告知申请人,2016-03-01,"{text}"\n'
    found = ingest(write_good(tmp_path / "s", events=events))
    assert open_snapshot(found.path).events["note"].iloc[0] == text
    assert "broken_quotes" not in set(found.problems["reason"])


def test_a_personal_number_stands_in_no_problem_of_a_whole_line(tmp_path, ingest):
    parties = (
        "证件号码,案号,诉讼地位,名称\n"
        'E12345678,（2016）鲁0902执1号,被执行人,"某\n'
        "G87654321,（2016）鲁0902执1号,被执行人,某,多\n"
        ",（2016）鲁0902执1号,申请执行人,某\n"
    )
    found = ingest(write_good(tmp_path / "s", parties=parties))
    assert {"broken_quotes", "too_many_cells"} <= set(found.problems["reason"])
    text = (found.path / "problems.csv").read_text(encoding="utf-8-sig")
    assert "E12345678" not in text and "G87654321" not in text


def test_an_export_that_came_twice_doubles_nothing(tmp_path, ingest):
    paid = "（2016）鲁0902执1号,案款到账,2016-05-0{},3000\n"
    first = "案号,节点,日期,金额\n" + paid.format(1) + paid.format(2) + paid.format(2)
    source = write_good(tmp_path / "s", events=first)
    # A later export of an overlapping time: one of the two equal payments, and a new one.
    again = "案号,节点,日期,金额\n" + paid.format(2) + paid.format(3) + paid.format(3)
    (source / "events_2016-06.csv").write_text(again, encoding="utf-8")
    found = ingest(source)
    days = open_snapshot(found.path).events["day"].dt.day
    assert sorted(days) == [1, 2, 2, 3, 3]
    assert found.problems[["reason", "became"]].values.tolist() == [["duplicate_row", "refused"]]
    assert found.balance["refused"].sum() == 1


def test_two_sources_that_overlap_double_nothing_and_two_courts_lose_nothing(tmp_path):
    one, two = write_good(tmp_path / "五月"), write_good(tmp_path / "六月")
    found = ingest_sources([one, two], tmp_path / "r", DAY)
    alone = ingest_sources([one], tmp_path / "alone", DAY)
    assert content(found)["events"] == content(alone)["events"]
    assert found.balance["refused"].sum() == alone.balance["read"].sum()


def test_a_last_line_of_which_one_cell_is_left_is_named_and_refused(tmp_path, ingest):
    rows = [
        "备注,案号,节点,日期",
        *[f"甲,（2016）鲁0902执1号,联系告知申请人,2016-03-0{n}" for n in "12"],
    ]
    for last in ("没写完", ",（2016"):
        source = write_good(tmp_path / f"s{len(last)}")
        (source / "events.csv").write_bytes("\r\n".join([*rows, last]).encode())
        found = ingest(source, name=f"r{len(last)}")
        assert "cut_off" in set(found.problems["reason"])
        assert found.balance.set_index("table").loc["events", ["kept", "refused"]].tolist() == [
            2,
            1,
        ]
