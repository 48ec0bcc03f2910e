"""The record judged once for a whole round, and laid out court by court.

Takes a snapshot and a round, gives one folder a court with its tables as Parquet and
``round.json``; a notebook reads its court's folder and nothing else. Courts are judged in
batches: the courts under one higher court together, with the higher courts' own records in
sight, because an objection of a case may stand on a reconsideration case one level up.
"""

import os
import shutil
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet

from audit_lib.errors import BadRound, CannotWrite, cause, say
from audit_lib.inspection import Round
from audit_lib.record import open_snapshot
from audit_lib.rounds.batches import Batch, plan_batches
from audit_lib.rounds.evidence import canonical_bytes, hash_bytes, hash_tree
from audit_lib.rounds.unplaced import NO_COURT, BatchSnapshot

__all__ = [
    "RECORD_TABLES",
    "STEPS",
    "prepare_batch",
    "prepare_round",
    "prepare_unplaced",
]

RECORD_TABLES = (
    "courts",
    "cases",
    "parties",
    "events",
    "petitions",
    "returns",
    "return_items",
    "inspections",
)


def judge_all(snapshot, round_: Round, frames: Mapping) -> dict[str, pd.DataFrame]:
    """Judge the record by law, silence, petitions and categories."""
    from audit_lib.inspection import judge_record

    judged = judge_record(snapshot, round_.as_of, everything=True)
    return {
        "check": judged.findings,
        "claims": judged.claims,
        "silence": judged.silence,
        "categories": judged.categories,
    }


def build_campaign(snapshot, round_: Round, frames: Mapping) -> dict[str, pd.DataFrame]:
    """Count the campaign: progress, returns against the record, pace, money, load, proposals.

    ``campaign`` (progress), ``faults`` (of the returns), ``series`` (open cases day by day),
    ``forecast`` (when the backlog is gone), ``standing`` (against what like cases lead one to
    expect, within the batch), ``funds`` (money kept), ``aid`` (hardship without aid), ``teams``
    (load by handler), ``proposals`` (of interviews).
    """
    from audit_lib import campaign

    day, claims = round_.as_of, frames["claims"]
    spans = campaign.read_spans(snapshot, day, claims)
    faults = campaign.check_returns(snapshot, day, spans=spans)
    progress = campaign.build_progress(
        snapshot, day, findings=frames["check"], spans=spans, faults=faults
    )
    proposals = campaign.propose_interviews(
        snapshot, day, progress, faults, round_.interviews, everything=True
    )
    return {
        "campaign": progress,
        "faults": faults,
        "series": campaign.build_series(snapshot, day, spans=spans),
        "forecast": campaign.forecast_clearance(snapshot, day, spans=spans),
        "standing": campaign.build_circular(spans, day),
        "funds": campaign.build_funds(snapshot, day),
        "aid": campaign.build_aid(snapshot, day, spans=spans),
        "teams": campaign.build_teams(snapshot, day, spans=spans),
        "proposals": proposals,
    }


def score_record(snapshot, round_: Round, frames: Mapping) -> pd.DataFrame:
    """Score each open case and each closure by termination."""
    from audit_lib.inspection import score_cases

    return score_cases(
        snapshot,
        round_.as_of,
        findings=frames["check"],
        claims=frames["claims"],
        silence=frames["silence"],
        categories=frames["categories"],
        lang=round_.lang,
    )


def narrow_round(round_: Round, codes: Iterable[str]) -> Round:
    """Return the round as far as it concerns some of its courts.

    A court is drawn from alone, so a part of the round draws what the whole would.
    """
    here = set(codes) if round_.courts == "all" else set(codes) & set(round_.courts)
    budget = round_.budget
    if isinstance(budget, dict):
        budget = {code: n for code, n in budget.items() if code in here or code == "default"}
    of_courts = {
        name: tuple(entry for entry in getattr(round_, name) if entry.court in here)
        for name in ("interviews", "declined", "plans")
    }
    return round_.model_copy(update={"courts": tuple(sorted(here)), "budget": budget, **of_courts})


def select_record(snapshot, round_: Round, frames: Mapping) -> pd.DataFrame:
    """Choose the cases to inspect."""
    from audit_lib.inspection import select_cases

    return select_cases(
        frames["score"],
        narrow_round(round_, snapshot.court_codes),
        snapshot,
        findings=frames["check"],
        claims=frames["claims"],
    )


