"""The house itself: imports one way, one list of dependencies, nothing of a machine in the tree."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml


def test_imports_go_one_way_and_engines_stay_in_their_rooms(root):
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))],
        cwd=root, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_environment_and_lock_agree_with_pyproject(root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    named = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    wanted = {re.match(r"[\w.-]+", line)[0].lower().replace("_", "-") for line in named}
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    locked = {m.lower().replace("_", "-") for m in re.findall(r"^([\w.-]+)==", lock, re.M)}
    assert wanted <= locked
    assert "://" not in lock and "--index" not in lock
    environment = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    assert f"python{project['project']['requires-python']}" in environment["dependencies"]
    assert {"pip": ["-r requirements.lock", "-e ."]} in environment["dependencies"]


def test_real_records_stay_out_of_git(root):
    listed = subprocess.run(
        ["git", "ls-files", "data"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split()
    assert all(name.startswith(("data/sample/", "data/README")) for name in listed)


def test_readme_names_commands_that_exist(root):
    from audit_lib.cli import main

    text = (root / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`audit ([a-z-]+)", text))
    assert named <= set(main.commands)
    assert {"check", "round", "verify", "desk"} <= named


def test_every_test_of_the_tree_is_on_the_list_of_paths(root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    listed = project["tool"]["pytest"]["ini_options"]["testpaths"]
    for path in (root / "tests").rglob("test_*.py"):
        name = path.relative_to(root).as_posix()
        assert any(name == given or name.startswith(given + "/") for given in listed), name


def test_charts_and_notebooks_are_read_without_grammars_for_addresses():
    """They are 1.5 s of every process; jsonschema would build them where they are installed."""
    code = "import audit_lib, altair, nbformat, sys; sys.exit('lark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
