"""Which cases to inspect in each court, and why: must, risk, random.

Takes scores, a round, and what makes a case a must; gives the cases with their stratum, the
probability with which each came into it, and everything needed to draw again. The random arm is
drawn first, from all cases that are no must, so that it alone speaks for the court; no cap and no
score touches it. Its order is a SHA-256 of the round's seed, the court, the frame and the case
number: anyone can repeat it with any tool, and no run of it can be chosen.
"""

import hashlib
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit_lib.errors import BadRound
from audit_lib.inspection.musts import list_musts
from audit_lib.inspection.obligations import need
from audit_lib.inspection.roundfile import Inspector, Round
from audit_lib.inspection.settings import DrawSettings, Risk, load_risk
from audit_lib.labels import Lang, label

__all__ = [
    "Draw",
    "draw_random",
    "frame_hash",
    "plan_draw",
    "select_cases",
    "verify_draw",
    "why_not",
]

_COLUMNS = ["case_no", "court_code", "handler", "stratum", "probability", "frame", "seed", "score"]
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


def frame_hash(case_nos) -> str:
    """Return the hash of a list of cases, whatever their order.

    Examples
    --------
    >>> frame_hash(["b", "a"]) == frame_hash(["a", "b"])
    True
    """
    return hashlib.sha256("\n".join(sorted(map(str, case_nos))).encode()).hexdigest()


def draw_order(case_nos, seed: int, court_code: str, frame: str) -> np.ndarray:
    """Return a number between 0 and 1 for each case, fixed by seed, court, frame and number."""
    start = hashlib.sha256(f"{seed}|{court_code}|{frame}|".encode())
    out = np.empty(len(case_nos))
    for place, case_no in enumerate(case_nos):
        digest = start.copy()
        digest.update(str(case_no).encode())
        out[place] = int.from_bytes(digest.digest()[:7], "big") / 2.0**56
    return out


def draw_random(case_nos, count: int, seed: int, court_code: str) -> list[str]:
    """Draw `count` cases so that each is equally likely; anyone gets the same ones.

    Parameters
    ----------
    case_nos : the frame, in any order
    count : how many to draw
    seed : the round's seed
    court_code : the court

    Returns
    -------
    list of case numbers, in the order in which they came out

    Examples
    --------
    >>> draw_random(["a", "b", "c", "d"], 2, seed=1, court_code="鲁0902")
    ['c', 'd']
    >>> draw_random(["d", "c", "b", "a"], 2, seed=1, court_code="鲁0902")
    ['c', 'd']
    """
    names = sorted(map(str, case_nos))
    order = draw_order(names, seed, court_code, frame_hash(names))
    return [names[place] for place in np.argsort(order, kind="stable")[:count]]


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
    columns = ["case_no", "court_code", "handler", "population", "score", "rank", "reasons"]
    need(scores, "score", columns)
    known = set(scores["court_code"].unique())
    if snapshot is not None:
        known |= set(snapshot.court_codes)
        petitions = snapshot.petitions if petitions is None else petitions
        inspections = snapshot.inspections if inspections is None else inspections
        findings, claims = _complete(snapshot, round.as_of, findings, claims)
    if not known:
        raise BadRound(f"The round `{round.name}` has no court: there is nothing to draw from.")
    courts = round.courts_of(known)
    musts = list_musts(round.as_of, findings, claims, petitions, inspections, risk)
    must_of = dict(zip(musts["case_no"], musts["because"], strict=True))
    rested = _last_round(inspections, round)
    chosen, told, waiting = [], [], []
    groups = dict(list(scores[columns].groupby("court_code", sort=True)))
    for court in courts:
        mine = groups.get(court, scores.iloc[:0][columns]).drop_duplicates("case_no")
        part, facts, left = _draw_court(mine, court, round, must_of, rested, risk.draw)
        chosen.append(part)
        told.append(facts)
        waiting.append(left)
    selected = pd.concat(chosen, ignore_index=True)
    selected["seed"] = pd.Series(round.seed, index=selected.index, dtype="int64")
    because = selected.pop("because")
    wording = {c: label("inspection_must", c, lang) for c in because.dropna().unique()}
    selected["must_because"] = because.map(wording).astype("str")
    selected["inspector"] = _assign(selected, round.inspectors)
    return Draw(
        selected=selected[_COLUMNS + _MORE],
        courts=pd.DataFrame(told),
        waiting=pd.concat(waiting, ignore_index=True),
        rested=scores.loc[scores["case_no"].isin(list(rested)), ["case_no", "court_code"]]
        .sort_values(["court_code", "case_no"])
        .reset_index(drop=True),
    )


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


