"""A team reads its courts and no others: tried as a user of the system and of the database."""

import os
import pwd
import shutil
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
import sqlalchemy as sa
from desk_round import COURT, DAY, EARLIER, ROUND, need

from audit_lib.desk import Store, build_queue, open_data
from audit_lib.desk.teams import BadTeam, grant_courts, share_desk, share_tree
from audit_lib.errors import AuditError, UnknownCode
from audit_lib.record import open_snapshot

OTHER = "鲁0911"
TEAMS = {"audit_east": [COURT], "audit_west": [OTHER]}
USERS = {"audit_t_east": "audit_east", "audit_t_west": "audit_west"}
FOUND = {
    "issues": ["passive"],
    "examined": ["passive"],
    "note": "见卷",
    "inspected_on": "2016-12-29",
}


@pytest.fixture(scope="module")
def users():
    """Make two groups and two users of the system for these tests alone."""
    able = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("useradd")
    need(able, "only root can make the two users that the teams are tried with")
    made = []
    try:
        for user, group in USERS.items():
            subprocess.run(["groupadd", "-f", group], check=True)
            subprocess.run(["useradd", "-M", "-N", "-g", group, "-s", "/bin/sh", user], check=True)
            made.append(user)
        yield list(USERS)
    finally:
        for user in made:
            subprocess.run(["userdel", user], check=False, capture_output=True)
        for group in TEAMS:
            subprocess.run(["groupdel", group], check=False, capture_output=True)


@pytest.fixture(scope="module")
def shared(users, place):
    """Hand a copy of the prepared round over to two teams, in a folder open to both."""
    base = Path(
        subprocess.check_output(["mktemp", "-d", "/tmp/desk-teams-XXXXXX"], text=True).strip()
    )
    base.chmod(0o755)
    shutil.copytree(place / "record", base / "record")
    (tables,) = (place / "desk" / "tables").iterdir()
    shutil.copytree(tables, base / "desk" / "tables" / tables.name)
    (base / "record").chmod(0o755)
    share_desk(base / "record" / DAY, base / "desk" / "tables" / tables.name, base / "desk", TEAMS)
    yield base, base / "desk" / "tables" / tables.name
    shutil.rmtree(base)


def run_as(user: str, act) -> None:
    """Run a function in a child that is that user and nothing else; its failure is ours."""
    account = pwd.getpwnam(user)
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([account.pw_gid])
            os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
            os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)
            act()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, "see the error above"


def open_shared(base, tables):
    """Open the desk's data as whoever runs, from the shared folder."""
    from audit_lib.desk.data import DeskData
    from audit_lib.inspection import load_round
    from audit_lib.parameters import parameters_folder

    known = open_snapshot(base / "record" / DAY, courts=[])
    codes = [c for c in known.manifest["courts"] if os.access(tables / c, os.R_OK | os.X_OK)]
    round_ = load_round(parameters_folder() / "rounds" / f"{ROUND}.yaml")
    return DeskData(tables, round_, base / "record" / DAY, dict.fromkeys(codes, "院"))


def test_each_user_opens_the_own_court_and_no_call_opens_the_others(shared):
    base, tables = shared
    # What was imported stays usable to a user who may not read where it lies.
    build_queue(open_shared(base, tables), COURT)

    def act_for(mine, other):
        def act():
            data = open_data(base / "record" / DAY, ROUND, base / "desk")
            assert list(data.courts) == [mine]
            case_no = build_queue(data, mine)["case_no"].iloc[0]
            assert len(data.case(mine, case_no)["events"])
            for wrong in (lambda: data.court(other), lambda: build_queue(data, other)):
                with pytest.raises(UnknownCode):
                    wrong()
            data.courts[other] = "forced in"
            with pytest.raises(AuditError):
                data.court(other)
            with pytest.raises((AuditError, OSError)):
                open_snapshot(base / "record" / DAY, [other]).read("cases")
            with pytest.raises((AuditError, OSError)):
                open_snapshot(base / "record" / DAY).read("events")
            assert len(open_snapshot(base / "record" / DAY, [mine]).read("cases"))

        return act

    run_as("audit_t_east", act_for(COURT, OTHER))
    run_as("audit_t_west", act_for(OTHER, COURT))


