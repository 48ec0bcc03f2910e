import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audit_lib.rounds import evidence
from audit_lib.rounds.evidence import hash_bytes, hash_tree, seal_manifest, verify_round

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


def test_every_random_change_is_found_and_names_its_file(finished, tmp_path):
    chance = random.Random(20161228)
    for number in range(300):
        copy = tmp_path / "copies" / str(number)
        shutil.copytree(finished, copy)
        path = chance.choice(files(copy))
        kind = chance.choice(["flip", "delete", "add", "cut", "grow"])
        data = bytearray(path.read_bytes())
        if kind == "flip":
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            path.write_bytes(data)
        elif kind == "delete":
            path.unlink()
        elif kind == "add":
            path = path.with_name(f"new{number}.txt")
            path.write_text("")
        elif kind == "cut":
            path.write_bytes(data[:-1])
        else:
            path.write_bytes(data + b" ")
        named = {fault.path for fault in verify_round(copy)}
        assert path.relative_to(copy).as_posix() in named, (kind, path)
        shutil.rmtree(copy)


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


def test_it_runs_with_the_standard_library_alone(finished, tmp_path):
    alone = shutil.copy(evidence.__file__, tmp_path / "evidence.py")
    command = [sys.executable, "-I", "-S", alone, str(finished)]
    assert subprocess.run(command, check=False).returncode == 0
    (finished / "鲁0911" / "court_audit.html").unlink()
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 1
    assert "鲁0911/court_audit.html" in done.stderr.decode("utf-8", "replace")
