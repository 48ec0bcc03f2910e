"""Prepared tables of one invented court, as a round would leave them; every text is made up."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

AS_OF = pd.Timestamp("2016-12-28")
CODE = "鲁0902"
COURT = "泰安市泰山区人民法院"
HANDLERS = ["赵明远", "钱志恒", "孙立平", "李卫东", "周国强"]
PEOPLE = ["王建军", "王建国", "刘秀英", "陈桂兰", "杨晓东", "黄丽华", "吴海涛", "徐文斌"]
COMPANIES = ["泰安恒信商贸有限公司", "泰安鲁岳建材有限公司"]
ORGANS = ["泰安市泰山区某街道办事处"]
CAUSES = ["机动车交通事故责任纠纷", "追索劳动报酬纠纷", "民间借贷纠纷", "买卖合同纠纷"]
# Region code 000000 does not exist: these numbers belong to nobody.
ID_NOS = [f"0000001980{m:02}{d:02}00{m}X" for m in range(1, 5) for d in (11, 22)]
RULES = [
    ("exec_notice_10d", "passive", "process", "medium", "民诉法解释", "482"),
    ("finish_investigation_1m", "passive", "property", "medium", "法发〔2006〕35号", "6"),
    ("zb_hear_applicant", "termination", "remedy", "high", "法〔2016〕373号", "5"),
    ("funds_payout_30d", "funds", "process", "high", "法发〔2017〕6号", "5"),
    ("list_old_regime", "coercion", "sanction", "low", "法释〔2013〕17号", "1"),
]


def case_number(n: int, year: int = 2016) -> str:
    return f"（{year}）{CODE}执{n}号"


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
    frames["petitions"] = _petitions(numbers)
    frames["claims"] = _claims(numbers)
    frames |= _campaign(numbers, frames["cases"])
    frames["inspections"] = _inspections(numbers)
    frames |= _law_views(numbers, handler, filed)
    frames |= _campaign_views(numbers, handler)
    return frames


def _rows(columns: str, *rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["court_code", *columns.split()])


def _law_views(numbers, handler, filed) -> dict[str, pd.DataFrame]:
    """Invent what the law room says beside the findings."""
    duties = "property process sanction remedy explanation conduct".split()
    days = [AS_OF - pd.Timedelta(days=d) for d in (180, 90, 0)]
    evidence = "deposit_frozen 2016-03-01 (events.csv#5)"
    return {
        "trend": _rows(
            "as_of duty met late outstanding unknown due share_met change",
            *[
                (CODE, day, duty, 10 + 2 * n, 1, 3, 1, 14 + 2 * n, (5 + n) / (7 + n), 0.06)
                for n, day in enumerate(days)
                for duty in duties
            ],
        ),
        "terms": _rows(
            "case_no handler event subject ends_on days_left within evidence",
            *[
                (CODE, numbers[n], handler[n], "deposit_frozen", PEOPLE[n % 8],
                 AS_OF + pd.Timedelta(days=20 * n + 5), 20 * n + 5, 30 * (n + 1), evidence)
                for n in range(3)
            ],
        ),
        "conditions": _rows(
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
        "suspicion": _rows(
            "case_no handler kind event day recorded_on days cases entries detail evidence",
            (CODE, numbers[0], handler[0], "late_keyed", "notice_issued", AS_OF, AS_OF, 45, None,
             None, None, evidence),
            (CODE, None, None, "burst", None, None, AS_OF, None, 7, 40, None, "events.csv#9"),
        ),
        "suspects": _rows("rule fired decided share", (CODE, "exec_notice_10d", 50, 55, 0.91)),
        "selective": _rows(
            "step like group_cases case_no handler cause filed_on step_on other_case_no "
            "other_handler other_cause other_filed_on other_step_on days_apart ahead doubt "
            "evidence",
            (CODE, "first_control", "same_debtor", 2, numbers[0], handler[0], CAUSES[0], AS_OF,
             None, numbers[1], handler[1], CAUSES[0], AS_OF, AS_OF, 90, 1, "same_name", evidence),
        ),
        "strike": _rows(
            "case_no handler state resisted_on resistance answered_on answers days criminal_on "
            "over_limit repeated evidence",
            (CODE, numbers[2], handler[2], "unanswered", AS_OF - pd.Timedelta(days=60),
             "obstruction_recorded", None, None, 60, None, 0, 0, evidence),
            (CODE, numbers[3], handler[3], "answered", AS_OF - pd.Timedelta(days=60),
             "obstruction_recorded", AS_OF, "fine_imposed;detention_imposed", 60, AS_OF, 0, 0,
             evidence),
        ),
    }  # fmt: skip


def _campaign_views(numbers, handler) -> dict[str, pd.DataFrame]:
    """Invent what the campaign room says beside progress."""
    day = AS_OF - pd.Timedelta(days=19)
    return {
        "faults": _rows(
            "month category case_no fault claimed found doubt evidence",
            (CODE, "2016-12", "livelihood", None, "open_count_differs", "7", "9", None,
             "returns.csv#2"),
            (CODE, "2016-12", "livelihood", numbers[0], "copied_reason", "王建军说过无财产",
             "5/6", None, "return_items.csv#3"),
            (CODE, "2016-12", "party_organ", numbers[1], "hidden_case", None, "open",
             "not_marked_by_court", "cases.csv#3"),
        ),
        "series": _rows(
            "category day open_old open_new closed inflow target_line",
            *[
                (CODE, category, day + pd.Timedelta(days=n), 20 - n // 2, 1, n // 2, 1, 20.0 - n)
                for category in ("livelihood", "party_organ")
                for n in range(20)
            ],
        ),
        "forecast": _rows(
            "category open_old open days cleared inflow closed per_week net_per_week clears_on "
            "clears_early clears_late target_on chance_by_target outlook",
            (CODE, "livelihood", 9, 10, 19, 2, 1, 3, 0.7, 0.4, AS_OF, AS_OF, None, AS_OF, 0.1,
             "too_late"),
        ),
        "standing": _rows(
            "category old cleared share low high expected ratio ratio_low ratio_high standing "
            "counting",
            (CODE, "livelihood", 20, 9, 0.45, 0.2, 0.7, 8.5, 1.06, 0.5, 2.0, "as_expected",
             "strict"),
        ),
        "funds": _rows(
            "case_no handler received_on received kept age_days age_band state deferred_until "
            "ground legacy evidence",
            (CODE, numbers[4], handler[4], AS_OF - pd.Timedelta(days=40), 20000.0, 8000.0, 40,
             ">30", "waiting", None, None, "no", "events.csv#7"),
        ),
        "aid": _rows(
            "case_no handler kind open_days state requested_on why evidence",
            (CODE, numbers[5], handler[5], "wages", 300, "not_requested", None, "long_open",
             "cases.csv#7"),
        ),
        "teams": _rows(
            "handler open open_cleanup oldest_days median_days closed closed_without_termination "
            "share_strict low high",
            *[(CODE, name, 9, 2, 400, 150, 6, 4, 0.67, 0.3, 0.9) for name in HANDLERS],
        ),
        "proposals": _rows(
            "trigger category figure of share bound threshold proposed reason doubt cases "
            "evidence decision decided_by decided_on",
            (CODE, "false_return", "livelihood", 2, 9, 0.2, 0.1, 1.0, "yes",
             "returns_against_record", None, numbers[0], "returns.csv#2", None, None, None),
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


def _petitions(numbers) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (
                f"XF{n:03}",
                AS_OF - pd.Timedelta(days=10 * n + 5),
                "assigned" if n % 2 else "letter",
                PEOPLE[n % 8],
                CODE,
                numbers[n],
                f"我叫{PEOPLE[n % 8]}，身份证号{ID_NOS[n % 8]}，"
                f"承办人{HANDLERS[n % 5]}一年没有动静。",
            )
            for n in range(6)
        ],
        columns="petition_id received_on channel petitioner court_code cited_case_no text".split(),
    )


def _claims(numbers) -> pd.DataFrame:
    verdicts = ["supported", "contradicted", "not_shown", "supported", "not_checkable", "not_shown"]
    return pd.DataFrame(
        [
            (
                f"XF{n:03}",
                numbers[n],
                CODE,
                AS_OF - pd.Timedelta(days=10 * n + 5),
                "number",
                1.0,
                "passive",
                verdicts[n],
                "urge",
                "silence 2016-03-01 (events.csv#9)",
                f"承办人{HANDLERS[n % 5]}一年没有动静",
            )
            for n in range(6)
        ],
        columns="petition_id case_no court_code received_on link link_confidence allegation "
        "verdict route evidence quote".split(),
    )


def _campaign(numbers, cases) -> dict[str, pd.DataFrame]:
    open_numbers = cases.loc[cases["closed_on"].isna(), "case_no"].tolist()
    categories = pd.DataFrame(
        [
            (n, CODE, "livelihood", "traffic_injury", "cause", None, "no", "yes")
            for n in open_numbers[:9]
        ]
        + [
            (n, CODE, "party_organ", "government", "debtor", None, "yes", "yes")
            for n in open_numbers[9:12]
        ],
        columns="case_no court_code category kind reason doubt marked_by_court old".split(),
    )
    campaign = pd.DataFrame(
        [
            (CODE, "livelihood", 20, 11, 9, 11, 9, "2017-01-31", "yes", 11, 7, -2, "no", 1, 0),
            (CODE, "party_organ", 5, 2, 2, 2, 3, "2016-12-31", "no", 5, 0, -3, "yes", 0, 2),
            (CODE, "petition", 6, 3, 3, 3, 3, "2016-12-31", "no", 3, 3, 0, "no", 0, 0),
        ],
        columns="court_code category backlog closed cleared_strict cleared_with_termination open "
        "target_on on_target returned_closed returned_open difference late_return items_missing "
        "promises_slipped".split(),
    )
    returns = pd.DataFrame(
        [
            (CODE, month, category, 3, count, f"{month}-28")
            for month in ("2016-11", "2016-12")
            for category, count in (("livelihood", 12), ("party_organ", 0), ("petition", 3))
        ],
        columns="court_code month category closed_count open_count submitted_on".split(),
    )
    items = pd.DataFrame(
        [
            (CODE, "2016-11", "livelihood", n, "被执行人无财产", "继续查控", "2016-12-15")
            for n in open_numbers[:3]
        ]
        + [
            (CODE, "2016-12", "livelihood", n, "正在拍卖", "加快处置", "2017-01-20")
            for n in open_numbers[:6]
        ],
        columns="court_code month category case_no reason plan promised_on".split(),
    )
    return {
        "categories": categories,
        "campaign": campaign,
        "returns": returns,
        "return_items": items,
    }


def _inspections(numbers) -> pd.DataFrame:
    rows = [
        (numbers[1], "passive", "2016-10-31", "2016-10-20", None),
        (numbers[2], "funds", "2016-10-31", "2016-11-20", None),
        (numbers[4], "passive", "2016-10-31", None, None),
        (numbers[5], "chaotic", "2017-01-31", None, None),
        (numbers[6], "none", None, None, None),
        (numbers[7], "passive", "2016-10-31", None, "withdrawn"),
    ]
    return pd.DataFrame(
        [
            (
                number,
                CODE,
                "2016-09",
                "2016-09-20",
                "张督查",
                issue,
                "random",
                0.2,
                status,
                by,
                done,
            )
            for number, issue, by, done, status in rows
        ],
        columns="case_no court_code round inspected_on inspector issue selected_as probability "
        "status rectify_by rectified_on".split(),
    )


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