def test_no_path_of_another_court_can_be_listed_read_or_written(shared):
    base, tables = shared
    theirs = [p for p in base.rglob("*") if OTHER in str(p) or p.name == "problems.csv"]
    theirs = [p for p in theirs if "/courts/" not in str(p)]
    unplaced = [p for p in base.rglob("court_code=__*") if "/courts/" not in str(p)]
    own = [p for p in tables.rglob("*") if COURT in str(p) and p.is_file()]
    assert len(theirs) > 20 and len(own) > 20

    def act():
        for path in [*theirs, *unplaced]:
            with pytest.raises(OSError):
                list(path.iterdir()) if path.is_dir() else path.read_bytes()
            with pytest.raises(OSError):
                (path / "x" if path.is_dir() else path).write_bytes(b"")
        for path in own:
            assert path.read_bytes() is not None
            with pytest.raises(OSError):
                path.write_bytes(b"")
        with pytest.raises(OSError):
            list((base / "desk" / "teams" / "audit_west").iterdir())

    run_as("audit_t_east", act)


def test_what_lies_beside_is_handed_over_too_and_nothing_unknown_is_open(users, place):
    """A later snapshot, tables of another day, a round's results: not only what is asked for."""
    base = Path(
        subprocess.check_output(["mktemp", "-d", "/tmp/desk-beside-XXXXXX"], text=True)[:-1]
    )
    base.chmod(0o755)
    try:
        layout = {
            "record/2016-12-28/manifest.json": "open", "record/2016-12-28/notes.txt": "none",
            f"record/2016-12-28/cases/court_code={COURT}/a": "east",
            "record/2016-12-28/courts/part-0.parquet": "open",
            f"record/2017-03-28/cases/court_code={OTHER}/a": "west",
            "record/2017-03-28/manifest.json": "open",
            f"record/2015-01-28/events/court_code={OTHER}/a": "west",
            "record/2015-01-28/manifest.json": "open",
            f"record/.2017-04-28.begun/cases/court_code={OTHER}/a": "none",
            "tables/one/complete": "open", f"tables/one/{OTHER}/desk/court.json": "west",
            "tables/old/complete": "open", f"tables/old/{OTHER}/desk/court.json": "west",
            "tables/old/鲁0999/round.json": "none", f"tables/.new/{OTHER}/a": "none",
            f"rounds/2016-12/{COURT}/report.html": "east", "rounds/2016-12/index.html": "none",
            "rounds/2016-12/manifest.json": "none", f"rounds/2016-12/{OTHER}/a.pdf": "west",
        }  # fmt: skip
        for name in layout:
            (base / name).parent.mkdir(parents=True, exist_ok=True)
            (base / name).write_text("x", encoding="utf-8")
        given = (base / "record/2016-12-28", base / "tables/one", base / "desk", TEAMS)
        share_desk(*given, rounds=base / "rounds")

        def act_for(mine):
            def act():
                for name, whose in layout.items():
                    if whose in ("open", mine):
                        assert (base / name).read_text("utf-8") == "x"
                    else:
                        with pytest.raises(OSError):
                            (base / name).read_text("utf-8")

            return act

        run_as("audit_t_east", act_for("east"))
        run_as("audit_t_west", act_for("west"))
        (base / "record/2016-12-28/link").symlink_to("/etc")
        with pytest.raises(BadTeam, match="leads elsewhere"):
            share_desk(*given)
        assert os.stat("/etc").st_mode & 0o777 == 0o755
        assert os.stat(base / "record/2016-12-28").st_mode & 0o077 == 0
    finally:
        shutil.rmtree(base)


