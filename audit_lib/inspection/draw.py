"""Which cases to inspect in each court, and why: must, risk, random.

Takes scores, a round, and what makes a case a must; gives the cases with their stratum, the
probability with which each came into it, and everything needed to draw again. How one court's
budget is spent stands in ``places``, the lots of the random arm in ``lots``.
"""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from audit_lib.errors import BadRound, say
from audit_lib.inspection.assigning import assign_inspectors
from audit_lib.inspection.musts import list_musts
from audit_lib.inspection.obligations import need
from audit_lib.inspection.places import STRATA, CourtCases, Places, spend_budget
from audit_lib.inspection.roundfile import Round
from audit_lib.inspection.settings import Risk, load_risk
from audit_lib.labels import Lang, label

__all__ = ["Draw", "plan_draw", "select_cases"]

_COLUMNS = ["case_no", "court_code", "handler", "stratum", "probability", "frame", "seed", "score"]
_SCORE_COLUMNS = ["case_no", "court_code", "handler", "population", "score", "rank", "reasons"]
_MORE = ["reasons", "population", "rank", "must_because", "frame_hash", "inspector"]


@dataclass(frozen=True)
class Draw:
    """A draw and what it rests on.

    Attributes
    ----------
    selected : one row per chosen case, the columns of the contract's ``select`` and more
    courts : one row per court: budget, cases, frame, how many by each stratum, what was left
    waiting : one row per must case for which no place was left
    rested : one row per case left out because it was inspected in the round before
    """

    selected: pd.DataFrame
    courts: pd.DataFrame
    waiting: pd.DataFrame
    rested: pd.DataFrame

    def statements(self, lang: Lang = "zh") -> list[str]:
        """Say what could not be done as asked, one sentence a court and matter."""
        said = []
        for row in self.courts.itertuples():
            values = {"court": row.court_code, "budget": row.budget, "cases": row.cases}
            if row.cases == 0:
                said.append(label("inspection_said", "no_cases", lang, **values))
            elif row.chosen < row.budget:
                said.append(
                    label("inspection_said", "few_cases", lang, chosen=row.chosen, **values)
                )
            if row.waiting:
                said.append(label("inspection_said", "musts_wait", lang, n=row.waiting, **values))
            if row.all_equal and row.risk:
                said.append(label("inspection_said", "all_equal", lang, **values))
        return said


def select_cases(scores, round: Round, snapshot=None, **given) -> pd.DataFrame:
    """Choose the cases of a round; see :func:`plan_draw`, whose ``selected`` this is."""
    return plan_draw(scores, round, snapshot, **given).selected


def plan_draw(
    scores: pd.DataFrame,
    round: Round,
    snapshot=None,
    findings=None,
    claims=None,
    petitions=None,
    inspections=None,
    lang: Lang | None = None,
    risk: Risk | None = None,
) -> Draw:
    """Choose the cases of a round under each court's budget.

    Parameters
    ----------
    scores : DataFrame, as ``score_cases`` gives for the round's day
    round : Round
    snapshot : Snapshot, optional
        Where given, petitions and inspections are taken from it, and findings and claims are
        computed where they are not handed in.
    findings, claims, petitions, inspections : DataFrames, optional
        What makes a case a must, and which cases rest after the round before.

    Returns
    -------
    Draw

    Raises
    ------
    BadRound
        The round names a court that neither the scores nor the snapshot know.
    """
    risk = risk or load_risk()
    lang = lang or round.lang
    need(scores, "score", _SCORE_COLUMNS)
    scores = scores[_SCORE_COLUMNS].drop_duplicates("case_no", ignore_index=True)
    known = set(scores["court_code"].unique())
    if snapshot is not None:
        known |= set(snapshot.court_codes)
        petitions = snapshot.petitions if petitions is None else petitions
        inspections = snapshot.inspections if inspections is None else inspections
        findings, claims = _complete(snapshot, round.as_of, findings, claims)
    if not known:
        raise BadRound(
            say("nothing_to_draw", "The round `{round}` has no court: there is nothing to draw "
                "from.", round=round.name)
        )  # fmt: skip
    courts = round.courts_of(known)
    musts = list_musts(round.as_of, findings, claims, petitions, inspections, risk)
    rested = scores["case_no"].isin(list(_last_round(inspections, round))).to_numpy(dtype=bool)
    columns = _columns(scores, musts, rested)
    rows_of = _rows_by_court(scores["court_code"], columns.names)
    chosen, waiting, facts = [], [], []
    for court in courts:
        rows = rows_of.get(court, np.zeros(0, dtype=int))
        mine = CourtCases(**{f.name: getattr(columns, f.name)[rows] for f in fields(CourtCases)})
        places = round.budget_of(court)
        found = spend_budget(mine, court, places, round.seed, risk.draw)
        facts.append(_facts(court, places, mine, found))
        waiting.append(rows[found.waiting])
        chosen.append(
            pd.DataFrame(
                {
                    "row": rows[found.rows],
                    "stratum": found.stratum,
                    "probability": found.random / max(found.frame, 1),
                    "frame": found.frame,
                    "frame_hash": found.frame_hash,
                }
            )
        )
    waits = np.concatenate(waiting) if waiting else np.zeros(0, dtype=int)
    left = scores.iloc[waits][["case_no", "court_code", "handler", "score"]]
    return Draw(
        selected=_lay_out(scores, pd.concat(chosen, ignore_index=True), columns, round, lang),
        courts=pd.DataFrame(facts),
        waiting=left.assign(because=columns.because[waits]).reset_index(drop=True),
        rested=scores.loc[rested, ["case_no", "court_code"]]
        .sort_values(["court_code", "case_no"])
        .reset_index(drop=True),
    )


