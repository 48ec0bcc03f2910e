"""What a run makes, keeps and refuses."""

import gc
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import small_round

from audit_lib.errors import AuditError, BadRound, BadSnapshot, CannotWrite
from audit_lib.rounds import verify_round
from audit_lib.rounds.ledger import RoundIsRunning, hold_lock, read_ledger
from audit_lib.rounds.signing import BadKey

COURTS = sorted(small_round.COURTS)


def outputs(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.relative_to(folder).parts[0] != "log"
    }


def test_a_round_holds_what_is_promised_and_nothing_else(made_once):
    names = {p.name for p in made_once.iterdir()}
    assert names == {"index.html", "manifest.json", "log", "overview", *COURTS}
    made = {p.name for p in (made_once / "鲁0902").iterdir()}
    assert made == {
        "court_audit.ipynb", "court_audit.html", "court_audit.xlsx", "check.csv", "manifest.json",
    }  # fmt: skip
    assert (made_once / "鲁0902" / "check.csv").read_text("utf-8-sig").count("\n") == 1
    assert {p.name for p in (made_once / "log").iterdir()} == {"ledger.jsonl", "lock", "prepared"}
    assert {p.name for p in made_once.parent.iterdir()} == {"r1"}


def test_every_page_allows_no_outside_source(made_once):
    pages = sorted(made_once.rglob("*.html"))
    assert {p.stem for p in pages} > {"index", "court_audit", "circular", "bulletin"}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        policy = re.search(r'http-equiv="Content-Security-Policy"\s+content="([^"]+)"', text)
        assert policy and "default-src 'none'" in policy[1], page
        assert "http" not in policy[1] and "*" not in policy[1]


def test_a_courts_folder_holds_no_other_courts_data(made_once):
    for court in COURTS:
        for path in (made_once / court).iterdir():
            text = path.read_text(encoding="utf-8", errors="replace")
            for other in COURTS:
                if other != court:
                    assert f"机密案由{other}," not in text and f"{other}执" not in text
                    assert f"court_code={other}/" not in text


def test_a_finished_round_is_not_run_again(run, finished):
    before = outputs(finished)
    second = run(lang="zh")
    assert (second.made, second.kept) == (0, 4)
    assert outputs(finished) == before
    assert verify_round(finished) == []


def test_only_what_changed_is_run_again(run, finished, notebooks, tmp_path):
    one_more = small_round.make_snapshot(tmp_path / "later", extra="机动车交通事故责任纠纷")
    second = run(snapshot=one_more)
    assert {u["court"] for u in second.units} == {"鲁0902", "overview"}
    assert second.kept == 2
    (finished / "鲁0911" / "check.csv").write_text("altered")
    third = run(snapshot=one_more)
    assert {u["court"] for u in third.units} == {"鲁0911"}
    small_round.write_notebook(notebooks / "round_overview.ipynb", "print('other')")
    assert {u["court"] for u in run(snapshot=one_more).units} == {"overview"}
    assert verify_round(finished) == []


def test_only_the_courts_named_are_run(run):
    result = run(courts=["鲁0902"])
    assert {u["court"] for u in result.units} == {"鲁0902", "overview"}
    assert verify_round(result.folder) == []


def test_one_courts_failure_stops_nobody_and_stands_first(run, notebooks):
    failing = f"{small_round.COUNT}\nassert court != '鲁0911', 'a <b>fault</b>'"
    small_round.write_notebook(notebooks / "court_audit.ipynb", failing)
    result = run()
    assert [f["court"] for f in result.failures] == ["鲁0911"]
    assert result.failures[0]["cell"] == 3
    assert not result.complete
    assert "a <b>fault</b>" in result.summary.splitlines()[1]
    # What had been made beside the kernel goes with its failure.
    left = {p.name for p in (result.folder / "鲁0911").iterdir()}
    assert left == {"court_audit.ipynb", "court_audit.html", "manifest.json"}
    index = result.index.read_text(encoding="utf-8")
    assert index.index("a &lt;b&gt;fault") < index.index('id="part-courts"')
    assert "<b>fault" not in index
    assert verify_round(result.folder) == []
    small_round.write_notebook(notebooks / "court_audit.ipynb", small_round.COUNT)
    assert run().failures == []


