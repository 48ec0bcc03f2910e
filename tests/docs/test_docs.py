"""The pages of the docs: generated ones are current, links live, commands in them work."""

import re
import runpy
import shlex

import click
import pytest
from click.testing import CliRunner

from audit_lib.cli import main
from audit_lib.cli.words import command_words, option_words

PAGES = ("README.md", "README.zh-CN.md", "CONTRIBUTING.md")
# Set by the program for its own processes.
OWN_VARIABLES = {"AUDIT_DESK_READERS", "AUDIT_WARM_SOCKET", "AUDIT_DRAWINGS"}


@pytest.fixture(scope="session")
def generator(root):
    return runpy.run_path(str(root / "docs" / "generate.py"))


def pages(root):
    return [root / name for name in PAGES] + sorted((root / "docs").rglob("*.md"))


def test_the_reference_is_what_the_code_says_today(generator):
    for lang, path in generator["PAGES"].items():
        again = "run: python3 tasks.py docs"
        assert path.read_text(encoding="utf-8") == generator["build_page"](lang), again


def test_every_licence_is_listed_and_none_is_strong_copyleft(generator):
    page = generator["LICENCES"].read_text(encoding="utf-8")
    for name, said in generator["list_licences"]().items():
        assert re.search(rf"\b{re.escape(name)}\b", page), f"{name}: run python3 tasks.py docs"
        strong = re.search(r"(?<!L)GPL|General Public", said or "") and "Lesser" not in said
        assert not strong, f"{name}: {said}"


def test_every_link_between_pages_leads_somewhere(root):
    dead = []
    for page in pages(root):
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                dead.append(f"{page.relative_to(root)}: {target}")
    assert not dead


def test_every_test_that_a_page_names_exists(root):
    for page in pages(root):
        for place in re.findall(r"`(tests/[\w./*-]+)`", page.read_text(encoding="utf-8")):
            assert list(root.glob(place.rstrip("/"))), f"{page.name}: {place}"


def test_every_variable_of_the_environment_is_described_and_no_other(root):
    code = "".join(p.read_text(encoding="utf-8") for p in (root / "audit_lib").rglob("*.py"))
    read = set(re.findall(r"\"(AUDIT_[A-Z_]+)\"", code))
    page = (root / "docs" / "office.zh-CN.md").read_text(encoding="utf-8")
    described = set(re.findall(r"`(AUDIT_[A-Z_]+)`", page))
    assert read - described <= OWN_VARIABLES
    assert described - read <= {"AUDIT_NO_SKIPS", "AUDIT_FUZZ"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_and_option_explains_itself_in_both_languages(lang):
    asked = {name: [name, "--lang", lang, "--help"] for name in main.commands}
    for name, words in {**asked, "audit": ["--lang", lang, "--help"]}.items():
        said = CliRunner().invoke(main, words).output
        assert command_words(name, lang)[:8] in said
        assert bool(re.search("[\u4e00-\u9fff]{4}", said)) == (lang == "zh"), said
    for name, command in main.commands.items():
        for option in command.params:
            if isinstance(option, click.Option):
                assert option_words(name, option.name, lang)


def shown_commands(text, kinds=("", "console")):
    kind = None
    for line in text.splitlines():
        if line.startswith("```"):
            kind = None if kind is not None else line[3:].strip()
        elif kind in kinds:
            found = re.match(r"(?:\$ )?audit (.*?)(?:\s+#.*)?$", line.strip())
            if found:
                yield shlex.split(found[1])


def test_every_command_that_a_page_shows_is_understood(root):
    seen = set()
    for page in pages(root):
        for words in shown_commands(page.read_text(encoding="utf-8")):
            command = main.commands[words[0]]
            with click.Context(command) as context:
                command.parse_args(context, [w for w in words[1:] if w not in ("…",)])
            seen.add(words[0])
    assert {"ingest", "check", "petitions", "campaign", "round", "verify"} <= seen


def test_the_guide_can_be_followed_on_the_sample(root, tmp_path, monkeypatch):
    from audit_lib.record.sample import make_sample

    make_sample(tmp_path / "data" / "sample", cases=32)
    (tmp_path / "parameters").symlink_to(root / "parameters")
    monkeypatch.chdir(tmp_path)
    text = (root / "docs" / "guide.zh-CN.md").read_text(encoding="utf-8")
    done = []
    for words in shown_commands(text, ("console",)):
        if words[0] == "round":
            words += ["--court", "鲁0991"]
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, (words, result.output, result.exception)
        done.append(words[0])
    assert done == ["ingest", "ingest", "check", "petitions", "campaign", "round", "verify"]