def view_law(snapshot, round_: Round, frames: Mapping) -> dict[str, pd.DataFrame]:
    """Look at what was judged from the sides that a report shows.

    ``trend`` (the card on earlier days), ``terms`` (that end soon), ``conditions`` (of each
    终本), ``suspicion`` (against the record itself), ``suspects`` (rules that fire on most),
    ``selective`` (like cases in another order), ``strike`` (resistance and its answer).
    """
    from audit_lib import law

    check, day = frames["check"], round_.as_of
    return {
        "trend": law.build_trend(snapshot, day, check),
        "terms": law.forecast_terms(snapshot, day),
        "conditions": law.list_conditions(snapshot, day),
        "suspicion": law.check_reliability(snapshot, day),
        "suspects": law.find_suspect_rules(check),
        "selective": law.compare_like_cases(snapshot, day),
        "strike": law.list_resistance(snapshot, day, check),
    }


STEPS = {
    "judged": judge_all,
    "law": view_law,
    "campaign": build_campaign,
    "score": score_record,
    "select": select_record,
}


def prepare_batch(
    snapshot_path: str,
    batch: Batch,
    round_: Round,
    folder: str,
    keys: Mapping[str, str],
    audience: str,
    lang: str,
    steps: Mapping | None = None,
) -> dict[str, dict]:
    """Judge the courts of one batch and write their tables.

    Parameters
    ----------
    snapshot_path : folder of a snapshot
    batch : which courts
    round_ : the round
    folder : ``<folder>/<court>/`` is made for each court of the batch, whole or not at all
    keys : court → key of its inputs; written beside the tables
    audience, lang : what ``round.json`` tells the notebook
    steps : name → function of (snapshot, round, tables so far) that gives one table, or several
        by name; ours when not given

    Returns
    -------
    dict, court → ``key``, ``tables`` (hash of its tables), ``cases`` (how many), ``placed`` (how
    many petitions a number in them placed there)
    """
    steps = STEPS if steps is None else steps
    # Reasons are words already when they are made: in the language of the reports.
    round_ = round_.model_copy(update={"lang": lang})
    sight = [*batch.courts, *batch.seen]
    snapshot = BatchSnapshot(open_snapshot(snapshot_path, courts=sight), sight, batch.courts)
    frames: dict[str, pd.DataFrame] = {}
    for name, step in steps.items():
        made = step(snapshot, round_, frames)
        frames.update(made if isinstance(made, dict) else {name: made})
    frames = {name: getattr(snapshot, name) for name in RECORD_TABLES} | frames
    # Made once for the batch and then divided: each conversion costs more than its rows.
    tables = {name: _as_arrow(frame) for name, frame in frames.items()}
    places = {name: _places(frame) for name, frame in frames.items()}
    none = np.array([], dtype="int64")
    names = dict(zip(snapshot.courts["court_code"], snapshot.courts["court_name"], strict=True))
    given = snapshot.read("petitions", columns=["petition_id", "court_code"])
    unplaced = given.loc[given["court_code"].isna(), "petition_id"]
    made = {}
    for court in batch.courts:
        mine = {
            name: table.take(pa.array(places[name].get(court, none)))
            for name, table in tables.items()
        }
        facts = describe_round(round_, court, names.get(court, court), audience, lang)
        facts["invented"] = bool(getattr(snapshot, "invented", False))
        made[court] = write_court(Path(folder), court, mine, facts, keys[court])
        own = mine["petitions"]["petition_id"].to_pandas()
        made[court]["placed"] = int(own.isin(unplaced).sum())
    return made


def prepare_unplaced(
    snapshot_path: str,
    round_: Round,
    folder: str,
    audience: str,
    lang: str,
    steps: Mapping | None = None,
) -> dict | None:
    """Read the petitions that name no court of the record, and write their tables.

    Parameters
    ----------
    snapshot_path, round_, audience, lang, steps : as in :func:`prepare_batch`
    folder : made whole or not at all

    Returns
    -------
    dict or None
        ``tables`` (hash) and ``rows``; ``None``, and no folder, where there are none.
    """
    snapshot = BatchSnapshot(open_snapshot(snapshot_path), [], None)
    seen = ~(snapshot.petitions["received_on"] > pd.Timestamp(round_.as_of))
    if not seen.any():
        return None
    frames = {name: getattr(snapshot, name) for name in RECORD_TABLES}
    if "judged" in (STEPS if steps is None else steps):
        from audit_lib.petitions import check_petitions

        frames["claims"] = check_petitions(snapshot, round_.as_of)
    frames["petitions"] = snapshot.petitions[seen]
    facts = describe_round(round_, NO_COURT, "", audience, lang)
    path = Path(folder)
    tables = {name: _as_arrow(frame) for name, frame in frames.items()}
    made = write_court(path.parent, path.name, tables, facts, "")
    return {"tables": made["tables"], "rows": int(seen.sum())}


