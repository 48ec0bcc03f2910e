"""Writes the pages of the reference from the code: ``python3 tasks.py docs``.

Takes the commands of ``audit``, the tables and codes of the received record, the parameter files
and the licences of what is installed; gives ``docs/reference.zh-CN.md``, ``docs/reference.md`` and
``docs/licences.md``. A test fails where a page is not what this program would write.
"""

import re
import sys
from importlib import metadata
from pathlib import Path

import click
import yaml

from audit_lib.cli import main
from audit_lib.cli.words import command_words, option_words, value_words
from audit_lib.record.tables import load_events, load_record_parameters, load_tables

ROOT = Path(__file__).resolve().parent.parent
PAGES = {"zh": ROOT / "docs" / "reference.zh-CN.md", "en": ROOT / "docs" / "reference.md"}
WORDS = {
    "title": {
        "zh": "参考：命令、表、代码、参数",
        "en": "Reference: commands, tables, codes, parameters",
    },
    "made": {
        "zh": "本页由 `python3 tasks.py docs` 从程序生成，请勿手改。",
        "en": "Written by `python3 tasks.py docs` from the code; do not edit.",
    },
    "commands": {"zh": "命令", "en": "Commands"},
    "exit": {
        "zh": "退出码：0 完成，1 失败（标准错误上一条说明），2 用法不对。",
        "en": "Exit codes: 0 done, 1 failed (one message on standard error), 2 wrong usage.",
    },
    "option": {"zh": "选项", "en": "option"},
    "default": {"zh": "默认", "en": "default"},
    "help": {"zh": "说明", "en": "what it is"},
    "must": {"zh": "必填", "en": "required"},
    "tables": {"zh": "接收的表和列", "en": "Received tables and columns"},
    "column": {"zh": "列", "en": "column"},
    "header": {"zh": "中文列名", "en": "Chinese header"},
    "type": {"zh": "类型", "en": "type"},
    "codes": {"zh": "代码", "en": "codes"},
    "lists": {"zh": "代码表", "en": "Lists of codes"},
    "events": {"zh": "流程节点", "en": "Events"},
    "event_head": {
        "zh": "| 代码 | 节点 | 节点号 | 应带的列 | 说明（原文） |",
        "en": "| code | Chinese | node | carries | meaning |",
    },
    "parameters": {"zh": "参数文件", "en": "Parameter files"},
    "keys": {"zh": "各项", "en": "entries"},
}
OUTSIDE = ("errors.yaml", "labels.yaml", "texts.yaml", "vocabulary.yaml")


def word(name: str, lang: str) -> str:
    """Return one of the page's own words."""
    return WORDS[name][lang]


def cell(text) -> str:
    """Write a text as one cell of a table."""
    return re.sub(r"\s+", " ", str(text or "")).replace("|", "\\|").strip()


def write_commands(lang: str) -> list[str]:
    """Describe every command with its arguments and options."""
    lines = [f"## {word('commands', lang)}", "", word("exit", lang), ""]
    for name, command in sorted(main.commands.items()):
        taken = [value_words(p, lang) for p in command.params if isinstance(p, click.Argument)]
        lines += [f"### audit {' '.join([name, *taken])}", "", cell(command_words(name, lang)), ""]
        options = [p for p in command.params if isinstance(p, click.Option)]
        if options:
            head = [word(w, lang) for w in ("option", "default", "help")]
            lines += ["| " + " | ".join(head) + " |", "|---|---|---|"]
        for option in options:
            shown = ", ".join(f"`{o}`" for o in option.opts)
            kind = f" {value_words(option, lang)}".rstrip()
            said = cell(option_words(name, option.name, lang))
            value = word("must", lang) if option.required else _default(option)
            lines.append(f"| {shown} {cell(kind)} | {cell(value)} | {said} |")
        lines.append("")
    return lines


def _default(option: click.Option) -> str:
    value = option.default
    if value is None or callable(value) or value in ((), False) or "UNSET" in repr(value).upper():
        return ""
    return f"`{value}`"


