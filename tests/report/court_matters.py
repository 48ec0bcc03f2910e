"""Clean-ups, petitions and inspections of the invented court."""

import pandas as pd
from court_names import AS_OF, CODE, HANDLERS, ID_NOS, PEOPLE, rows_of


def campaign_views(numbers, handler) -> dict[str, pd.DataFrame]:
    """Invent what the campaign room says beside progress."""
    day = AS_OF - pd.Timedelta(days=19)
    return {
        "faults": rows_of(
            "month category case_no fault claimed found doubt evidence",
            (CODE, "2016-12", "livelihood", None, "open_count_differs", "7", "9", None,
             "returns.csv#2"),
            (CODE, "2016-12", "livelihood", numbers[0], "copied_reason", "王建军说过无财产",
             "5/6", None, "return_items.csv#3"),
            (CODE, "2016-12", "party_organ", numbers[1], "hidden_case", None, "open",
             "not_marked_by_court", "cases.csv#3"),
        ),
        "series": rows_of(
            "category day open_old open_new closed inflow target_line",
            *[
                (CODE, category, day + pd.Timedelta(days=n), 20 - n // 2, 1, n // 2, 1, 20.0 - n)
                for category in ("livelihood", "party_organ")
                for n in range(20)
            ],
        ),
        "forecast": rows_of(
            "category open_old open days cleared inflow closed per_week net_per_week clears_on "
            "clears_early clears_late target_on chance_by_target outlook",
            (CODE, "livelihood", 9, 10, 19, 2, 1, 3, 0.7, 0.4, AS_OF, AS_OF, None, AS_OF, 0.1,
             "too_late"),
        ),
        "standing": rows_of(
            "category old cleared share low high expected ratio ratio_low ratio_high standing "
            "counting",
            (CODE, "livelihood", 20, 9, 0.45, 0.2, 0.7, 8.5, 1.06, 0.5, 2.0, "as_expected",
             "strict"),
        ),
        "funds": rows_of(
            "case_no handler received_on received kept age_days age_band state deferred_until "
            "ground legacy evidence",
            (CODE, numbers[4], handler[4], AS_OF - pd.Timedelta(days=40), 20000.0, 8000.0, 40,
             ">30", "waiting", None, None, "no", "events.csv#7"),
        ),
        "aid": rows_of(
            "case_no handler kind open_days state requested_on why evidence",
            (CODE, numbers[5], handler[5], "wages", 300, "not_requested", None, "long_open",
             "cases.csv#7"),
        ),
        "teams": rows_of(
            "handler open open_cleanup oldest_days median_days closed closed_without_termination "
            "share_strict low high",
            *[(CODE, name, 9, 2, 400, 150, 6, 4, 0.67, 0.3, 0.9) for name in HANDLERS],
        ),
        "proposals": rows_of(
            "trigger category figure of share bound threshold proposed reason doubt cases "
            "evidence decision decided_by decided_on",
            (CODE, "false_return", "livelihood", 2, 9, 0.2, 0.1, 1.0, "yes",
             "returns_against_record", None, numbers[0], "returns.csv#2", None, None, None),
        ),
    }  # fmt: skip


def petitions(numbers) -> pd.DataFrame:
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


def claims(numbers) -> pd.DataFrame:
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


def campaign(numbers, cases) -> dict[str, pd.DataFrame]:
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


def inspections(numbers) -> pd.DataFrame:
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