def test_a_court_that_cannot_be_judged_fails_alone(run):
    def judge(snapshot, round_, frames):
        # Whose tables are made: alone, the others are only in sight.
        if "鲁0911" in snapshot.made_for:
            raise ValueError("a row cannot be judged")
        return small_round.count_events(snapshot, round_, frames)

    result = run(steps={"check": judge})
    assert [(f["court"], f["files"]) for f in result.failures] == [("鲁0911", {})]
    assert "cannot be judged" in result.failures[0]["error"]
    assert verify_round(result.folder) == []
    assert {p.name for p in (result.folder / "鲁0911").iterdir()} == {"manifest.json"}
    assert run().failures == []
    assert verify_round(result.folder) == []


def test_a_fault_tells_a_court_nothing_of_what_the_cell_had_in_hand(run, notebooks):
    # Put together from two pieces, so that the code itself does not hold the words.
    failing = f"{small_round.COUNT}\nprint('王' + '秘密')\nraise ValueError('李' + '机密')"
    small_round.write_notebook(notebooks / "court_audit.ipynb", failing)
    result = run(audience="court", courts=["鲁0902"])
    assert result.failures[0]["cell"] == 3
    assert not (result.folder / "log" / "tables").exists()
    for path in result.folder.rglob("*.*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            assert "王秘密" not in text and "李机密" not in text, path


def test_a_court_without_cases_has_its_report(run, tmp_path):
    received = small_round.write_record(tmp_path / "received")
    with open(received / "courts.csv", "a", encoding="utf-8") as stream:
        stream.write("鲁0921,宁阳县人民法院,基层,鲁09\n")
    small_round.receive(received, tmp_path / "snapshot")
    result = run(snapshot=tmp_path / "snapshot")
    assert result.failures == [] and verify_round(result.folder) == []
    assert (result.folder / "鲁0921" / "court_audit.html").exists()


def test_a_second_run_of_the_same_round_is_refused(run, finished):
    with hold_lock(finished / "log"):
        with pytest.raises(RoundIsRunning, match=f"process {os.getpid()}"):
            run()
    assert run().failures == []


def test_a_lock_that_a_killed_run_left_is_taken_over(run, finished):
    (finished / "log" / "lock").write_text(" process 1 on elsewhere")
    assert run().kept == 4


def test_the_ledger_survives_a_torn_line(run, finished):
    log = finished / "log"
    with open(log / "ledger.jsonl", "ab") as stream:
        stream.write(b'{"at": "2016')
    assert next(e["event"] for e in read_ledger(log)) == "started"
    assert run().made == 0
    assert [e["event"] for e in read_ledger(log)][-2:] == ["started", "finished"]


def test_an_unknown_court_is_refused_before_anything_is_made(run, tmp_path):
    with pytest.raises(BadRound, match="鲁0999"):
        run(courts=["鲁0999"])
    wrong = small_round.write_round(tmp_path / "w.yaml", courts=["鲁0999"])
    with pytest.raises(BadRound, match="鲁0999"):
        run(round_path=wrong)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "cell",
    [
        'court: str = "x"',
        small_round.PARAMETERS + "\nextra: int = 1  # 多余",
        small_round.PARAMETERS.replace('as_of: str = "2016-12-28"', "as_of: int = 3"),
        'court="x"; open("PWNED","w")',
    ],
    ids=["lacks-one", "wants-more", "ill-typed", "code"],
)
def test_a_notebook_that_takes_other_parameters_is_refused(run, notebooks, tmp_path, cell):
    small_round.write_notebook(notebooks / "round_overview.ipynb", parameters=cell)
    with pytest.raises(BadRound, match="round_overview"):
        run()
    assert not (tmp_path / "out").exists()


