"""Options that several commands share, and the bar that shows how far a long one is."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click

__all__ = ["DAY", "lang_option", "progress_bar", "snapshot_options", "table_file"]

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
            self.fail(f"`{value}` is not a day; write it as 2016-12-28.", param, ctx)


DAY = Day()


def table_file(_ctx, _param, value) -> Path | None:
    """Return the path of a table to write; its name says in which form."""
    if value is not None and not str(value).lower().endswith(_ENDINGS):
        raise click.BadParameter("the name must end in .csv, .xlsx or .parquet")
    return Path(value) if value is not None else None


def lang_option(command):
    """Add ``--lang`` to a command; eager, so that ``--lang en --help`` is in English."""
    choice = click.Choice(["zh", "en"])
    return click.option("--lang", type=choice, default="zh", is_eager=True)(command)


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
