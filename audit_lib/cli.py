"""The ``audit`` command: each subcommand is one step of the way of the data.

Exit codes: 0 done, 1 failed (one clear message on standard error), 2 wrong usage. Rooms are
imported when their command runs, so that ``audit --help`` is quick.
"""

import importlib.util
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click

from audit_lib.errors import AuditError
from audit_lib.labels import label


class Day(click.ParamType):
    """A day as ``2016-12-28``."""

    name = "DATE"

    def convert(self, value, param, ctx):
        """Read the day, or say what was expected."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"`{value}` is not a day; write it as 2016-12-28.", param, ctx)


DAY = Day()
TABLE_ENDINGS = (".csv", ".xlsx", ".parquet")


def _table_file(ctx, param, value):
    if value is not None and not str(value).lower().endswith(TABLE_ENDINGS):
        raise click.BadParameter("the name must end in .csv, .xlsx or .parquet")
    return Path(value) if value is not None else None


def lang_option(command):
    """Add ``--lang`` to a command."""
    return click.option(
        "--lang", type=click.Choice(["zh", "en"]), default="zh", help="Wording that people see."
    )(command)


def snapshot_options(command):
    """Add ``--snapshot``, ``--as-of`` and ``--out`` to a command."""
    for option in (
        click.option("--out", required=True, callback=_table_file, help="CSV, XLSX or Parquet."),
        click.option("--as-of", type=DAY, required=True, help="Audit day; nothing later is seen."),
        click.option("--snapshot", required=True, type=click.Path(), help="Snapshot folder."),
    ):
        command = option(command)
    return command


class _Guarded(click.Group):
    """Turn our errors into one message and exit code 1."""

    def invoke(self, ctx):
        try:
            return super().invoke(ctx)
        except AuditError as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            click.echo(label("cli", "stopped", _lang(ctx)), err=True)
            ctx.exit(1)
        except OSError as error:
            name = error.filename or ""
            click.echo(f"CannotWrite: `{name}`: {error.strerror or error}", err=True)
            ctx.exit(1)


def _lang(ctx) -> str:
    return ctx.params.get("lang") or "zh"


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


@click.group(cls=_Guarded, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="court-enforcement-audit", prog_name="audit")
def main():
    """Supervise court enforcement: the record against the law, court by court, round by round."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


@main.command()
@click.option("--out", required=True, type=click.Path(), help="Folder to make.")
@click.option("--day", type=DAY, default="2016-12-28", help="The record as it stood on this day.")
@click.option("--courts", type=click.IntRange(1), default=8, help="How many courts.")
@click.option("--cases", type=click.IntRange(1), default=1500, help="How many cases in all.")
@click.option("--seed", type=click.IntRange(0), default=2016, help="Same seed, same record.")
@click.option("--format", "form", type=click.Choice(["csv", "xlsx", "parquet"]), default="csv")
@lang_option
def sample(out, day, courts, cases, seed, form, lang):
    """Invent a court record in the received format, with its planted faults listed."""
    from audit_lib.record.sample import make_sample

    with progress_bar(label("cli", "sampling", lang)) as tell:
        make_sample(
            Path(out), day=day, courts=courts, cases=cases, seed=seed, format=form, progress=tell
        )
    click.echo(label("cli", "sample_made", lang, out=out))
    click.echo(label("notice", "invented", lang))


@main.command()
@click.argument("sources", nargs=-1, required=True)
@click.option("--snapshot", type=click.Path(), help="Snapshot folder to make.")
@click.option("--day", type=DAY, help="Day of the snapshot.")
@click.option("--explain", is_flag=True, help="Say how the exports would be read; write nothing.")
@lang_option
def ingest(sources, snapshot, day, explain, lang):
    """Read exports into an immutable snapshot; faults go to problems.csv."""
    if explain:
        from audit_lib.record import explain_sources

        click.echo("\n".join(explain_sources(list(sources)).lines(lang)))
        return
    if snapshot is None:
        raise click.UsageError("Missing option '--snapshot' (or give --explain).")
    from audit_lib.record import ingest_sources

    done = ingest_sources(list(sources), Path(snapshot), day)
    click.echo(label("cli", "balance", lang))
    for row in done.balance.itertuples():
        click.echo(
            label("cli", "balance_row", lang, table=row.table, read=row.read, kept=row.kept,
                  refused=row.refused, doubts=row.doubts)
        )  # fmt: skip
    by_reason = done.problems.groupby(["reason", "became"]).size()
    for (reason, became), count in by_reason.items():
        words = label("problem", reason, lang)
        click.echo(label("cli", f"problems_{became}", lang, words=words, count=count))
    click.echo(label("cli", "snapshot_made", lang, path=done.path, day=done.day))


