"""Commands around a round: running and proving it, and the desk."""

import importlib.util
import signal
import sys
from pathlib import Path

import click

from audit_lib.cli.group import main
from audit_lib.cli.options import LANG, Choice, Number, lang_option, table_file
from audit_lib.errors import say
from audit_lib.labels import label


@main.command("round")
@click.argument("round_file", type=click.Path())
@click.option("--snapshot", required=True, type=click.Path())
@click.option("--out", required=True, type=click.Path())
@click.option("--workers", type=Number(1), default=2)
@click.option("--scheduler")
@click.option("--court", multiple=True)
@click.option(
    "--audience",
    type=Choice(["inspectors", "court", "leaders", "public"]),
    default="inspectors",
)
@click.option("--key", type=click.Path())
@click.option("--lang", type=LANG, default=None, is_eager=True)
def round_(round_file, snapshot, out, workers, scheduler, court, audience, key, lang):
    """Run a round's notebooks, court by court; run again, it resumes."""
    from audit_lib.rounds import run_round

    # Whoever stops a service or shuts the machine down is answered as Ctrl-C is.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    outcome = run_round(
        Path(round_file), Path(snapshot), Path(out), workers=workers, scheduler=scheduler,
        courts=list(court) or None, audience=audience, key=key, lang=lang,
    )  # fmt: skip
    click.echo(outcome.summary)
    sys.exit(0 if outcome.complete else 1)


@main.command()
@click.argument("folder", type=click.Path(), required=False)
@click.option("--public-key", type=click.Path())
@click.option("--hand-out", type=click.Path())
@lang_option
def verify(folder, public_key, hand_out, lang):
    """Prove that a round's files are what was produced."""
    from audit_lib.rounds.evidence import links_not_checked, signer_of, verify_round

    if hand_out:
        from audit_lib.rounds.handing_out import hand_out_verifier

        path = hand_out_verifier(hand_out, lang)
        click.echo(label("cli", "verify_handed", lang, path=path, name=path.name))
        return
    if folder is None:
        raise click.UsageError(
            say("usage_verify", "FOLDER is missing (or give `--hand-out FILE`).")
        )
    faults = verify_round(Path(folder), public_key)
    for fault in faults:
        words = label("rounds_fault", fault.code, lang)
        detail = f" ({fault.detail})" if fault.detail else ""
        click.echo(label("cli", "verify_fault", lang, path=fault.path, words=words) + detail,
                   err=True)  # fmt: skip
    for name in links_not_checked(folder):
        click.echo(label("cli", "verify_link", lang, name=name))
    if faults:
        click.echo(label("cli", "verify_failed", lang, count=len(faults)), err=True)
        sys.exit(1)
    click.echo(label("cli", "verify_done", lang))
    key = signer_of(folder)
    if key is None:
        click.echo(label("cli", "verify_unsigned", lang))
    elif importlib.util.find_spec("cryptography") is None:
        click.echo(label("rounds_fault", "not_checked", lang))
    else:
        click.echo(label("cli", "verify_signed", lang, key=key))


@main.command()
@click.option("--port", type=Number(1, 65_535), default=8888)
@click.option("--no-browser", is_flag=True)
@click.option("--readers", is_flag=True)
@click.option("--prepare")
@click.option("--snapshot", type=click.Path())
@click.option("--share", is_flag=True)
@click.option("--export")
@click.option("--out", type=click.Path(), callback=table_file)
@lang_option
def desk(port, no_browser, readers, prepare, snapshot, share, export, out, lang):
    """Open the inspection desk in JupyterLab."""
    from audit_lib.desk.launch import export_decisions, open_desk, prepare_desk

    if bool(prepare) != bool(snapshot) or bool(export) != bool(out) or (share and not prepare):
        raise click.UsageError(
            say("usage_desk", "`--prepare` and `--snapshot`, `--export` and `--out` are given "
                "together; `--share` goes with `--prepare`.")
        )  # fmt: skip
    if prepare:
        folder = prepare_desk(Path(snapshot).resolve(), prepare, share)
        click.echo(label("desk_text", "prepared", lang, path=str(folder)))
        return
    if export:
        count = export_decisions(export, out)
        click.echo(label("desk_text", "exported", lang, count=count, path=str(out)))
        return
    click.echo(label("cli", "desk_opening", lang), err=True)
    sys.exit(open_desk(port=port, browser=not no_browser, readers=readers))