def _draw_court(cases, court, round: Round, must_of, rested, settings: DrawSettings):
    budget = min(round.budget_of(court), len(cases))
    places = round.budget_of(court)
    n_random = min(math.ceil(settings.random_share * places - 1e-9), budget)
    names = cases["case_no"].astype("str").to_numpy(dtype=object)
    score = cases["score"].to_numpy(dtype=float)
    because = np.array([must_of.get(name) for name in names], dtype=object)
    lot = draw_order(names, round.seed, court, "all")
    must, left = _place_musts(because, score, lot, budget - n_random, settings)
    resting = np.array([name in rested for name in names], dtype=bool)
    frame = np.flatnonzero(~must & ~resting)
    drawn = set(draw_random(names[frame], n_random, round.seed, court))
    random = np.array([name in drawn for name in names], dtype=bool)
    open_places = budget - must.sum() - random.sum()
    rest = np.flatnonzero(~must & ~random & ~resting)
    risk = np.zeros(len(cases), dtype=bool)
    risk[_place_risk(cases, rest, score, lot, open_places, places, must | random, settings)] = True
    out = cases.assign(
        stratum=np.select([must, random, risk], ["must", "random", "risk"], ""),
        probability=np.where(random, random.sum() / max(len(frame), 1), 1.0),
        frame=len(frame),
        because=np.where(must, because, None),
        frame_hash=frame_hash(names[frame]),
    )
    out = out[must | random | risk]
    rank = {"must": 0, "risk": 1, "random": 2}
    keys = pd.DataFrame({"s": out["stratum"].map(rank), "p": -out["score"], "c": out["case_no"]})
    out = out.loc[keys.sort_values(["s", "p", "c"]).index]
    facts = {
        "court_code": court,
        "budget": places,
        "cases": len(cases),
        "frame": len(frame),
        "resting": int(resting.sum()),
        "must": int(must.sum()),
        "risk": int(risk.sum()),
        "random": int(random.sum()),
        "chosen": len(out),
        "waiting": int(left.sum()),
        "all_equal": bool(len(rest) > 1 and np.ptp(score[rest]) == 0),
    }
    waiting = cases.loc[left, ["case_no", "court_code", "handler", "score"]]
    return out, facts, waiting.assign(because=because[left])


def _place_musts(because, score, lot, places, settings):
    """Give the musts their places: by reason, then by score; say which are left."""
    order = {"assigned_petition": 0, "rectification_overdue": 1, "statutory_passivity": 2}
    rows = np.flatnonzero([reason is not None for reason in because])
    must, left = np.zeros(len(because), dtype=bool), np.zeros(len(because), dtype=bool)
    if len(rows):
        kind = np.array([order[because[row]] for row in rows])
        rows = rows[np.lexsort((lot[rows], -score[rows], kind))]
        statutory = np.array([because[row] == "statutory_passivity" for row in rows])
        allowed = math.ceil(settings.must.statutory_share * places - 1e-9)
        waits = statutory & (np.cumsum(statutory) > allowed)
        taken = rows[~waits][:places]
        must[taken] = True
        left[np.setdiff1d(rows, taken)] = True
    return must, left


def _place_risk(cases, rest, score, lot, places, budget, already, settings):
    """Fill the places by risk: highest first in each population, within the handlers' cap."""
    population = cases["population"].to_numpy(dtype=object)
    handler = cases["handler"].where(cases["handler"].notna(), None).to_numpy(dtype=object)
    cap = max(settings.handler_at_least, math.ceil(settings.handler_share * budget))
    count: dict[str, int] = {}
    for row in np.flatnonzero(already):
        count[handler[row]] = count.get(handler[row], 0) + 1
    queue = rest[np.lexsort((lot[rest], -score[rest]))]
    ended = [row for row in queue if population[row] == "terminated"]
    running = [row for row in queue if population[row] != "terminated"]
    for_ended = min(len(ended), round_half_up(settings.terminated_share * places))
    taken: list[int] = []

    def take(rows, wanted):
        for row in rows:
            if wanted <= 0:
                break
            name = handler[row]
            if row in chosen or (name is not None and count.get(name, 0) >= cap):
                continue
            chosen.add(row)
            taken.append(row)
            count[name] = count.get(name, 0) + 1
            wanted -= 1

    chosen: set[int] = set()
    take(ended, for_ended)
    take(running, places - len(taken))
    take(ended, places - len(taken))
    return np.array(taken, dtype=int)


