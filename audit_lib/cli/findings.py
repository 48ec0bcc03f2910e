"""Commands that judge a record: law, petitions, clean-ups, order of attention, draw."""

from pathlib import Path

import click

from audit_lib.cli.group import main
from audit_lib.cli.options import (
    DAY,
    ExistingFile,
    lang_option,
    progress_bar,
    snapshot_options,
    table_file,
)
from audit_lib.labels import label


@main.command()
@snapshot_options
@click.option("--court", multiple=True)
@click.option("--all", "everything", is_flag=True)
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
        words = label("outcome", outcome, lang)
        click.echo(label("cli", "counted", lang, words=words, count=number))
    click.echo(label("cli", "rows_written", lang, rows=len(judged.findings), out=out))
    click.echo(label("notice", "lead", lang))


@main.command()
@snapshot_options
@click.option("--model", type=ExistingFile())
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
@click.option("--marks", type=ExistingFile())
@click.option("--faults", type=click.Path(), callback=table_file)
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
    progress = build_progress(opened, as_of, findings=judged.findings, spans=spans, faults=found)
    write_table(progress, out)
    click.echo(label("cli", "rows_written", lang, rows=len(progress), out=out))
    if faults:
        write_table(found, faults)
        click.echo(label("cli", "rows_written", lang, rows=len(found), out=faults))


@main.command()
@click.option("--snapshot", required=True, type=click.Path())
@click.option("--round", "round_file", required=True, type=click.Path())
@click.option("--out", required=True, type=click.Path(), callback=table_file)
@click.option("--model", type=ExistingFile())
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
        words = label("stratum", stratum, lang)
        click.echo(label("cli", "counted", lang, words=words, count=number))
    click.echo(label("cli", "rows_written", lang, rows=len(chosen), out=out))


@main.command()
@click.option("--snapshot", required=True, type=click.Path())
@click.option("--out", required=True, type=click.Path(dir_okay=False))
@click.option("--before", type=DAY)
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


@main.command()
@click.option("--as-of", type=DAY)
@click.option("--doc", type=click.Path(dir_okay=False))
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
