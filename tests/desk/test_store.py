"""The store of decisions, on SQLite and on PostgreSQL, with writers at once and kills between."""

import datetime
import time

import pytest
import sqlalchemy as sa
from writers import start_writer

from audit_lib.desk import chain, schema
from audit_lib.desk.decisions import BadEntry, read_body
from audit_lib.desk.store import ChangedMeanwhile, Store, StoreUnavailable

CASE = "（2016）鲁0902执1号"
ROUND, COURT = "2016-12", "鲁0902"
FOUND = {
    "issues": ["passive"],
    "examined": ["passive", "funds"],
    "note": "查控后六个月未处置",
    "inspected_on": "2016-12-29",
    "rectify_by": "2017-01-31",
}
AGREED = {"note": "同意", "agrees": True}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / '决定.sqlite'}"
    return request.getfixturevalue("cluster").make_database()


@pytest.fixture
def store(url):
    opened = Store(url)
    yield opened
    opened.close()


def decide(store, seen=0, author="督查员甲", case_no=CASE, **changes):
    body = FOUND | {k: v for k, v in changes.items() if k != "save_id"}
    return store.save("decision", ROUND, COURT, case_no, author, body, seen, changes.get("save_id"))


def test_a_decision_is_found_again_with_every_word(store, url):
    made = decide(store)
    again = Store(url)
    assert again.history(ROUND, COURT, CASE) == [made]
    assert again.states(ROUND, COURT) == {CASE: "decided"}
    assert made.body.rectify_by == datetime.date(2017, 1, 31)
    again.close()


def test_the_second_writer_is_told_and_sees_the_first_ones_words(store):
    first = decide(store)
    with pytest.raises(ChangedMeanwhile) as told:
        decide(store, author="督查员乙", note="另一种看法")
    assert told.value.theirs == (first,)
    assert "督查员甲" in str(told.value)
    assert len(store.history(ROUND, COURT, CASE)) == 1


def test_a_change_needs_a_reason_and_leaves_the_history(store):
    first = decide(store)
    with pytest.raises(BadEntry, match="reason"):
        decide(store, seen=1, note="改写")
    second = decide(store, seen=1, note="改写", reason="补看了案卷")
    assert store.history(ROUND, COURT, CASE) == [first, second]


def test_a_second_reading_is_made_by_another_and_a_dispute_stands_after_it(store):
    decide(store)
    with pytest.raises(BadEntry, match="another inspector"):
        store.save(
            "second_reading", ROUND, COURT, CASE, "督查员甲", {"note": "同意", "agrees": True}, 1
        )
    store.save(
        "second_reading", ROUND, COURT, CASE, "督查员乙", {"note": "同意", "agrees": True}, 1
    )
    assert store.states(ROUND, COURT) == {CASE: "read_again"}
    store.save("dispute", ROUND, COURT, CASE, COURT, {"note": "已于十二月处置"}, 2)
    assert store.states(ROUND, COURT) == {CASE: "disputed"}


def test_nothing_can_be_said_of_a_case_without_a_decision(store):
    with pytest.raises(BadEntry, match="no decision"):
        store.save("dispute", ROUND, COURT, CASE, COURT, {"note": "不同意"}, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"note": ""},
        {"issues": ["termination"]},
        {"issues": [], "rectify_by": "2017-01-01"},
        {"rectify_by": "2016-01-01"},
        {"examined": []},
        {"verdict": "guilty"},
    ],
)
def test_an_incomplete_decision_is_refused_and_nothing_is_saved(store, wrong):
    with pytest.raises(BadEntry):
        decide(store, **wrong)
    assert store.heads() == {}


def test_the_same_press_of_the_button_saved_twice_is_one_entry(store):
    assert decide(store, save_id="a1") == decide(store, save_id="a1")
    assert store.heads()[COURT][0] == 1
    with pytest.raises(BadEntry, match="another entry"):
        decide(store, save_id="a1", note="别的")


def test_a_draft_is_there_again_and_goes_when_the_decision_is_saved(store, url):
    store.keep_draft(ROUND, COURT, CASE, "督查员甲", {"note": "写到一半"}, 0)
    store.keep_draft(ROUND, COURT, CASE, "督查员甲", {"note": "写到一半，再写"}, 0)
    again = Store(url)
    assert again.draft(ROUND, COURT, CASE, "督查员甲") == ({"note": "写到一半，再写"}, 0)
    assert again.draft(ROUND, COURT, CASE, "督查员乙") is None
    assert again.states(ROUND, COURT, "督查员甲") == {CASE: "draft"}
    assert again.states(ROUND, COURT, "督查员乙") == {}
    decide(again)
    assert again.draft(ROUND, COURT, CASE, "督查员甲") is None
    again.close()


