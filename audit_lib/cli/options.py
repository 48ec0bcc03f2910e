"""Options that several commands share, and the bar that shows how far a long one is."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click

from audit_lib.errors import say

__all__ = [
    "DAY", "LANG", "Choice", "ExistingFile", "NewFolder", "Number", "lang_option", "progress_bar",
    "snapshot_options", "table_file",
]  # fmt: skip

_ENDINGS = (".csv", ".xlsx", ".parquet")


class Day(click.ParamType):
    """A day as ``2016-12-28``."""

    name = "day"

    def convert(self, value, param, ctx):
        """Read the day, or say what was expected."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            self.fail(
                say("usage_day", "`{value}` is not a day; write it as 2016-12-28.", value=value),
                param, ctx,
            )  # fmt: skip


class Choice(click.Choice):
    """One of a few words."""

    def convert(self, value, param, ctx):
        """Take the word, or list those that may be given."""
        if value not in self.choices:
            choices = ", ".join(self.choices)
            self.fail(
                say("usage_choice", "`{value}` is none of: {choices}.", value=value,
                    choices=choices), param, ctx,
            )  # fmt: skip
        return value


class Number(click.ParamType):
    """A whole number, at least and at most so large."""

    name = "integer"

    def __init__(self, least: int | None = None, most: int | None = None):
        self.least, self.most = least, most

    def convert(self, value, param, ctx):
        """Read the number, or say what was expected."""
        try:
            number = int(value)
        except ValueError:
            self.fail(say("usage_integer", "`{value}` is no integer.", value=value), param, ctx)
        if self.least is not None and number < self.least:
            told = say("usage_least", "`{value}` is less than {least}.", value=number,
                       least=self.least)  # fmt: skip
            self.fail(told, param, ctx)
        if self.most is not None and number > self.most:
            told = say("usage_most", "`{value}` is more than {most}.", value=number,
                       most=self.most)  # fmt: skip
            self.fail(told, param, ctx)
        return number


class ExistingFile(click.ParamType):
    """A file that is there."""

    name = "file"

    def convert(self, value, param, ctx):
        """Take the path, or say that there is no such file."""
        if not Path(value).is_file():
            self.fail(
                say("usage_file_not_there", "There is no file `{value}`.", value=value), param, ctx
            )
        return value


class NewFolder(click.ParamType):
    """A folder to write to; what is there must be a folder."""

    name = "directory"

    def convert(self, value, param, ctx):
        """Take the path, or say that a file is in the way."""
        if Path(value).is_file():
            self.fail(say("usage_is_file", "`{value}` is a file.", value=value), param, ctx)
        return value


DAY = Day()
LANG = Choice(["zh", "en"])


def table_file(_ctx, _param, value) -> Path | None:
    """Return the path of a table to write; its name says in which form."""
    if value is not None and not str(value).lower().endswith(_ENDINGS):
        raise click.BadParameter(
            say("usage_table", "the name must end in .csv, .xlsx or .parquet.")
        )
    return Path(value) if value is not None else None


def lang_option(command):
    """Add ``--lang`` to a command; eager, so that ``--lang en --help`` is in English."""
    return click.option("--lang", type=LANG, default="zh", is_eager=True)(command)


def snapshot_options(command):
    """Add ``--snapshot``, ``--as-of`` and ``--out`` to a command."""
    for option in (
        click.option("--out", required=True, type=click.Path(), callback=table_file),
        click.option("--as-of", type=DAY, required=True),
        click.option("--snapshot", required=True, type=click.Path()),
    ):
        command = option(command)
    return command


@contextmanager
def progress_bar(text: str) -> Iterator:
    """Show a bar on a terminal when the work lasts over two seconds; else nothing.

    Yields
    ------
    callable (done, total)
    """
    from tqdm import tqdm

    bar = tqdm(desc=text, delay=2, disable=not sys.stderr.isatty(), leave=False, unit="")

    def tell(done: int, total: int) -> None:
        bar.total = total
        bar.n = done
        bar.refresh() if done == total else bar.update(0)

    try:
        yield tell
    finally:
        bar.close()
