"""Prepared tables of one invented court, as a round would leave them; every text is made up."""

import json
from pathlib import Path

import court_matters
import numpy as np
import pandas as pd
from court_names import (
    AS_OF,
    CAUSES,
    CODE,
    COMPANIES,
    COURT,
    HANDLERS,
    ID_NOS,
    ORGANS,
    PEOPLE,
    case_number,
    rows_of,
)

RULES = [
    ("exec_notice_10d", "passive", "process", "medium", "民诉法解释", "482"),
    ("finish_investigation_1m", "passive", "property", "medium", "法发〔2006〕35号", "6"),
    ("zb_hear_applicant", "termination", "remedy", "high", "法〔2016〕373号", "5"),
    ("funds_payout_30d", "funds", "process", "high", "法发〔2017〕6号", "5"),
    ("list_old_regime", "coercion", "sanction", "low", "法释〔2013〕17号", "1"),
]


def make_frames(cases: int = 60, seed: int = 1) -> dict[str, pd.DataFrame]:
    """Invent the tables of one court; the same arguments give the same rows."""
    rng = np.random.default_rng(seed)
    numbers = [case_number(n + 1) for n in range(cases)]
    filed = AS_OF - pd.to_timedelta(rng.integers(20, 700, cases), unit="D")
    closed = rng.random(cases) < 0.4
    closed_on = pd.Series(filed + pd.to_timedelta(rng.integers(5, 200, cases), unit="D"))
    closed_on = closed_on.where(closed & (closed_on <= AS_OF))
    manner = np.where(rng.random(cases) < 0.4, "procedure_terminated", "completed")
    handler = rng.choice(HANDLERS, cases)
    frames = {}
    frames["courts"] = pd.DataFrame(
        [(CODE, COURT, "basic", "鲁09")],
        columns=["court_code", "court_name", "level", "parent_code"],
    )
    frames["cases"] = pd.DataFrame(
        {
            "case_no": numbers,
            "court_code": CODE,
            "applied_on": filed - pd.Timedelta(days=3),
            "filed_on": filed,
            "cause": rng.choice(CAUSES, cases),
            "claim_amount": rng.integers(1, 400, cases) * 1250.0,
            "handler": handler,
            "closed_on": closed_on,
            "closing_manner": np.where(closed_on.notna(), manner, None),
            "note": [None] * cases,
            "source_file": "cases.csv",
            "source_row": np.arange(2, cases + 2),
        }
    )
    parties = []
    for n, number in enumerate(numbers):
        creditor, debtor = PEOPLE[n % 8], (PEOPLE + COMPANIES + ORGANS)[(n * 3 + 1) % 11]
        kind = {0: "natural_person"}.get(0 if debtor in PEOPLE else 1, "legal_person")
        kind = "organ" if debtor in ORGANS else kind
        parties.append((number, CODE, "creditor", creditor, "natural_person", ID_NOS[n % 8]))
        parties.append((number, CODE, "debtor", debtor, kind, None))
    frames["parties"] = pd.DataFrame(
        parties, columns=["case_no", "court_code", "role", "name", "kind", "id_no"]
    )
    events = []
    plan = [
        (4, "handler_assigned", None),
        (9, "notice_issued", None),
        (12, "network_query_started", None),
        (20, "network_query_returned", 5000.0),
        (60, "deposit_frozen", 5000.0),
        (90, "money_received", 20000.0),
        (130, "money_paid", 12000.0),
    ]
    for n, number in enumerate(numbers):
        for days, code, amount in plan[: 3 + n % 5]:
            day = filed[n] + pd.Timedelta(days=days)
            keyed = day + pd.Timedelta(days=45 if n % 9 == 0 else 1, hours=9)
            note = (
                f"身份证{ID_NOS[n % 8]}，电话13800000000，{PEOPLE[n % 8]}来电" if n == 3 else None
            )
            events.append((number, CODE, code, day, keyed, amount, PEOPLE[n % 8], handler[n], note))
        if n % 7 == 0:
            day = filed[n] + pd.Timedelta(days=30)
            events.append((number, CODE, "suspended", day, day, None, None, handler[n], None))
    frames["events"] = pd.DataFrame(
        events,
        columns="case_no court_code event day recorded_at amount party operator note".split(),
    )
    frames["events"]["source_file"] = "events.csv"
    frames["events"]["source_row"] = np.arange(2, len(events) + 2)
    frames["check"] = _check(rng, numbers, filed, handler, frames["events"])
    open_cases = frames["cases"][frames["cases"]["closed_on"].isna()]
    silent = rng.integers(1, 420, len(open_cases))
    frames["silence"] = pd.DataFrame(
        {
            "case_no": open_cases["case_no"].to_numpy(),
            "court_code": CODE,
            "handler": open_cases["handler"].to_numpy(),
            "silent_days": silent,
            "silent_from": AS_OF - pd.to_timedelta(silent, unit="D"),
            "silent_until": AS_OF,
            "last_substantive": "deposit_frozen",
            "last_substantive_on": AS_OF - pd.to_timedelta(silent, unit="D"),
            "pauses": "",
            "evidence": "deposit_frozen 2016-03-01 (events.csv#5)",
        }
    )
    score = pd.DataFrame(
        {
            "case_no": numbers,
            "court_code": CODE,
            "handler": handler,
            "population": np.where(frames["cases"]["closed_on"].isna(), "open", "terminated"),
            "score": np.round(rng.random(cases) * 100, 1),
        }
    )
    score["rank"] = score.groupby("population")["score"].rank(ascending=False, method="first")
    score["reasons"] = "长期无实质行为 +30；逾期义务 +20"
    frames["score"] = score
    drawn = min(10, cases)
    frames["select"] = score.head(drawn).assign(
        stratum=(["must"] * 2 + ["risk"] * 5 + ["random"] * 3)[:drawn],
        probability=([1.0] * 7 + [0.2] * 3)[:drawn],
        frame=cases,
        seed=2016,
    )
    frames["petitions"] = court_matters.petitions(numbers)
    frames["claims"] = court_matters.claims(numbers)
    frames |= court_matters.campaign(numbers, frames["cases"])
    frames["inspections"] = court_matters.inspections(numbers)
    frames |= _law_views(numbers, handler, filed)
    frames |= court_matters.campaign_views(numbers, handler)
    return frames