def test_the_database_itself_refuses_to_change_or_drop_an_entry(store):
    decide(store)
    for line in ("UPDATE court_entries SET author = 'x'", "DELETE FROM court_entries"):
        with pytest.raises(sa.exc.DBAPIError, match="only ever added"):
            with store._engine.connect().execution_options(audit_write=True) as connection:
                with connection.begin():
                    connection.execute(sa.text(line))
    assert store.verify() == []


def disable_guard(store, *lines):
    with store._engine.connect().execution_options(audit_write=True) as connection:
        with connection.begin():
            for act in ("update", "delete"):
                on = " ON court_entries" if connection.dialect.name == "postgresql" else ""
                connection.execute(sa.text(f"DROP TRIGGER court_entries_{act}{on}"))
            for line in lines:
                connection.execute(sa.text(line))


def test_a_line_altered_or_taken_out_behind_the_library_is_found(store):
    for number in range(1, 5):
        decide(store, case_no=f"（2016）鲁0902执{number}号")
    heads = store.heads()
    assert store.verify(heads) == []
    disable_guard(store, "UPDATE court_entries SET author = '别人' WHERE position = 2")
    assert store.verify() == [f"{COURT} entry 2 was altered"]


def test_entries_cut_from_the_end_are_found_by_a_head_that_was_noted(store):
    for number in range(1, 5):
        decide(store, case_no=f"（2016）鲁0902执{number}号")
    heads = store.heads()
    disable_guard(store, "DELETE FROM court_entries WHERE position = 4")
    assert store.verify() == []
    assert len(store.verify(heads)) == 1


OLD_ROWS = [("鲁0902", CASE), ("鲁0911", "（2016）鲁0911执5号"), ("鲁0902", "（2016）鲁0902执2号")]


