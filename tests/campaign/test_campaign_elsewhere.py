"""A court that the notice does not bind: counted like the others, held to no target of it."""

import datetime

import pytest

from audit_lib.campaign import (
    build_plans,
    build_progress,
    build_series,
    check_returns,
    forecast_clearance,
    propose_interviews,
)

AFTER = datetime.date(2017, 3, 5)
OTHER = "辽06"


@pytest.fixture(scope="module")
def both(make_snapshot):
    """Two courts with the same old cases; one under the notice, one far away."""
    cases = ["case_no,court_code,filed_on,cause,handler,closed_on,closing_manner"]
    for court in ("鲁0902", OTHER):
        numbers = [f"（2016）{court}执{n}号,{court},2016-02-0{n}" for n in (1, 2, 3, 4)]
        cases += [f"{number},追索劳动报酬纠纷,甲,," for number in numbers[:3]]
        cases.append(f"{numbers[3]},抚养费纠纷,甲,2017-02-20,执行完毕")
    return make_snapshot(
        AFTER,
        courts=f"court_code,court_name,level,parent_code\n鲁0902,泰山区人民法院,基层,\n"
        f"{OTHER},丹东市中级人民法院,基层,\n",
        cases="\n".join(cases) + "\n",
        parties="case_no,role,name,kind\n",
        petitions="petition_id,received_on,channel,court_code,cited_case_no,text\n",
        returns="court_code,month,category,closed_count,open_count,submitted_on\n"
        "鲁0902,2016-12,涉民生,0,4,2016-12-28\n",
        return_items="court_code,month,category,case_no,reason,plan,promised_on\n",
    )


def _livelihood(table, court):
    rows = table[table["court_code"].eq(court) & table["category"].eq("livelihood")]
    return rows.iloc[-1]


def test_its_cases_are_counted_and_no_target_is_missed(both):
    progress = build_progress(both, AFTER)
    bound, other = _livelihood(progress, "鲁0902"), _livelihood(progress, OTHER)
    counts = ["backlog", "closed", "cleared_strict", "open", "open_old", "share_strict"]
    assert other[counts].to_list() == bound[counts].to_list() == [4, 1, 1, 3, 3, 0.25]
    assert (bound["target_state"], bound["on_target"]) == ("missed", "no")
    assert other["target_state"] == "not_bound"
    assert other[["target_on", "on_target", "target_share", "reached_on"]].isna().all()


def test_no_pace_is_too_slow_for_it(both):
    forecast = forecast_clearance(both, AFTER)
    bound, other = _livelihood(forecast, "鲁0902"), _livelihood(forecast, OTHER)
    assert bound["outlook"] == "too_late" and bound["chance_by_target"] == 0
    assert other["outlook"] == "no_target" and other["clears_on"] > other["clears_early"]
    assert other[["target_on", "chance_by_target"]].isna().all()
    series = build_series(both, AFTER)
    assert _livelihood(series, "鲁0902")["target_line"] == 0
    assert series.loc[series["court_code"].eq(OTHER), "target_line"].isna().all()


def test_it_owes_no_return_and_no_plan_and_is_not_proposed_for_them(both):
    faults = check_returns(both, AFTER)
    missing = faults[faults["fault"].eq("missing_return")]
    assert "鲁0902" in set(missing["court_code"]) and OTHER not in set(missing["court_code"])
    plans = build_plans(both.courts, (), AFTER).set_index("court_code")["state"]
    assert (plans["鲁0902"], plans[OTHER]) == ("not_received", "not_asked")
    proposed = propose_interviews(both, AFTER, build_progress(both, AFTER), faults)
    assert "missed_target" in set(proposed.loc[proposed["court_code"].eq("鲁0902"), "trigger"])
    assert OTHER not in set(proposed["court_code"])