def _places(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return where each court's rows stand, in their order."""
    if "court_code" not in frame.columns:
        raise BadRound("A step of the preparation gave a table without `court_code`.")
    return frame.groupby("court_code", observed=True).indices


def describe_round(round_: Round, court: str, name: str, audience: str, lang: str) -> dict:
    """Return what ``round.json`` says to a court's notebook."""
    return {
        "name": round_.name,
        "as_of": round_.as_of.isoformat(),
        "stage": round_.stage or "",
        "seed": round_.seed,
        "court_code": court,
        "court_name": name if isinstance(name, str) else court,
        "lang": lang,
        "audience": audience,
        "interviews": [
            {"court": i.court, "by": i.by, "on": i.on.isoformat()}
            for i in round_.interviews
            if i.court == court
        ],
    }


def write_court(
    folder: Path, court: str, tables: Mapping[str, pa.Table], facts: dict, key: str
) -> dict:
    """Write one court's tables beside and rename them into place."""
    target = folder / court
    beside = folder / f".{court}.{uuid.uuid4().hex}"
    try:
        beside.mkdir(parents=True)
        for name, table in tables.items():
            parquet.write_table(table, beside / f"{name}.parquet", compression="zstd")
        (beside / "round.json").write_bytes(canonical_bytes(facts))
        found = {"key": key, "cases": len(tables["cases"])}
        found["tables"] = hash_bytes(canonical_bytes(hash_tree(beside)))
        shutil.rmtree(target, ignore_errors=True)
        os.rename(beside, target)
    except OSError as error:
        raise CannotWrite(
            say("tables_not_written", "The tables of {court} could not be written: {why}.\nMake "
                "space or choose another folder, then give the same command again.", court=court,
                why=cause(error))
        ) from None  # fmt: skip
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return found


def _as_arrow(frame: pd.DataFrame) -> pa.Table:
    """Return a table as it is written: without numbers of persons, mixed columns as text."""
    frame = frame.drop(columns="id_no", errors="ignore").reset_index(drop=True)
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        # A column of mixed words and numbers: as text, which is how a report shows it.
        mixed = [c for c in frame.columns if frame[c].dtype == object and _is_mixed(frame[c])]
        as_text = {c: frame[c].map(str, na_action="ignore") for c in mixed}
        table = pa.Table.from_pandas(frame.assign(**as_text), preserve_index=False)
    return table.cast(pa.schema(map(_plain, table.schema), table.schema.metadata))


def _is_mixed(column: pd.Series) -> bool:
    try:
        pa.array(column, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return True
    return False


def _plain(field: pa.Field) -> pa.Field:
    """Return a column's type as it is written.

    Text is one type whether or not a court beside has any. A dictionary is undone: it would carry
    the words of all courts into the file of each.
    """
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    if pa.types.is_null(kind) or pa.types.is_string(kind):
        kind = pa.large_string()
    return field.with_type(kind)


def prepare_round(round_: Round, snapshot, folder, audience="inspectors", lang=None, steps=None):
    """Judge every court of a round, in this process.

    Parameters
    ----------
    round_ : Round
    snapshot : Snapshot
    folder : the courts' folders are made in it
    audience, lang : what the reports are to be for; the round's language when not given
    steps : name → function of (snapshot, round, tables so far) that gives one table, or several
        by name; ours when not given

    Returns
    -------
    dict, court → folder of its tables
    """
    courts = round_.courts_of(snapshot.court_codes)
    for batch in plan_batches(snapshot.path, snapshot.courts, courts):
        keys = dict.fromkeys(batch.courts, "")
        prepare_batch(
            str(snapshot.path),
            batch,
            round_,
            str(folder),
            keys,
            audience,
            lang or round_.lang,
            steps,
        )
    return {court: Path(folder) / court for court in courts}