def _law_views(numbers, handler, filed) -> dict[str, pd.DataFrame]:
    """Invent what the law room says beside the findings."""
    duties = "property process sanction remedy explanation conduct".split()
    days = [AS_OF - pd.Timedelta(days=d) for d in (180, 90, 0)]
    evidence = "deposit_frozen 2016-03-01 (events.csv#5)"
    return {
        "trend": rows_of(
            "as_of duty met late outstanding unknown due share_met change",
            *[
                (CODE, day, duty, 10 + 2 * n, 1, 3, 1, 14 + 2 * n, (5 + n) / (7 + n), 0.06)
                for n, day in enumerate(days)
                for duty in duties
            ],
        ),
        "terms": rows_of(
            "case_no handler event subject ends_on days_left within evidence",
            *[
                (CODE, numbers[n], handler[n], "deposit_frozen", PEOPLE[n % 8],
                 AS_OF + pd.Timedelta(days=20 * n + 5), 20 * n + 5, 30 * (n + 1), evidence)
                for n in range(3)
            ],
        ),
        "conditions": rows_of(
            "case_no handler ruled_on rule condition state source article evidence",
            *[
                (CODE, numbers[n], handler[n], filed[n] + pd.Timedelta(days=100), rule, name, state,
                 "法〔2016〕373号", "第一条第（二）项", evidence if state == "met" else None)
                for n in range(4)
                for rule, name, state in (
                    ("zb_consumption_and_list", "consumption_limit", "missing"),
                    ("zb_exhausted_search", "network_query", "met"),
                    ("zb_hear_applicant", "creditor_heard", "unknown"),
                )
            ],
        ),
        "suspicion": rows_of(
            "case_no handler kind event day recorded_on days cases entries detail evidence",
            (CODE, numbers[0], handler[0], "late_keyed", "notice_issued", AS_OF, AS_OF, 45, None,
             None, None, evidence),
            (CODE, None, None, "burst", None, None, AS_OF, None, 7, 40, None, "events.csv#9"),
        ),
        "suspects": rows_of("rule fired decided share", (CODE, "exec_notice_10d", 50, 55, 0.91)),
        "selective": rows_of(
            "step like group_cases case_no handler cause filed_on step_on other_case_no "
            "other_handler other_cause other_filed_on other_step_on days_apart ahead doubt "
            "evidence",
            (CODE, "first_control", "same_debtor", 2, numbers[0], handler[0], CAUSES[0], AS_OF,
             None, numbers[1], handler[1], CAUSES[0], AS_OF, AS_OF, 90, 1, "same_name", evidence),
        ),
        "strike": rows_of(
            "case_no handler state resisted_on resistance answered_on answers days criminal_on "
            "over_limit repeated evidence",
            (CODE, numbers[2], handler[2], "unanswered", AS_OF - pd.Timedelta(days=60),
             "obstruction_recorded", None, None, 60, None, 0, 0, evidence),
            (CODE, numbers[3], handler[3], "answered", AS_OF - pd.Timedelta(days=60),
             "obstruction_recorded", AS_OF, "fine_imposed;detention_imposed", 60, AS_OF, 0, 0,
             evidence),
        ),
    }  # fmt: skip


