"""Commands that explain themselves in the language that was asked for.

What a command does and what an option means stand in ``labels.yaml``: ``command_help`` by the
command's name, ``option_help`` by ``command.option``, or by the option alone where it means the
same in every command.
"""

import unicodedata

import click

from audit_lib.errors import say
from audit_lib.labels import Lang, label, labels

__all__ = [
    "Command", "chosen_lang", "columns_of", "command_words", "option_words", "value_words",
    "write_options", "write_rows",
]  # fmt: skip

_WIDEST = 26  # columns for the names of options; a longer one stands on a line of its own


def chosen_lang(ctx: click.Context) -> Lang:
    """Return the language that this command, or ``audit`` itself, was asked for."""
    asked = ctx.params.get("lang") or ctx.meta.get("audit.lang")
    return asked or (ctx.default_map or {}).get("lang") or "zh"


def command_words(name: str, lang: Lang) -> str:
    """Return what a command does.

    Examples
    --------
    >>> command_words("verify", "en")
    "Prove that a round's files are what was produced."
    """
    return label("command_help", name, lang)


def option_words(command: str, option: str, lang: Lang) -> str:
    """Return what an option of a command means.

    Examples
    --------
    >>> option_words("check", "as_of", "en")
    'Audit day; nothing later is seen.'
    """
    own = f"{command}.{option}"
    return label("option_help", own if own in labels("option_help", lang) else option, lang)


def value_words(param: click.Parameter, lang: Lang) -> str:
    """Return what stands for the value of an option or argument in the help.

    Examples
    --------
    >>> value_words(click.Option(["--out"], type=click.Path()), "zh")
    '路径'
    >>> value_words(click.Option(["--lang"], type=click.Choice(["zh", "en"])), "zh")
    '[zh|en]'
    """
    if isinstance(param, click.Argument):
        return label("argument_name", param.name, lang)
    if getattr(param, "is_flag", False):
        return ""
    if isinstance(param.type, click.Choice):
        return f"[{'|'.join(param.type.choices)}]"
    own = param.name in labels("value_name", lang)
    return label("value_name", param.name if own else param.type.name.replace(" ", "_"), lang)


class Command(click.Command):
    """A command whose help is in the language asked for."""

    def parse_args(self, ctx, args):
        """Read the words of the call; the language first, for what is wrong with the others."""
        for place, word in enumerate(args):
            given = args[place + 1 : place + 2] if word == "--lang" else [word.partition("=")[2]]
            if word.startswith("--lang") and given and given[0] in ("zh", "en"):
                ctx.meta["audit.lang"] = given[0]
        ctx.allow_extra_args = True
        try:
            super().parse_args(ctx, args)
        except click.BadOptionUsage as error:  # click leaves out of which command it speaks
            error.ctx = error.ctx or ctx
            raise
        if ctx.args and not ctx.resilient_parsing:
            words = " ".join(ctx.args)
            told = say("usage_extra", "`{words}` is too much; put quotes around a name with "
                       "spaces.", words=words)  # fmt: skip
            raise click.UsageError(told, ctx)
        return ctx.args

    def invoke(self, ctx):
        """Remember the language for messages about what goes wrong."""
        ctx.meta["audit.lang"] = chosen_lang(ctx)
        return super().invoke(ctx)

    def format_usage(self, ctx, formatter):
        """Write how it is called."""
        lang = chosen_lang(ctx)
        words = [label("cli", "usage_options", lang)]
        if isinstance(self, click.Group):
            words.append(label("cli", "usage_command", lang))
        for param in self.get_params(ctx):
            if isinstance(param, click.Argument):
                given = value_words(param, lang)
                words.append(given if param.required else f"[{given}]")
        formatter.write_usage(ctx.command_path, " ".join(words), label("cli", "usage", lang))

    def format_help_text(self, ctx, formatter):
        """Write what it does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(command_words(self.name, chosen_lang(ctx)))

    def format_options(self, ctx, formatter):
        """Write what each option means."""
        write_options(self, ctx, formatter)


def write_options(command: click.Command, ctx: click.Context, formatter) -> None:
    """Write the options of a command as a list of two columns."""
    lang, rows, asked = chosen_lang(ctx), [], command.get_help_option(ctx)
    for param in command.get_params(ctx):
        record = param.get_help_record(ctx)
        if record is not None and isinstance(param, click.Option):
            name = "help" if param is asked else param.name
            must = label("cli", "required", lang) if param.required else ""
            names = ", ".join(sorted(param.opts, key=len))
            taken = f"{names} {value_words(param, lang)}".rstrip()
            rows.append((taken, option_words(command.name, name, lang) + must))
    write_rows(formatter, label("cli", "options", lang), rows)


def write_rows(formatter, heading: str, rows: list[tuple[str, str]]) -> None:
    """Write two columns under a heading, in line where Chinese signs are two columns wide.

    A terminal breaks a long line itself: click's own lists count letters, not columns.
    """
    formatter.write(f"\n{heading}\n")
    wide = min(max(columns_of(name) for name, _ in rows), _WIDEST)
    for name, told in rows:
        gap = wide - columns_of(name)
        formatter.write(
            f"  {name}{' ' * gap if gap >= 0 else chr(10) + ' ' * (wide + 2)}  {told}\n"
        )


def columns_of(text: str) -> int:
    """Return how many columns of a terminal a text takes.

    Examples
    --------
    >>> columns_of("--out 路径")
    10
    """
    return sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in text)
