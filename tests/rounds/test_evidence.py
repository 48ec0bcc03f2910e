import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from audit_lib.cli import main
from audit_lib.rounds import evidence
from audit_lib.rounds.evidence import hash_bytes, hash_tree, seal_manifest, verify_round
from audit_lib.rounds.handing_out import hand_out_verifier

COURTS = ["鲁0902", "鲁0911"]


@pytest.fixture
def finished(tmp_path) -> Path:
    """A finished round, as the runner leaves it, without having run one."""
    folder = tmp_path / "out" / "r1"
    courts = {}
    for court in COURTS:
        (folder / court).mkdir(parents=True)
        (folder / court / "court_audit.html").write_text(f"<p>{court}</p>", encoding="utf-8")
        (folder / court / "check.csv").write_text("case_no\n1\n")
        content = {"kind": "court", "court_code": court, "outputs": hash_tree(folder / court)}
        sealed = seal_manifest(content)
        (folder / court / "manifest.json").write_bytes(sealed)
        courts[court] = {"manifest": hash_bytes(sealed), "state": "done"}
    (folder / "index.html").write_text("<p>index</p>")
    outputs = {"index.html": evidence.hash_file(folder / "index.html")}
    content = {"kind": "round", "courts": courts, "outputs": outputs, "previous": None}
    (folder / "manifest.json").write_bytes(seal_manifest(content))
    (folder / "log").mkdir()
    (folder / "log" / "ledger.jsonl").write_text("{}\n")
    return folder


def files(folder: Path) -> list[Path]:
    every = sorted(p for p in folder.rglob("*") if p.is_file())
    return [p for p in every if p.relative_to(folder).parts[0] != "log"]


def test_an_untouched_round_verifies_and_so_does_each_court_alone(finished):
    assert verify_round(finished) == []
    assert verify_round(finished / "鲁0902") == []


def test_every_random_change_is_found_and_names_its_file(made_once, tmp_path):
    """``AUDIT_ALTERATIONS=300`` in the environment alters more often."""
    folder = Path(shutil.copytree(made_once, tmp_path / "r1"))
    chance = random.Random(20161228)
    for number in range(int(os.environ.get("AUDIT_ALTERATIONS", "60"))):
        path = chance.choice(files(folder))
        kind = chance.choice(["flip", "delete", "add", "cut", "grow"])
        whole = path.read_bytes()
        data = bytearray(whole)
        named = path
        if kind == "flip":
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            path.write_bytes(data)
        elif kind == "delete":
            path.unlink()
        elif kind == "add":
            named = path.with_name(f"new{number}.txt")
            named.write_text("")
        elif kind == "cut":
            path.write_bytes(data[:-1])
        else:
            path.write_bytes(data + b" ")
        found = {fault.path for fault in verify_round(folder)}
        assert named.relative_to(folder).as_posix() in found, (kind, path)
        path.write_bytes(whole)
        if kind == "add":
            named.unlink()
    assert verify_round(folder) == []


def test_every_single_byte_of_a_manifest_counts(finished):
    path = finished / "manifest.json"
    whole = path.read_bytes()
    for place in range(len(whole)):
        data = bytearray(whole)
        data[place] ^= 0x20
        path.write_bytes(data)
        assert verify_round(finished), place


def test_what_stands_in_the_log_is_not_hashed(finished):
    (finished / "log" / "ledger.jsonl").write_text("anything")
    assert verify_round(finished) == []


def test_a_link_in_place_of_a_file_is_found(finished):
    path = finished / "鲁0902" / "check.csv"
    path.rename(finished / "log" / "check.csv")
    path.symlink_to("../log/check.csv")
    assert [f.path for f in verify_round(finished)] == ["鲁0902/check.csv"]


def test_a_manifest_with_a_key_twice_is_found(finished):
    path = finished / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'{\n "courts"', b'{\n "kind": "x",\n "courts"', 1))
    assert [f.code for f in verify_round(finished)] == ["altered"]


def test_what_is_handed_out_needs_the_standard_library_alone(finished, tmp_path):
    alone = hand_out_verifier(tmp_path / "verify.py")
    command = [sys.executable, "-I", "-S", alone, str(finished)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0 and "一致" in done.stdout.decode()
    (finished / "鲁0911" / "court_audit.html").unlink()
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 1
    assert "missing\t鲁0911/court_audit.html\t缺失" in done.stderr.decode()
    command[-1] = str(finished / "鲁0902")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_the_command_names_each_file_and_says_that_nobody_signed(finished, tmp_path):
    call = CliRunner().invoke
    done = call(main, ["verify", str(finished)])
    assert done.exit_code == 0 and "没有签名" in done.output
    (finished / "鲁0902" / "check.csv").write_text("x")
    done = call(main, ["verify", str(finished), "--lang", "en"])
    assert done.exit_code == 1 and "鲁0902/check.csv was altered" in done.output
    assert call(main, ["verify"]).exit_code == 2
    assert call(main, ["verify", "--hand-out", str(tmp_path / "v.py")]).exit_code == 0
    assert (tmp_path / "v.py").exists()