def test_no_variable_and_no_other_way_in_shows_another_court(shared, root):
    """Try, as one team's user, what a person with a shell might: each must end at the system."""
    import duckdb
    import pandas as pd

    from audit_lib.desk.laying import LaidCourt
    from audit_lib.desk.preparing import find_earlier
    from audit_lib.desk.store import find_store
    from audit_lib.record import compare_snapshots
    from audit_lib.report import load_court

    base, tables = shared
    build_queue(open_shared(base, tables), COURT)
    own_parameters = base / "own-parameters"
    shutil.copytree(root / "parameters", own_parameters, dirs_exist_ok=True)

    def act():
        record, before, other = base / "record" / DAY, base / "record" / EARLIER, tables / OTHER
        scratch = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
        (scratch / "link").symlink_to(other)
        (scratch / "tables").mkdir()
        (scratch / "tables" / tables.name).symlink_to(tables)
        os.environ["AUDIT_PARAMETERS"] = str(own_parameters)
        assert find_earlier(open_snapshot(record, []), [OTHER]) == []
        ways = {
            "a link": lambda: LaidCourt(scratch / "link"),
            "a way round": lambda: LaidCourt(tables / COURT / ".." / OTHER),
            "the tables": lambda: load_court(other),
            "another folder": lambda: open_data(record, ROUND, scratch).court(OTHER),
            "the court by name": lambda: open_data(record, ROUND, base / "desk", [OTHER]),
            "parameters of one's own": lambda: open_data(record, ROUND, scratch / "new"),
            "the snapshot": lambda: open_snapshot(record).read("events"),
            "an earlier snapshot": lambda: open_snapshot(before, [OTHER]).read("cases"),
            "a comparison": lambda: compare_snapshots(open_snapshot(before), open_snapshot(record)),
            "parquet": lambda: pd.read_parquet(record / "events" / f"court_code={OTHER}"),
            "all of parquet": lambda: pd.read_parquet(record / "petitions"),
            "sql": lambda: duckdb.sql(
                f"SELECT count(*) FROM read_parquet('{record}/cases/*{OTHER}/*.parquet')"
            ).fetchall(),
            "a relative path": lambda: (tables / COURT / ".." / OTHER / "round.json").read_bytes(),
            "another team's store": lambda: find_store(),
            "a copy": lambda: shutil.copytree(other, scratch / "copy"),
            "a hard link": lambda: os.link(other / "round.json", scratch / "hard"),
        }
        os.environ["AUDIT_DESK_FOLDER"] = str(base / "desk" / "teams" / "audit_west")
        for name, way in ways.items():
            try:
                found = way()
            except (AuditError, OSError, duckdb.Error):
                continue
            codes = {*getattr(found, "courts", {})} if name == "another folder" else {OTHER}
            assert OTHER not in codes, f"{name} leads to {OTHER}: {found!r}"[:300]
        shutil.rmtree(scratch)

    run_as("audit_t_east", act)


def test_with_sqlite_each_team_keeps_its_decisions_where_the_other_cannot(shared, monkeypatch):
    base, _ = shared

    def write():
        os.umask(0o007)
        store = Store(f"sqlite:///{base}/desk/teams/audit_east/decisions.sqlite")
        store.save("decision", ROUND, COURT, "案1", "甲", FOUND, 0)
        store.close()

    def pry():
        with pytest.raises(AuditError):
            Store(f"sqlite:///{base}/desk/teams/audit_east/decisions.sqlite")
        with pytest.raises(AuditError):
            Store(f"sqlite:///{base}/desk/teams/audit_east/decisions.sqlite", read_only=True)

    run_as("audit_t_east", write)
    run_as("audit_t_west", pry)


def test_a_group_that_is_missing_is_one_clear_message(tmp_path):
    with pytest.raises(BadTeam, match="groupadd nobody_has_this"):
        share_tree(tmp_path, {"nobody_has_this": [COURT]})