def _check(rng, numbers, filed, handler, events) -> pd.DataFrame:
    outcomes = ["met", "late", "overdue", "breached", "unknown", "running", "exempt"]
    rows = []
    for n, number in enumerate(numbers):
        for rule, theme, duty, severity, source, article in RULES:
            outcome = rng.choice(outcomes, p=[0.6, 0.08, 0.08, 0.04, 0.1, 0.06, 0.04])
            due = filed[n] + pd.Timedelta(days=10)
            done = {"met": due, "late": due + pd.Timedelta(days=7)}.get(outcome)
            days = {"late": 7, "overdue": (AS_OF - due).days}.get(outcome)
            rows.append(
                dict(
                    case_no=number,
                    court_code=CODE,
                    handler=handler[n],
                    rule=rule,
                    theme=theme,
                    outcome=outcome,
                    started_on=filed[n],
                    due_on=due,
                    done_on=done,
                    days_late=days,
                    severity=severity,
                    source=source,
                    article=article,
                    evidence=f"case_filed {filed[n]:%Y-%m-%d} (cases.csv#{n + 2})",
                    duty=duty,
                    subject=PEOPLE[(n * 3 + 1) % 8],
                    version=pd.Timestamp("2015-02-04"),
                    verified="no" if rule == "list_old_regime" else "yes",
                    reason="start_not_recorded" if outcome == "unknown" else None,
                    paused_days=0,
                    note=None,
                )
            )
    return pd.DataFrame(rows)


def write_court(folder, frames: dict[str, pd.DataFrame], **facts) -> Path:
    """Write prepared tables and ``round.json`` as a round does."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        frame.to_parquet(folder / f"{name}.parquet")
    given = {
        "name": "2016-12",
        "as_of": "2016-12-28",
        "stage": "第一阶段",
        "seed": 2016,
        "court_code": CODE,
        "court_name": COURT,
        "lang": "zh",
        "audience": "inspectors",
        "interviews": [{"court": CODE, "by": "执行局局长", "on": "2016-12-29"}],
        "invented": True,
    } | facts
    (folder / "round.json").write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
    return folder
