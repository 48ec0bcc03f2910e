"""The group of commands, and what is said where one fails."""

import os
import sys

import click
from click.exceptions import NoArgsIsHelpError

from audit_lib.cli.options import LANG
from audit_lib.cli.usage import show_usage_error
from audit_lib.cli.words import Command, chosen_lang, command_words, write_options, write_rows
from audit_lib.errors import AuditError, CannotWrite
from audit_lib.labels import Lang, error_words, label, labels

__all__ = ["main"]


class _Guarded(click.Group):
    """The commands of ``audit``; their errors are one message each."""

    command_class = Command
    format_usage, format_help_text = Command.format_usage, Command.format_help_text

    def parse_args(self, ctx, args):
        """Read the words of the call; wording that cannot be read is said as every other error."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            return _wrong_usage(ctx, error)
        except AuditError as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            ctx.exit(1)

    def invoke(self, ctx):
        """Run a command; turn what goes wrong into one message and exit code 1."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            return _wrong_usage(ctx, error)
        except AuditError as error:
            _tell(ctx, error)
        except KeyboardInterrupt:
            click.echo(label("cli", "stopped", _lang(ctx)), err=True)
        except BrokenPipeError:
            raise  # whoever read the output has seen enough, as with `| head`: click ends quietly
        except OSError as error:
            _tell(ctx, CannotWrite.from_error(error.filename or "", error))
        ctx.exit(1)

    def format_options(self, ctx, formatter):
        """Write the options, then every command with what it does."""
        lang = chosen_lang(ctx)
        write_options(self, ctx, formatter)
        rows = [(name, command_words(name, lang)) for name in self.list_commands(ctx)]
        write_rows(formatter, label("cli", "commands", lang), rows)


def _lang(ctx: click.Context) -> Lang:
    return ctx.meta.get("audit.lang") or chosen_lang(ctx)


def _wrong_usage(ctx: click.Context, error: click.UsageError) -> None:
    if isinstance(error, NoArgsIsHelpError):
        raise error
    show_usage_error(error, chosen_lang(error.ctx or ctx))
    ctx.exit(error.exit_code)


def _tell(ctx: click.Context, error: AuditError) -> None:
    lang = _lang(ctx)
    click.echo(f"{_kind(error, lang)}: {error_words(error, lang)}", err=True)


def _kind(error: AuditError, lang: Lang) -> str:
    """Return the name of an error, in Chinese with what it means."""
    name = type(error).__name__
    try:
        known = labels("error_kind", lang)
    except AuditError:  # the wording itself may be the parameter file that is wrong
        return name
    known = next((known[c.__name__] for c in type(error).__mro__ if c.__name__ in known), None)
    return f"{name}（{known}）" if lang == "zh" and known else name


def _take_lang(ctx, _param, value):
    if value is not None:
        ctx.default_map = {name: {"lang": value} for name in main.commands} | {"lang": value}


@click.group(name="audit", cls=_Guarded, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="court-enforcement-audit", prog_name="audit")
@click.option(
    "--lang", type=LANG, is_eager=True, expose_value=False,
    callback=_take_lang,
)  # fmt: skip
def main():
    """Supervise court enforcement: the record against the law, court by court, round by round."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


if os.environ.get("AUDIT_NO_COLOR"):
    main.context_settings["color"] = False
