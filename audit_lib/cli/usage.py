"""What is said where a command is called wrongly.

click says it in English; here each of its errors is told by what it is, not by its words, so that
it can be put into Chinese (``usage_…`` in ``parameters/errors.yaml``).
"""

import click

from audit_lib.cli.words import option_words, value_words
from audit_lib.errors import Said, hint, say
from audit_lib.labels import Lang, error_words

__all__ = ["show_usage_error", "usage_said"]


def show_usage_error(error: click.UsageError, lang: Lang) -> None:
    """Write how the command is called, what was wrong, and where its help is."""
    if error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
    click.echo(error_words(usage_said(error, lang), lang), err=True)
    if error.ctx is not None:
        more = say("usage_help", "Try: {command} --help", command=error.ctx.command_path)
        click.echo(error_words(more, lang), err=True)


def usage_said(error: click.UsageError, lang: Lang) -> Said:
    """Return what is wrong with a call, as a sentence.

    Examples
    --------
    >>> wrong = click.NoSuchCommand("chek", possibilities=["check", "verify"])
    >>> print(usage_said(wrong, "zh"))
    There is no command `chek`. Did you mean `check`?
    """
    if isinstance(error.message, Said) and not isinstance(error, click.BadParameter):
        return error.message
    if isinstance(error, click.NoSuchCommand):
        return say("usage_no_command", "There is no command `{name}`.{hint}",
                   name=error.command_name, hint=_near(error))  # fmt: skip
    if isinstance(error, click.NoSuchOption):
        return say("usage_no_option", "There is no option `{name}`.{hint}",
                   name=error.option_name, hint=_near(error))  # fmt: skip
    if isinstance(error, click.MissingParameter):
        return _missing(error, lang)
    if isinstance(error, click.BadParameter) and error.param is not None:
        return _bad_value(error, lang)
    if isinstance(error, click.BadOptionUsage) and error.ctx is not None:
        return _bad_option(error, lang)
    return say("usage_other", "{words}", words=error.format_message())


def _near(error) -> Said | str:
    return hint(error.possibilities, error.possibilities) if error.possibilities else ""


def _missing(error: click.MissingParameter, lang: Lang) -> Said:
    param = error.param
    if isinstance(param, click.Argument):
        return say("usage_missing_argument", "{name} is missing.", name=value_words(param, lang))
    name = max(param.opts, key=len)
    what = option_words(error.ctx.command.name, param.name, lang).rstrip("。.")
    return say("usage_missing_option", "The option `{name}` is missing ({what}).", name=name,
               what=what)  # fmt: skip


def _bad_option(error: click.BadOptionUsage, lang: Lang) -> Said:
    name = error.option_name
    param = next((p for p in error.ctx.command.params if name in p.opts), None)
    if param is None or getattr(param, "is_flag", False):
        return say("usage_no_value", "The option `{name}` takes no value.", name=name)
    return say("usage_needs_value", "The option `{name}` needs a value: {value}.", name=name,
               value=value_words(param, lang))  # fmt: skip


def _bad_value(error: click.BadParameter, lang: Lang) -> Said:
    param = error.param
    what = error.message if isinstance(error.message, Said) else str(error.message)
    if isinstance(param, click.Argument):
        name = value_words(param, lang)
        return say("usage_argument", "{name} is not right: {what}", name=name, what=what)
    return say("usage_value", "The option `{name}` is not right: {what}",
               name=max(param.opts, key=len), what=what)  # fmt: skip
