"""Commands that read records: invented ones, exports, the courts' monthly workbooks."""

from pathlib import Path

import click

from audit_lib.cli.group import main
from audit_lib.cli.options import (
    DAY,
    Choice,
    ExistingFile,
    NewFolder,
    Number,
    lang_option,
    progress_bar,
)
from audit_lib.errors import say
from audit_lib.labels import label

_NAMED = 12  # files of one fault that are named on the screen; the rest stand in problems.csv


@main.command()
@click.option("--out", required=True, type=click.Path())
@click.option("--day", type=DAY, default="2016-12-28")
@click.option("--courts", type=Number(1), default=8)
@click.option("--cases", type=Number(1), default=1500)
@click.option("--seed", type=Number(0), default=2016)
@click.option("--format", "form", type=Choice(["csv", "xlsx", "parquet"]), default="csv")
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
@click.option("--snapshot", type=click.Path())
@click.option("--day", type=DAY)
@click.option("--explain", is_flag=True)
@lang_option
def ingest(sources, snapshot, day, explain, lang):
    """Read exports into an immutable snapshot; faults go to problems.csv."""
    if explain:
        from audit_lib.record import explain_sources

        click.echo("\n".join(explain_sources(list(sources)).lines(lang)))
        return
    if snapshot is None:
        raise click.UsageError(
            say("usage_ingest", "The option `--snapshot` is missing (or give `--explain`).")
        )
    from audit_lib.record import ingest_sources, load_tables
    from audit_lib.record.problems import FILE_REASONS

    done = ingest_sources(list(sources), Path(snapshot), day)
    click.echo(label("cli", "balance", lang))
    for row in done.balance.itertuples():
        name = load_tables()[row.table].zh if lang == "zh" else row.table
        click.echo(
            label("cli", "balance_row", lang, table=name, read=row.read, kept=row.kept,
                  refused=row.refused, doubts=row.doubts)
        )  # fmt: skip
    for (reason, became), part in done.problems.groupby(["reason", "became"]):
        words = label("problem", reason, lang)
        how = "file" if reason in FILE_REASONS else became
        click.echo(label("cli", f"problems_{how}", lang, words=words, count=len(part)))
        if how == "file":
            names = part["file"].drop_duplicates().tolist()
            more = " …" if len(names) > _NAMED else ""
            click.echo(f"    {label('cli', 'between', lang).join(names[:_NAMED])}{more}")
    click.echo(label("cli", "snapshot_made", lang, path=done.path, day=done.day))


@main.command("returns-form")
@click.option("--snapshot", required=True, type=click.Path())
@click.option("--as-of", type=DAY, required=True)
@click.option("--out", required=True, type=NewFolder())
@click.option("--month")
@click.option("--court", multiple=True)
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
@click.argument("workbooks", nargs=-1, required=True, type=ExistingFile())
@click.option("--day", type=DAY, required=True)
@click.option("--out", required=True, type=NewFolder())
@click.option("--court")
@click.option("--month")
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