def write_old_store(url: str, alter: bool = False) -> None:
    """Write a store as version 2 wrote it: one chain for all courts."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        schema.older.create_all(connection)
        schema.schema.create(connection)
        connection.execute(schema.schema.insert(), [{"version": 1}, {"version": 2}])
        before = chain.START
        for place, (court, case_no) in enumerate(OLD_ROWS, start=1):
            row = {
                "position": place, "save_id": f"old{place}", "round": ROUND, "court_code": court,
                "case_no": case_no, "revision": 1, "kind": "decision", "author": "督查员甲",
                "made_at": "2016-12-29T01:00:00.000000+00:00",
                "body": chain.as_text(read_body("decision", FOUND).model_dump(mode="json")),
                "before": before,
            }  # fmt: skip
            row["hash"] = before = chain.hash_entry(row)
            if alter and place == 2:
                row["author"] = "别人"
            connection.execute(schema.old_entries.insert().values(**row))
        connection.execute(
            schema.old_drafts.insert().values(
                round=ROUND, case_no=CASE, author="督查员乙", court_code=COURT, seen=1, body="{}"
            )
        )
    engine.dispose()


def test_an_older_store_is_upgraded_to_one_chain_a_court_and_keeps_what_it_held(url):
    write_old_store(url)
    store = Store(url)
    assert store.verify() == []
    assert {court: head[0] for court, head in store.heads().items()} == {"鲁0902": 2, "鲁0911": 1}
    assert [e.case_no for e in store.entries(ROUND, COURT)] == [CASE, OLD_ROWS[2][1]]
    assert store.draft(ROUND, COURT, CASE, "督查员乙") == ({}, 1)
    decide(store, seen=1, reason="补看了案卷")
    with pytest.raises(StoreUnavailable, match="only ever added"):
        with store._begin(write=True) as connection:
            connection.execute(sa.text("DELETE FROM court_entries"))
    store.close()


def test_an_older_store_whose_history_is_not_whole_is_left_as_it_is(url):
    write_old_store(url, alter=True)
    with pytest.raises(StoreUnavailable, match="entry 2 was altered"):
        Store(url)
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert not sa.inspect(connection).has_table("court_entries")
        assert connection.scalar(sa.text("SELECT max(version) FROM desk_schema")) == 2
    engine.dispose()


def test_a_store_of_a_newer_version_is_refused(store, url):
    with store._engine.connect().execution_options(audit_write=True) as connection:
        with connection.begin():
            connection.execute(schema.schema.insert().values(version=schema.VERSION + 1))
    with pytest.raises(StoreUnavailable, match="newer version"):
        Store(url)


def test_a_desk_for_reading_shows_decisions_and_saves_nothing(store, url):
    decide(store)
    reading = Store(url, read_only=True)
    assert reading.states(ROUND, COURT) == {CASE: "decided"}
    with pytest.raises(StoreUnavailable, match="reading only"):
        decide(reading, seen=1, reason="x")
    with pytest.raises(sa.exc.DBAPIError):
        with reading._engine.connect() as connection, connection.begin():
            connection.execute(sa.text("INSERT INTO desk_schema VALUES (99)"))
    reading.close()


def test_writers_at_once_with_one_killed_lose_and_double_nothing(url):
    Store(url).close()
    ranges = {f"督查员{n}": (n * 20, n * 20 + 20) for n in range(3)}
    writers = {name: start_writer(url, name, *part) for name, part in ranges.items()}
    victim = "督查员1"
    told = [writers[victim].stdout.readline() for _ in range(9)]
    writers[victim].kill()
    done = {name: writers[name].communicate()[0] for name in writers}
    done[victim] = "".join(told) + done[victim]
    writers = {victim: start_writer(url, victim, *ranges[victim])}
    done["again"] = writers[victim].communicate()[0]
    store = Store(url)
    entries = store.entries(ROUND)
    assert len(entries) == 60
    assert len({e.case_no for e in entries}) == 60
    for name in ("督查员0", "督查员2", "again"):
        assert done[name].split()[-1] != "ready"
    assert store.verify() == []
    store.close()


@pytest.mark.postgres
def test_a_server_killed_between_saves_loses_nothing_it_confirmed(cluster):
    url = cluster.make_database()
    Store(url).close()
    writers = [start_writer(url, f"督查员{n}", n * 20, n * 20 + 20) for n in range(2)]
    for writer in writers:
        for _ in range(6):
            writer.stdout.readline()
    cluster.stop("immediate")
    cluster.start()
    ended = [writer.communicate() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], ended
    store = Store(url)
    assert len(store.entries(ROUND)) == 40
    assert store.verify() == []
    store.close()


def test_a_database_that_turned_read_only_says_so_and_keeps_its_entries(tmp_path):
    path = tmp_path / "d.sqlite"
    store = Store(f"sqlite:///{path}")
    decide(store)
    store.close()
    opened = Store(f"sqlite:///file:{path}?mode=ro&uri=true", read_only=True)
    assert len(opened.history(ROUND, COURT, CASE)) == 1
    opened.read_only = False
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match="readonly"):
        decide(opened, seen=1, reason="x")
    assert time.monotonic() - began < 10
    opened.close()


def test_a_wrong_address_is_one_clear_message():
    with pytest.raises(StoreUnavailable, match="not with `mysql`"):
        Store("mysql://localhost/x")
    with pytest.raises(StoreUnavailable, match="no address"):
        Store("not an address")


def test_a_file_that_is_moved_away_takes_nothing_until_it_is_back(tmp_path, monkeypatch):
    from audit_lib.desk import store as room

    short = room.load_desk_settings().model_copy(update={"save_seconds": 1})
    monkeypatch.setattr(room, "load_desk_settings", lambda: short)
    path = tmp_path / "d.sqlite"
    opened = Store(f"sqlite:///{path}")
    first = decide(opened)
    for file in tmp_path.iterdir():
        file.rename(tmp_path / f"away-{file.name}")
    for act in (lambda: decide(opened, seen=1, reason="补"), lambda: opened.states(ROUND, COURT)):
        with pytest.raises(StoreUnavailable, match="not there"):
            act()
    assert not path.exists()
    for file in tmp_path.iterdir():
        file.rename(tmp_path / file.name.removeprefix("away-"))
    assert opened.history(ROUND, COURT, CASE) == [first]
    second = decide(opened, seen=1, reason="补看案卷")
    opened.close()
    again = Store(f"sqlite:///{path}")
    assert again.history(ROUND, COURT, CASE) == [first, second] and again.verify() == []
    again.close()