@pytest.mark.postgres
def test_a_role_sees_and_writes_its_courts_alone_by_any_statement(cluster):
    url = cluster.make_database()
    office = Store(url)
    for court in (COURT, OTHER):
        office.save("decision", ROUND, court, f"案{court}", "甲", FOUND, 0)
        office.keep_draft(ROUND, court, f"案{court}", "甲", {"note": court}, 1)
    grant_courts(office, TEAMS)
    for user, team in USERS.items():
        with office._begin(write=True) as connection:
            known = connection.scalar(sa.text(f"SELECT 1 FROM pg_roles WHERE rolname = '{user}'"))
            if not known:
                connection.execute(sa.text(f"CREATE ROLE {user} LOGIN IN ROLE {team}"))
    grant_courts(office, TEAMS)  # a second time changes nothing
    east = Store(url.replace("desk@", "audit_t_east@"))
    assert [e.court_code for e in east.entries(ROUND)] == [COURT]
    assert east.states(ROUND, OTHER) == {} and east.count_decided(ROUND) == {COURT: 1}
    assert east.history(ROUND, OTHER, f"案{OTHER}") == []
    assert east.draft(ROUND, OTHER, f"案{OTHER}", "甲") is None
    assert set(east.heads()) == {COURT} and east.verify() == []
    mine = "audit_t_east"
    east.save("decision", ROUND, COURT, "案2", mine, FOUND, 0)
    assert east.keep_draft(ROUND, COURT, "案3", mine, {"note": "一"}, 0)
    assert east.keep_draft(ROUND, COURT, "案3", mine, {"note": "二"}, 0, {"note": "一"})
    with pytest.raises(AuditError, match="row-level security"):
        east.save("decision", ROUND, OTHER, "案3", mine, FOUND, 0)
    with pytest.raises(AuditError):
        east.keep_draft(ROUND, OTHER, "案3", mine, {}, 0)
    # Nor under a colleague's name, in the own court.
    with pytest.raises(AuditError, match="row-level security"):
        east.save("decision", ROUND, COURT, "案4", "audit_t_west", FOUND, 0)
    with pytest.raises(AuditError):
        east.keep_draft(ROUND, COURT, "案4", "audit_t_west", {}, 0)
    statements = {
        "SELECT count(*) FROM court_entries WHERE court_code <> :mine": 0,
        "SELECT count(*) FROM court_drafts WHERE court_code <> :mine": 0,
        "SELECT count(*) FROM desk_courts WHERE court_code <> :mine": 0,
    }
    forbidden = [
        "INSERT INTO desk_courts VALUES ('audit_east', :other)",
        "UPDATE desk_courts SET court_code = :other",
        "DELETE FROM court_entries",
        "UPDATE court_entries SET author = 'x'",
        "UPDATE court_drafts SET author = 'x'",
        "DROP POLICY own_hand_insert ON court_entries",
        "ALTER TABLE court_entries DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own_courts ON court_entries",
        "SET ROLE audit_west",
        "SET ROLE desk",
        "SET SESSION AUTHORIZATION desk",
        "SET row_security = off; SELECT * FROM court_entries",
        "COPY court_entries TO PROGRAM 'cat'",
        "CREATE FUNCTION see() RETURNS bigint LANGUAGE sql SECURITY DEFINER "
        "AS 'SELECT count(*) FROM court_entries'",
    ]
    with office._engine.begin() as connection:
        connection.execute(sa.text("ANALYZE court_entries, court_drafts"))
    statements["SELECT count(*) FROM pg_stats WHERE tablename LIKE 'court_%'"] = 0
    leak = (
        "CREATE FUNCTION pg_temp.tell(said text) RETURNS bool LANGUAGE plpgsql COST 0.0001 "
        "AS 'BEGIN RAISE NOTICE ''%'', said; RETURN true; END'"
    )
    with east._engine.connect() as connection:
        # A function that tells every row it is asked about is asked about the own rows alone.
        told = []
        connection.connection.driver_connection.add_notice_handler(
            lambda notice: told.append(notice.message_primary)
        )
        connection.execute(sa.text(leak))
        for table in ("court_entries", "court_drafts"):
            connection.execute(sa.text(f"SELECT count(*) FROM {table} WHERE pg_temp.tell(case_no)"))
        assert told and all(OTHER not in said for said in told)
    with east._engine.connect() as connection:
        for line, wanted in statements.items():
            assert connection.scalar(sa.text(line), {"mine": COURT}) == wanted
    for line in forbidden:
        with pytest.raises(sa.exc.DBAPIError), east._engine.begin() as connection:
            for part in line.split("; "):
                given = {"other": OTHER} if ":other" in part else {}
                connection.execute(sa.text(part), given)
    assert office.verify() == [] and office.count_decided(ROUND) == {COURT: 2, OTHER: 1}
    reading = Store(url.replace("desk@", "audit_t_west@"), read_only=True)
    assert [e.court_code for e in reading.entries(ROUND)] == [OTHER]
    for store in (east, reading, office):
        store.close()


def test_teams_that_share_a_court_are_refused(tmp_path, monkeypatch, root):
    from audit_lib.desk.settings import load_desk_settings
    from audit_lib.errors import BadParameterFile

    shutil.copytree(root / "parameters", tmp_path / "parameters")
    path = tmp_path / "parameters" / "desk.yaml"
    text = path.read_text(encoding="utf-8")
    assert "\nteams: {}" in text
    teams = "\nteams: {audit_east: [鲁0902], audit_west: [鲁0902]}"
    path.write_text(text.replace("\nteams: {}", teams), encoding="utf-8")
    monkeypatch.setenv("AUDIT_PARAMETERS", str(tmp_path / "parameters"))
    with pytest.raises(BadParameterFile, match="stands in teams"):
        load_desk_settings()


def test_an_account_belongs_to_one_team(tmp_path, monkeypatch, root):
    from audit_lib.desk.hub import team_of
    from audit_lib.desk.teams import BadTeam

    shutil.copytree(root / "parameters", tmp_path / "parameters")
    path = tmp_path / "parameters" / "desk.yaml"
    teams = "\nteams: {audit_hub_east: [鲁0902], audit_hub_west: [鲁0911]}"
    path.write_text(path.read_text("utf-8").replace("\nteams: {}", teams), "utf-8")
    monkeypatch.setenv("AUDIT_PARAMETERS", str(tmp_path / "parameters"))
    assert team_of(["users", "audit_hub_west"]) == "audit_hub_west"
    for groups in ([], ["users"], ["audit_hub_east", "audit_hub_west"]):
        with pytest.raises(BadTeam):
            team_of(groups)