def round_half_up(value: float) -> int:
    """Round to the nearest whole number, halves up.

    Examples
    --------
    >>> round_half_up(2.5), round_half_up(0.4)
    (3, 0)
    """
    return math.floor(value + 0.5)


def _assign(selected, inspectors: tuple[Inspector, ...]) -> pd.Series:
    """Give each case an inspector without a conflict, the least burdened first."""
    load = {person.name: 0 for person in inspectors}
    out = []
    for row in selected.itertuples():
        free = [
            person.name
            for person in inspectors
            if row.court_code not in person.not_courts
            and row.handler not in person.not_handlers
            and row.case_no not in person.not_cases
            and person.name != row.handler
        ]
        # Among the least burdened by lot, so that no inspector is tied to a stratum.
        lots = {n: hashlib.sha256(f"{row.seed}|{row.case_no}|{n}".encode()).digest() for n in free}
        name = min(free, key=lambda n: (load[n], lots[n]), default=None)
        if name is not None:
            load[name] += 1
        out.append(name)
    return pd.Series(out, index=selected.index, dtype="str")


def verify_draw(selected: pd.DataFrame, scores, round: Round, snapshot=None, **given) -> list[str]:
    """Draw again and say where a selection differs; an empty list is agreement.

    Returns
    -------
    list of text: case number and what differs
    """
    again = select_cases(scores, round, snapshot, **given)
    names = ["stratum", "probability", "frame", "seed", "score"]
    both = again.merge(selected, on="case_no", how="outer", suffixes=("", "_given"), indicator=True)
    faults = []
    for row in both.to_dict("records"):
        if row["_merge"] != "both":
            what = "not in the selection" if row["_merge"] == "left_only" else "not drawn"
            faults.append(f"{row['case_no']}: {what}")
            continue
        for name in names:
            here, there = row[name], row[f"{name}_given"]
            same = here == there if isinstance(here, str) else math.isclose(here, there)
            if not same:
                faults.append(f"{row['case_no']}: {name} {there}, drawn again {here}")
    return faults


def why_not(case_no: str, scores: pd.DataFrame, draw: Draw, lang: Lang = "zh") -> str:
    """Say why one case was or was not chosen.

    Returns
    -------
    text, one sentence
    """
    row = draw.selected[draw.selected["case_no"] == case_no]
    if len(row):
        first = row.iloc[0]
        values = {"score": first["score"], "rank": first["rank"], "p": first["probability"]}
        because = first["must_because"] if first["stratum"] == "must" else ""
        values |= {"because": because, "frame": first["frame"]}
        return label("inspection_why", f"chosen_{first['stratum']}", lang, **values)
    mine = scores[scores["case_no"] == case_no]
    if mine.empty:
        return label("inspection_why", "not_scored", lang)
    case = mine.iloc[0]
    court = draw.courts[draw.courts["court_code"] == case["court_code"]]
    values = {"score": case["score"], "rank": case["rank"]}
    if court.empty:
        return label("inspection_why", "court_not_in_round", lang, **values)
    if case_no in set(draw.rested["case_no"]):
        return label("inspection_why", "inspected_last_round", lang, **values)
    if case_no in set(draw.waiting["case_no"]):
        return label("inspection_why", "must_without_place", lang, **values)
    risk = draw.selected[
        (draw.selected["court_code"] == case["court_code"])
        & (draw.selected["stratum"] == "risk")
        & (draw.selected["population"] == case["population"])
    ]
    lowest = risk["score"].min() if len(risk) else math.nan
    values |= {"lowest": lowest, "frame": int(court["frame"].iloc[0])}
    values["n"] = int(court["random"].iloc[0])
    if len(risk) and case["score"] > lowest:
        return label("inspection_why", "handler_cap", lang, **values)
    if len(risk) and case["score"] == lowest:
        return label("inspection_why", "tie_by_lot", lang, **values)
    return label("inspection_why", "below" if len(risk) else "no_place", lang, **values)
