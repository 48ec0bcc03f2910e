"""The group of commands, and what is said where one fails."""

import os
import sys

import click

from audit_lib.cli.words import Command, chosen_lang, command_words, write_options, write_rows
from audit_lib.errors import AuditError
from audit_lib.labels import label, labels

__all__ = ["main"]


class _Guarded(click.Group):
    """The commands of ``audit``; their errors are one message each."""

    command_class = Command
    format_usage, format_help_text = Command.format_usage, Command.format_help_text

    def parse_args(self, ctx, args):
        """Read the words of the call; wording that cannot be read is said as every other error."""
        try:
            return super().parse_args(ctx, args)
        except AuditError as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            ctx.exit(1)

    def invoke(self, ctx):
        """Run a command; turn what goes wrong into one message and exit code 1."""
        try:
            return super().invoke(ctx)
        except AuditError as error:
            click.echo(f"{_kind(error, ctx.meta.get('audit.lang', 'zh'))}: {error}", err=True)
        except KeyboardInterrupt:
            click.echo(label("cli", "stopped", ctx.meta.get("audit.lang", "zh")), err=True)
        except BrokenPipeError:
            raise  # whoever read the output has seen enough, as with `| head`: click ends quietly
        except OSError as error:
            name = error.filename or ""
            click.echo(f"CannotWrite: `{name}`: {error.strerror or error}", err=True)
        ctx.exit(1)

    def format_options(self, ctx, formatter):
        """Write the options, then every command with what it does."""
        lang = chosen_lang(ctx)
        write_options(self, ctx, formatter)
        rows = [(name, command_words(name, lang)) for name in self.list_commands(ctx)]
        write_rows(formatter, label("cli", "commands", lang), rows)


def _kind(error: AuditError, lang: str) -> str:
    """Return the name of an error, in Chinese with what it means."""
    name = type(error).__name__
    try:
        known = labels("error_kind", lang)
    except AuditError:  # the wording itself may be the parameter file that is wrong
        return name
    return f"{name}（{known[name]}）" if lang == "zh" and name in known else name


def _take_lang(ctx, _param, value):
    if value is not None:
        ctx.default_map = {name: {"lang": value} for name in main.commands} | {"lang": value}


@click.group(name="audit", cls=_Guarded, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="court-enforcement-audit", prog_name="audit")
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), is_eager=True, expose_value=False,
    callback=_take_lang,
)  # fmt: skip
def main():
    """Supervise court enforcement: the record against the law, court by court, round by round."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


if os.environ.get("AUDIT_NO_COLOR"):
    main.context_settings["color"] = False
