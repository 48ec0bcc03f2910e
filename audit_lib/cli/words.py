"""Commands that explain themselves in the language that was asked for.

What a command does and what an option means stand in ``labels.yaml``: ``command_help`` by the
command's name, ``option_help`` by ``command.option``, or by the option alone where it means the
same in every command.
"""

import click

from audit_lib.labels import Lang, label, labels

__all__ = ["Command", "chosen_lang", "command_words", "option_words"]


def chosen_lang(ctx: click.Context) -> Lang:
    """Return the language that this command, or ``audit`` itself, was asked for."""
    return ctx.params.get("lang") or (ctx.default_map or {}).get("lang") or "zh"


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


class Command(click.Command):
    """A command whose help is in the language asked for."""

    def invoke(self, ctx):
        """Remember the language for messages about what goes wrong."""
        ctx.meta["audit.lang"] = chosen_lang(ctx)
        return super().invoke(ctx)

    def format_usage(self, ctx, formatter):
        """Write how it is called."""
        words = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, words, label("cli", "usage", chosen_lang(ctx)))

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
            rows.append((record[0], option_words(command.name, name, lang) + must))
    with formatter.section(label("cli", "options", lang)):
        formatter.write_dl(rows)