@main.command()
@snapshot_options
@click.option("--court", multiple=True, help="Only this court (may be given more than once).")
@click.option("--all", "everything", is_flag=True, help="All outcomes, not only findings.")
@lang_option
def check(snapshot, as_of, out, court, everything, lang):
    """Hold the record against the law: one row a case and obligation."""
    from audit_lib.inspection import judge_record
    from audit_lib.record import open_snapshot, write_table

    opened = open_snapshot(snapshot, list(court) or None)
    with progress_bar(label("cli", "checking", lang)) as tell:
        judged = judge_record(opened, as_of, everything=everything, progress=tell)
    write_table(judged.findings, out)
    counts = judged.findings["outcome"].value_counts()
    for outcome, number in counts.items():
        click.echo(f"{label('outcome', outcome, lang)}: {number}")
    click.echo(label("notice", "lead", lang))


@main.command()
@snapshot_options
@click.option("--model", type=click.Path(exists=True, dir_okay=False), help="A trained model.")
@lang_option
def score(snapshot, as_of, out, model, lang):
    """Score open cases and closures by 终本 for attention; reasons add up to the score."""
    from audit_lib.inspection import load_model, score_record
    from audit_lib.record import open_snapshot, write_table

    trained = load_model(Path(model)) if model else None
    with progress_bar(label("cli", "checking", lang)) as tell:
        scores = score_record(open_snapshot(snapshot), as_of, trained, lang, tell)
    write_table(scores, out)
    click.echo(label("cli", "rows_written", lang, rows=len(scores), out=out))


@main.command()
@snapshot_options
@lang_option
def petitions(snapshot, as_of, out, lang):
    """Hold petitions against the record: one row a petition and allegation."""
    from audit_lib.petitions import check_petitions
    from audit_lib.record import open_snapshot, write_table

    claims = check_petitions(open_snapshot(snapshot), as_of)
    write_table(claims, out)
    click.echo(label("cli", "rows_written", lang, rows=len(claims), out=out))


@main.command()
@snapshot_options
@click.option("--marks", type=click.Path(exists=True, dir_okay=False),
              help="Cases that a person put into the clean-up, with reasons (YAML).")  # fmt: skip
@click.option("--faults", callback=_table_file, help="Also each discrepancy of the returns.")
@lang_option
def campaign(snapshot, as_of, out, marks, faults, lang):
    """Targets, progress, and monthly returns against the record."""
    from audit_lib.campaign import build_progress, check_returns, read_marks, read_spans
    from audit_lib.inspection import judge_record
    from audit_lib.record import open_snapshot, write_table

    marked = read_marks(marks, as_of) if marks else None
    opened = open_snapshot(snapshot)
    with progress_bar(label("cli", "checking", lang)) as tell:
        judged = judge_record(opened, as_of, progress=tell)
    spans = read_spans(opened, as_of, judged.claims, marked)
    found = check_returns(opened, as_of, spans=spans)
    progress = build_progress(
        opened, as_of, findings=judged.findings, spans=spans, faults=found
    )  # fmt: skip
    write_table(progress, out)
    click.echo(label("cli", "rows_written", lang, rows=len(progress), out=out))
    if faults:
        write_table(found, faults)
        click.echo(label("cli", "rows_written", lang, rows=len(found), out=faults))


@main.command("returns-form")
@click.option("--snapshot", required=True, type=click.Path(), help="Snapshot folder.")
@click.option("--as-of", type=DAY, required=True, help="The open cases of this day are listed.")
@click.option("--out", required=True, type=click.Path(file_okay=False), help="Folder for them.")
@click.option("--month", help="Month of the return as 2016-12; else the month of --as-of.")
@click.option("--court", multiple=True, help="Only this court (may be given more than once).")
@lang_option
def returns_form(snapshot, as_of, out, month, court, lang):
    """Write the monthly form of each court, its open cases already listed."""
    from audit_lib.campaign import read_spans, write_return_forms
    from audit_lib.petitions import check_petitions
    from audit_lib.record import open_snapshot

    opened = open_snapshot(snapshot)
    spans = read_spans(opened, as_of, check_petitions(opened, as_of))
    for path in write_return_forms(out, opened.courts, spans, as_of, month, court, lang):
        click.echo(path)


