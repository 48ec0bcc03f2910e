"""What a list would be with another weight, another threshold or another day.

Takes what a round rests on and one person's changes, gives the list they would make beside the
one that stands. Nothing here is kept: a change becomes a proposal only under a name and with a
reason (:func:`write_proposal`), and a proposal becomes a round only when a person runs it.
"""

import datetime
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import yaml
from pydantic import ValidationError

from audit_lib.errors import AuditError, CannotWrite
from audit_lib.inspection.draw import plan_draw
from audit_lib.inspection.features import build_features
from audit_lib.inspection.roundfile import Round
from audit_lib.inspection.scoring import score_features
from audit_lib.inspection.settings import Risk, load_risk
from audit_lib.parameters import parameters_folder

__all__ = ["BadChange", "change_risk", "compare_lists", "list_alternative", "write_proposal"]

#: Changes of these parts leave the measures of a case as they are.
_LIGHT = ("card", "draw")
_OF_ALL_COURTS = "handler_inspected"


class BadChange(AuditError):
    """A change that the parameters do not allow, or one without a name or a reason."""


def change_risk(risk: Risk, changes: Mapping[str, object]) -> Risk:
    """Return the risk parameters with some entries changed.

    Parameters
    ----------
    risk : Risk
    changes : path of an entry, its parts joined by dots → its new value. Where the points of a
        measure are changed, the other points of the population give way in proportion, so that
        they add up to a hundred.

    Raises
    ------
    BadChange
        There is no such entry, or the value is not allowed there.

    Examples
    --------
    >>> risk = change_risk(load_risk(), {"card.open.silence.points": 30})
    >>> risk.card["open"]["silence"].points, sum(p.points for p in risk.card["open"].values())
    (30, 100)
    >>> change_risk(load_risk(), {"draw.random_share": 0.1})
    Traceback (most recent call last):
    audit_lib.inspection.alternative.BadChange: `draw.random_share` cannot be 0.1: Input should be \
greater than or equal to 0.2
    """
    whole = risk.model_dump(mode="json")
    for path, value in changes.items():
        parts = path.split(".")
        place = whole
        for part in parts[:-1]:
            place = place.get(part) if isinstance(place, dict) else None
        if not isinstance(place, dict) or parts[-1] not in place:
            raise BadChange(f"`{path}` is no entry of the risk parameters.")
        place[parts[-1]] = value
    for population in whole["card"]:
        fixed = {
            path.split(".")[2]
            for path in changes
            if path.startswith(f"card.{population}.") and path.endswith(".points")
        }
        if fixed:
            _give_way(whole["card"][population], fixed)
    try:
        return Risk.model_validate(whole)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"]))
        raise BadChange(
            f"`{place or next(iter(changes))}` cannot be {fault['input']}: {fault['msg']}"
            if place
            else fault["msg"].removeprefix("Value error, ")
        ) from None


def _give_way(card: dict, fixed: set[str]) -> None:
    """Share what the fixed points leave among the others, by the largest remainder."""
    left = 100 - sum(card[name]["points"] for name in fixed)
    others = {name: entry["points"] for name, entry in card.items() if name not in fixed}
    total = sum(others.values())
    if left < 0 or not total:
        raise BadChange("The points of a population add up to a hundred: this leaves none.")
    exact = {name: points * left / total for name, points in others.items()}
    given = {name: int(share) for name, share in exact.items()}
    missing = left - sum(given.values())
    for name in sorted(exact, key=lambda n: (given[n] - exact[n], n))[:missing]:
        given[name] += 1
    for name, points in given.items():
        card[name]["points"] = points