def write_tables(lang: str) -> list[str]:
    """Describe every table and column of the received record."""
    lines = [f"## {word('tables', lang)}", ""]
    for name, table in load_tables().items():
        lines += [f"### {name} {table.zh}", ""]
        head = [word(w, lang) for w in ("column", "header", "type", "codes")]
        lines += ["| " + " | ".join(head) + " |", "|---|---|---|---|"]
        for column, what in table.columns.items():
            must = " *" if what.required else ""
            lines.append(f"| `{column}`{must} | {what.zh} | {what.type} | {what.list or ''} |")
        lines.append("")
    lines += [f"### {word('lists', lang)}", ""]
    for name, codes in load_record_parameters().lists.items():
        said = " · ".join(f"`{code}` {getattr(what, lang)}" for code, what in codes.items())
        lines.append(f"- **{name}**: {said}")
    lines += [
        "",
        f"### {word('events', lang)}",
        "",
        word("event_head", lang),
        "|---|---|---|---|---|",
    ]
    for code, event in load_events().items():
        said = (code, event.zh, event.node, event.carries, event.meaning)
        lines.append("| " + " | ".join(cell(part) for part in said) + " |")
    return [*lines, ""]


def write_parameters(lang: str) -> list[str]:
    """Name every parameter file with its own first words and its entries."""
    lines = [f"## {word('parameters', lang)}", ""]
    for path in sorted((ROOT / "parameters").rglob("*.yaml")):
        place = path.relative_to(ROOT).as_posix()
        if "/law/rules/" in place:
            continue
        text = path.read_text(encoding="utf-8")
        opening = re.match(r"(?:#.*\n)+", text)
        first = " ".join(line.lstrip("# ") for line in (opening[0] if opening else "").splitlines())
        lines.append(f"- `{place}`: {cell(first)}")
        if path.name in OUTSIDE:
            continue
        keys = yaml.safe_load(text)
        if isinstance(keys, dict):
            lines.append(f"  - {word('keys', lang)}: " + ", ".join(f"`{key}`" for key in keys))
    count = len(list((ROOT / "parameters" / "law" / "rules").glob("*.yaml")))
    lines.append(f"- `parameters/law/rules/*.yaml`: {count}")
    return [*lines, ""]


def build_page(lang: str) -> str:
    """Return one page whole."""
    lines = [f"# {word('title', lang)}", "", word("made", lang), ""]
    for part in (write_commands, write_tables, write_parameters):
        lines += part(lang)
    return "\n".join(lines).rstrip() + "\n"


def read_licence(name: str) -> str | None:
    """Return what an installed distribution says of its licence; None where it is not here."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    said = about.get("License-Expression")
    if not said:
        classes = [c for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
        said = "; ".join(c.split("::")[-1].strip() for c in classes if c.count("::") > 1)
    return said or (about.get("License") or "").strip().partition("\n")[0] or "?"


def locked_names() -> list[str]:
    """Return the names that requirements.lock pins, in its order."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [re.match(r"[\w.-]+", line)[0] for line in lines if line[:1].isalnum()]


def list_licences() -> dict[str, str | None]:
    """Return the licence of every pinned distribution."""
    return {name: read_licence(name) for name in locked_names()}


def build_licences() -> str:
    """Return the page of licences; versions stand in requirements.lock."""
    found = list_licences()
    lines = [
        "# Licences of what is installed", "", WORDS["made"]["en"], "",
        "As each distribution declares it; versions stand in `requirements.lock`. "
        "The project itself: Apache-2.0.",
        "Weak copyleft (LGPL, MPL) is used as published, unchanged, as a library: "
        + ", ".join(f"`{n}`" for n, said in found.items() if said and WEAK.search(said)) + ".",
        "", "| distribution | licence |", "|---|---|",
    ]  # fmt: skip
    lines += [f"| {name} | {cell(said)} |" for name, said in found.items() if said]
    absent = [name for name, said in found.items() if said is None]
    if absent:
        lines += ["", "Pinned for other platforms or versions of Python, not read here: "
                  + ", ".join(absent) + "."]  # fmt: skip
    return "\n".join(lines) + "\n"


WEAK = re.compile(r"LGPL|MPL|Mozilla|Lesser")
LICENCES = ROOT / "docs" / "licences.md"

if __name__ == "__main__":
    pages = {path: build_page(lang) for lang, path in PAGES.items()} | {LICENCES: build_licences()}
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