@main.command("returns-read")
@click.argument("workbooks", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option("--day", type=DAY, required=True, help="Day on which they were received.")
@click.option("--out", required=True, type=click.Path(file_okay=False), help="Folder to write.")
@click.option("--court", help="Whose they are, where a workbook does not say.")
@click.option("--month", help="Of which month, where a workbook does not say.")
@lang_option
def returns_read(workbooks, day, out, court, month, lang):
    """Read the courts' monthly workbooks into tables that `audit ingest` takes."""
    from audit_lib.campaign import read_return_workbooks
    from audit_lib.record import write_table

    read = read_return_workbooks(workbooks, day, court, month)
    for name, frame in read.items():
        path = write_table(frame, Path(out) / f"{name}.csv")
        click.echo(label("cli", "rows_written", lang, rows=len(frame), out=path))
    refused = read["return_problems"].query("became == 'refused'")
    for reason, count in refused["reason"].value_counts().sort_index().items():
        words = label("problem", reason, lang)
        click.echo(label("cli", "problems_refused", lang, words=words, count=count))


@main.command()
@click.option("--snapshot", required=True, type=click.Path())
@click.option("--round", "round_file", required=True, type=click.Path(), help="A round's file.")
@click.option("--out", required=True, callback=_table_file)
@click.option("--model", type=click.Path(exists=True, dir_okay=False))
@lang_option
def select(snapshot, round_file, out, model, lang):
    """Draw the cases to inspect under the round's budget."""
    from audit_lib.inspection import load_model, load_round, plan_round
    from audit_lib.record import open_snapshot, write_table

    chosen_round = load_round(Path(round_file))
    opened = open_snapshot(snapshot)
    trained = load_model(Path(model)) if model else None
    draw = plan_round(opened, chosen_round, model=trained)
    chosen = draw.selected
    write_table(chosen, out)
    for said in draw.statements(lang):
        click.echo(said)
    for stratum, number in chosen["stratum"].value_counts().sort_index().items():
        click.echo(f"{label('stratum', stratum, lang)}: {number}")


@main.command()
@click.option("--snapshot", required=True, type=click.Path())
@click.option("--out", required=True, type=click.Path(dir_okay=False), help="Model file.")
@click.option("--before", type=DAY, help="Use only inspections made before this day.")
@lang_option
def train(snapshot, out, before, lang):
    """Fit the risk model on inspections made before a day; its report stands beside it."""
    from audit_lib.inspection import train_model
    from audit_lib.record import open_snapshot

    model = train_model(open_snapshot(snapshot), before=before)
    model.save(Path(out))
    for said in model.statements(lang):
        click.echo(said)
    click.echo(label("cli", "model_written", lang, out=out))


@main.command("round")
@click.argument("round_file", type=click.Path())
@click.option("--snapshot", required=True, type=click.Path())
@click.option("--out", required=True, type=click.Path(), help="Folder of rounds.")
@click.option("--workers", type=click.IntRange(1), default=2)
@click.option("--scheduler", help="Address of a Dask scheduler.")
@click.option("--court", multiple=True)
@click.option(
    "--audience",
    type=click.Choice(["inspectors", "court", "leaders", "public"]),
    default="inspectors",
)
@click.option("--key", type=click.Path(), help="Ed25519 private key (PEM) that signs the round.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None)
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
@click.option("--public-key", type=click.Path(), help="The key (PEM) it must be signed with.")
@click.option("--hand-out", type=click.Path(), help="Write the verifier as one file; no folder.")
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
        raise click.UsageError("Missing argument 'FOLDER' (or give --hand-out FILE).")
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
@click.option("--as-of", type=DAY, help="Only the versions in force on this day.")
@click.option("--doc", type=click.Path(dir_okay=False), help="Write the catalogue as Markdown.")
@lang_option
def rules(as_of, doc, lang):
    """List the rules by theme, with their articles and doubts."""
    from audit_lib.law.handbook import list_rules, render_rules

    if doc is not None:
        Path(doc).write_text(render_rules(lang), encoding="utf-8", newline="\n")
        click.echo(label("cli", "rules_written", lang, out=doc))
        return
    table = list_rules(as_of, lang)
    for theme, part in table.groupby("theme", sort=False):
        click.echo(f"\n{label('theme', theme, lang)}")
        for row in part.itertuples():
            marks = [] if row.verified == "yes" else [label("cli", "not_verified", lang)]
            if row.checkable == "no":
                marks += [label("cli", "not_checkable", lang), row.reason]
            cited = " ".join((row.source, row.article))
            line = "  ".join(filter(None, [row.rule, row.title, row.limit, cited, *marks]))
            click.echo(f"  {line}")
            if row.doubts:
                click.echo(f"      {label('law_page', 'doubt', lang)}{row.doubts}")
    click.echo("\n" + label("cli", "rules_shown", lang, count=len(table)))


@main.command()
@click.option("--port", type=int, default=8888)
@click.option("--no-browser", is_flag=True)
@click.option("--readers", is_flag=True, help="Serve the desk without saving, by voila.")
@click.option("--prepare", metavar="ROUND", help="Judge a round's record for the desk, and end.")
@click.option("--snapshot", type=click.Path(), help="With --prepare: the record.")
@click.option("--share", is_flag=True, help="With --prepare: give each team its courts alone.")
@click.option("--export", metavar="ROUND", help="Write a round's decisions, and end.")
@click.option("--out", callback=_table_file, help="With --export: CSV, XLSX or Parquet.")
@lang_option
def desk(port, no_browser, readers, prepare, snapshot, share, export, out, lang):
    """Open the inspection desk in JupyterLab."""
    from audit_lib.desk.launch import export_decisions, open_desk, prepare_desk

    if bool(prepare) != bool(snapshot) or bool(export) != bool(out) or (share and not prepare):
        raise click.UsageError("--prepare needs --snapshot, --export needs --out.")
    if prepare:
        folder = prepare_desk(Path(snapshot).resolve(), prepare, share)
        click.echo(label("desk_text", "prepared", lang, path=str(folder)))
        return
    if export:
        count = export_decisions(export, out)
        click.echo(label("desk_text", "exported", lang, count=count, path=str(out)))
        return
    sys.exit(open_desk(port=port, browser=not no_browser, readers=readers))


if os.environ.get("AUDIT_NO_COLOR"):
    main.context_settings["color"] = False