def list_alternative(
    snapshot,
    round_: Round,
    tables: Mapping[str, pd.DataFrame] | None = None,
    changes: Mapping[str, object] | None = None,
    as_of: datetime.date | None = None,
    risk: Risk | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score and draw as if something had been decided otherwise.

    Parameters
    ----------
    snapshot : Snapshot, opened for the courts in question
    round_ : Round that stands
    tables : ``check``, ``claims``, ``silence``, ``categories``, ``features`` of its day, as they
        were made from the same courts; not used for another day
    changes : see :func:`change_risk`
    as_of : another audit day; the record is then judged anew, with the courts that are open

    Returns
    -------
    DataFrame, DataFrame
        The scores (see ``score_cases``) and the chosen cases (see ``select_cases``).
    """
    changes = dict(changes or {})
    risk = change_risk(risk or load_risk(), changes)
    codes = set(snapshot.court_codes)
    moved = as_of is not None and as_of != round_.as_of
    try:
        round_ = Round.model_validate(
            round_.model_dump(exclude={"courts", "budget", "interviews", "declined", "plans"})
            | {"courts": tuple(sorted(codes)), "as_of": as_of or round_.as_of}
            | {"budget": {code: round_.budget_of(code) for code in codes}}
        )
    except ValidationError as error:
        raise BadChange(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
    if moved or tables is None:
        tables = _judge(snapshot, round_.as_of)
    known = {name: tables[name] for name in ("claims", "silence", "categories")}
    features = prepared = tables.get("features")
    if features is None or any(path.split(".")[0] not in _LIGHT for path in changes):
        features = build_features(
            snapshot, round_.as_of, findings=tables["check"], risk=risk, **known
        )
        if prepared is not None:
            # It rests on the inspections of all courts; here one court's alone are open.
            whole = prepared.drop_duplicates("case_no").set_index("case_no")[_OF_ALL_COURTS]
            features[_OF_ALL_COURTS] = features["case_no"].map(whole)
    scores = score_features(features, lang=round_.lang, risk=risk)
    drawn = plan_draw(
        scores, round_, snapshot, findings=tables["check"], claims=tables["claims"], risk=risk
    )
    return scores, drawn.selected


def _judge(snapshot, as_of) -> dict[str, pd.DataFrame]:
    # Imported here: another weight needs none of the engines behind it.
    from audit_lib.inspection.judged import judge_record

    judged = judge_record(snapshot, as_of, everything=True)
    return {
        "check": judged.findings,
        "claims": judged.claims,
        "silence": judged.silence,
        "categories": judged.categories,
    }


def compare_lists(now: pd.DataFrame, then: pd.DataFrame, scores_now, scores_then) -> pd.DataFrame:
    """Lay two lists beside each other.

    Parameters
    ----------
    now, then : chosen cases, ``case_no``, ``stratum``
    scores_now, scores_then : scores of the same courts, ``case_no``, ``handler``, ``score``

    Returns
    -------
    DataFrame, one row a case of either list
        ``case_no``, ``handler``, ``stratum_now``, ``stratum_then``, ``score_now``,
        ``score_then``, ``moved``: into, out or stays. Those that come in first, then those that
        go, then the rest; each by the score they would have, the highest first.
    """
    both = now[["case_no", "stratum"]].merge(
        then[["case_no", "stratum"]], on="case_no", how="outer", suffixes=("_now", "_then")
    )
    for side, scores in (("now", scores_now), ("then", scores_then)):
        rows = scores.drop_duplicates("case_no").set_index("case_no")
        both[f"score_{side}"] = both["case_no"].map(rows["score"])
        both[f"handler_{side}"] = both["case_no"].map(rows["handler"])
    both["handler"] = both["handler_then"].where(both["handler_then"].notna(), both["handler_now"])
    both["moved"] = "stays"
    both.loc[both["stratum_now"].isna(), "moved"] = "into"
    both.loc[both["stratum_then"].isna(), "moved"] = "out"
    order = both["moved"].map({"into": 0, "out": 1, "stays": 2})
    both = both.assign(order=order, high=-both["score_then"].fillna(-1))
    both = both.sort_values(["order", "high", "case_no"], kind="stable", ignore_index=True)
    columns = ["case_no", "handler", "stratum_now", "stratum_then", "score_now", "score_then"]
    return both[[*columns, "moved"]]


def write_proposal(
    folder: str | Path,
    name: str,
    reason: str,
    author: str,
    round_: Round,
    changes: Mapping[str, object],
    as_of: datetime.date | None = None,
) -> Path:
    """Keep a change as a whole set of parameters, under a name and with a reason.

    Parameters
    ----------
    folder : proposals are kept in it, one folder each, never replaced
    name : of the proposal and of the round in it
    reason, author : who wants it and why

    Returns
    -------
    Path
        ``<folder>/<name>``: the parameters with the changes, ``rounds/<name>.yaml``, and
        ``reason.yaml``. ``AUDIT_PARAMETERS`` set to it, ``audit round`` runs it.

    Raises
    ------
    BadChange
        No name, no reason, no author, nothing changed, or the name is taken.
    CannotWrite
        The folder cannot be written; nothing half-written is left.
    """
    name, reason, author = (str(text or "").strip() for text in (name, reason, author))
    if not name or not reason or not author:
        raise BadChange("A change is kept only with a name, a reason, and who wants it.")
    if not changes and (as_of is None or as_of == round_.as_of):
        raise BadChange("Nothing was changed: there is nothing to keep.")
    risk = change_risk(load_risk(), changes)
    try:
        made = Round.model_validate(
            round_.model_dump() | {"name": name, "as_of": as_of or round_.as_of}
        )
    except ValidationError as error:
        raise BadChange(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
    target = Path(folder) / made.name
    if target.exists():
        raise BadChange(f"There is a proposal `{made.name}` already; choose another name.")
    why = {
        "name": made.name, "reason": reason, "author": author, "from_round": round_.name,
        "as_of": made.as_of.isoformat(), "changes": dict(changes),
    }  # fmt: skip
    beside = target.with_name(f".{made.name}.{uuid.uuid4().hex}")
    try:
        shutil.copytree(parameters_folder(), beside, ignore=shutil.ignore_patterns("rounds"))
        (beside / "rounds").mkdir()
        _write(beside / "risk.yaml", risk.model_dump(mode="json"))
        _write(beside / "rounds" / f"{made.name}.yaml", made.model_dump(mode="json"))
        _write(beside / "reason.yaml", why)
        os.rename(beside, target)
    except OSError as error:
        raise CannotWrite(
            f"The proposal could not be written to `{folder}`: {error.strerror or error}."
        ) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return target


def _write(path: Path, content) -> None:
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
    path.write_text(text, encoding="utf-8")