def test_a_missing_snapshot_is_one_clear_message(run, tmp_path):
    with pytest.raises(BadSnapshot):
        run(snapshot=tmp_path / "nothing")
    assert not (tmp_path / "out").exists()


def test_an_altered_snapshot_is_refused(run, snapshot, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(snapshot, copy)
    file = next(copy.glob("events/*/*.parquet"))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(BadSnapshot, match="altered"):
        run(snapshot=copy)


def test_no_workers_are_refused(run):
    with pytest.raises(AuditError, match="at least one"):
        run(workers=0)


def test_an_output_folder_that_cannot_be_written_is_one_clear_message(run, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match="could not be written"):
        run(out=tmp_path / "file")


def test_an_output_folder_that_is_removed_meanwhile_is_one_clear_message(run, notebooks, tmp_path):
    removing = f"import shutil; shutil.rmtree({str(tmp_path / 'out')!r})"
    small_round.write_notebook(notebooks / "court_audit.ipynb", removing)
    with pytest.raises(CannotWrite, match="same command again"):
        run()
    small_round.write_notebook(notebooks / "court_audit.ipynb", small_round.COUNT)
    assert run().failures == []


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs to mount a tmpfs")
def test_a_full_or_read_only_disk_is_one_clear_message_and_leaves_no_half_file(run, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", small], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a tmpfs cannot be mounted here")
    try:
        with pytest.raises(CannotWrite):
            run(out=small)
        assert not list(small.rglob("*.part"))
        for court in COURTS:
            folder = small / "r1" / court
            assert not folder.exists() or verify_round(folder) == []
        gc.collect()  # the error's frames hold the file that could not be written
        subprocess.run(["mount", "-o", "remount,ro", small], check=True)
        with pytest.raises(CannotWrite, match="could not be written"):
            run(out=small)
        subprocess.run(["mount", "-o", "remount,rw,size=64m", small], check=True)
        assert run(out=small).failures == []
        assert verify_round(small / "r1") == []
    finally:
        subprocess.run(["umount", small], check=True)


def test_the_rounds_are_chained_in_order_of_their_days(run, finished, tmp_path):
    later = small_round.write_round(tmp_path / "r2.yaml", name="r2", as_of="2017-01-28")
    second = run(round_path=later)
    content = json.loads((second.folder / "manifest.json").read_bytes())
    assert content["previous"]["round"] == "r1"
    assert verify_round(second.folder) == []
    data = (finished / "manifest.json").read_bytes()
    (finished / "manifest.json").write_bytes(data.replace(b"r1", b"rX", 1))
    assert [f.code for f in verify_round(second.folder)] == ["broken_link"]


def test_a_round_is_signed_and_the_signature_counts(run, finished, tmp_path):
    key, public = small_round.write_keys(tmp_path)
    result = run(key=key)
    assert result.made == 0 and verify_round(finished, public) == []
    _, other = small_round.write_keys(tmp_path / "other")
    assert [f.code for f in verify_round(finished, other)] == ["bad_signature"]
    signature = finished / "manifest.sig"
    whole = signature.read_bytes()
    for place in range(len(whole)):
        data = bytearray(whole)
        data[place] ^= 1
        signature.write_bytes(data)
        assert [f.path for f in verify_round(finished)] == ["manifest.sig"], place
    signature.unlink()
    assert [f.code for f in verify_round(finished)] == ["missing"]
    assert run().made == 0 and verify_round(finished) == []
    assert [f.code for f in verify_round(finished, public)] == ["missing"]


def test_a_key_that_others_can_read_signs_nothing(run, tmp_path):
    key, _ = small_round.write_keys(tmp_path)
    key.chmod(0o644)
    with pytest.raises(BadKey, match="chmod 600"):
        run(key=key)
    key.chmod(0o600)
    key.write_text("no key")
    with pytest.raises(BadKey, match="no private key"):
        run(key=key)
    with pytest.raises(BadKey, match="cannot be read"):
        run(key=tmp_path / "none.pem")
    assert not (tmp_path / "out").exists()