def _columns(scores, musts, rested) -> CourtCases:
    """Take the columns out of the table once, as plain arrays."""
    names = scores["case_no"].to_numpy(dtype=object)
    handler = scores["handler"].astype(object)
    because = np.full(len(scores), None, dtype=object)
    place = pd.Index(scores["case_no"]).get_indexer(musts["case_no"])
    there = place >= 0
    because[place[there]] = musts["because"].to_numpy(dtype=object)[there]
    return CourtCases(
        names=names,
        score=scores["score"].to_numpy(dtype=float),
        population=scores["population"].to_numpy(dtype=object),
        handler=handler.where(handler.notna(), None).to_numpy(dtype=object),
        because=because,
        resting=rested,
    )


def _rows_by_court(court_code, names) -> dict[str, np.ndarray]:
    """Return each court's rows, in the order of their numbers: rows' own order says nothing."""
    codes, courts = pd.factorize(court_code)
    order = np.argsort(codes, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1) if len(order) else []
    return {courts[codes[part[0]]]: part[np.argsort(names[part])] for part in parts}


def _facts(court, places, cases: CourtCases, found: Places) -> dict:
    count = np.bincount(found.stratum, minlength=len(STRATA))
    return {
        "court_code": court,
        "budget": places,
        "cases": len(cases.names),
        "frame": found.frame,
        "resting": int(cases.resting.sum()),
        **{name: int(n) for name, n in zip(STRATA, count, strict=True)},
        "chosen": len(found.rows),
        "waiting": len(found.waiting),
        "all_equal": found.all_equal,
    }


def _lay_out(scores, chosen, columns, round: Round, lang) -> pd.DataFrame:
    """Write the chosen rows with the contract's columns and ours."""
    out = scores.iloc[chosen["row"]].reset_index(drop=True)
    out["stratum"] = pd.Series(np.array(STRATA, dtype=object)[chosen["stratum"]], dtype="str")
    random = chosen["stratum"] == STRATA.index("random")
    out["probability"] = chosen["probability"].where(random, 1.0)
    out["frame"], out["frame_hash"] = chosen["frame"], chosen["frame_hash"].astype("str")
    out["seed"] = pd.Series(round.seed, index=out.index, dtype="int64")
    is_must = (chosen["stratum"] == STRATA.index("must")).to_numpy()
    because = np.where(is_must, columns.because[chosen["row"]], None)
    told = [None if b is None else label("inspection_must", b, lang) for b in because]
    out["must_because"] = pd.Series(told, index=out.index, dtype="str")
    out["inspector"] = assign_inspectors(out, round.inspectors)
    return out[_COLUMNS + _MORE]


def _complete(snapshot, as_of, findings, claims):
    """Compute what was not handed in, on the record as it was known on the day."""
    if findings is None or claims is None:
        # Imported here: who hands both tables in needs none of the engines behind them.
        from audit_lib.inspection.known import record_as_known
        from audit_lib.law import check_snapshot
        from audit_lib.petitions import check_petitions

        with record_as_known(snapshot, as_of) as record:
            findings = check_snapshot(record, as_of) if findings is None else findings
            claims = check_petitions(record, as_of, findings) if claims is None else claims
    return findings, claims


def _last_round(inspections, round: Round) -> frozenset[str]:
    """Return the cases inspected in each court's last round before this one."""
    if inspections is None or inspections.empty:
        return frozenset()
    need(inspections, "inspections", ["case_no", "court_code", "round", "inspected_on"])
    past = inspections[inspections["inspected_on"] < pd.Timestamp(round.as_of)]
    past = past[past["round"] != round.name]
    latest = past.groupby(["court_code", "round"])["inspected_on"].max().reset_index()
    latest = latest.sort_values(["court_code", "inspected_on", "round"])
    latest = latest.drop_duplicates("court_code", keep="last")
    last = past.merge(latest[["court_code", "round"]], on=["court_code", "round"])
    return frozenset(last["case_no"].dropna())
