import datetime

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from written_record import DAY, case_no, silence_of, write_record

from audit_lib.inspection import build_features, load_risk
from audit_lib.inspection.entries import measure_entries
from audit_lib.inspection.known import record_as_known
from audit_lib.inspection.obligations import find_habits, weigh_findings


def case(number, **more):
    row = {
        "case_no": case_no(number),
        "court_code": "鲁0902",
        "filed_on": "2016-01-11",
        "claim_amount": 100000,
        "handler": "甲某",
        "closed_on": None,
        "closing_manner": None,
    }
    return row | more


def event(number, code, day, **more):
    return {"case_no": case_no(number), "event": code, "day": day} | more


def measures(tmp_path, cases, events, *tables, as_of=DAY, last=None):
    snapshot = write_record(tmp_path, {"cases": cases, "events": events})
    names = snapshot.cases["case_no"].to_numpy(dtype=object)
    days = [pd.NaT if last is None else pd.Timestamp(last)] * len(names)
    out = measure_entries(snapshot, as_of, names, pd.to_datetime(days), load_risk())
    return out.set_index(names)


def test_property_that_is_seized_and_left_alone_is_counted_from_the_last_step(tmp_path):
    out = measures(
        tmp_path,
        [case(1), case(2)],
        [
            event(1, "property_found", "2016-02-01", asset_id="A", amount=50000),
            event(1, "immovable_seized", "2016-02-20", asset_id="A", until="2019-02-19"),
            event(2, "property_found", "2016-02-01", asset_id="A"),
            event(2, "deposit_frozen", "2016-03-01", asset_id="A", until="2017-01-10"),
            event(2, "deposit_transferred", "2016-04-01", asset_id="A"),
        ],
    )
    assert out.loc[case_no(1), "property_untouched"] == (DAY - datetime.date(2016, 2, 20)).days
    assert out.loc[case_no(2), "property_untouched"] == 0


def test_a_query_that_finds_little_is_no_property(tmp_path):
    out = measures(
        tmp_path,
        [case(1), case(2)],
        [
            event(1, "network_query_returned", "2016-02-01", amount=999),
            event(2, "network_query_returned", "2016-02-01", amount=1000),
        ],
    )
    assert out["property_untouched"].tolist() == [0, (DAY - datetime.date(2016, 2, 1)).days]


def test_a_renewed_term_does_not_end_soon(tmp_path):
    frozen = {"asset_id": "A", "until": "2017-01-07"}
    out = measures(
        tmp_path,
        [case(1), case(2)],
        [
            event(1, "deposit_frozen", "2016-01-20", **frozen),
            event(2, "deposit_frozen", "2016-01-20", **frozen),
            event(2, "seizure_renewed", "2016-12-20", asset_id="A", until="2017-12-20"),
        ],
    )
    assert out["term_ending"].tolist() == [20, 0]


def test_a_pause_ends_when_the_case_is_resumed_or_its_end_has_passed(tmp_path):
    out = measures(
        tmp_path,
        [case(1), case(2), case(3), case(4)],
        [
            event(1, "suspended", "2016-05-01"),
            event(2, "suspended", "2016-05-01"),
            event(2, "resumed", "2016-06-01"),
            event(3, "stayed", "2016-05-01", until="2016-11-01"),
            event(4, "settlement_signed", "2016-05-01", until="2017-03-01"),
        ],
    )
    assert out["paused"].tolist() == [True, False, False, True]


def test_entries_that_move_nothing_are_counted_after_the_last_act(tmp_path):
    out = measures(
        tmp_path,
        [case(1)],
        [event(1, "creditor_contacted", f"2016-{month:02d}-15") for month in range(2, 9)],
        last="2016-03-31",
    )
    assert out["cosmetic"].tolist() == [5]


def test_entries_keyed_in_at_one_go_are_seen(tmp_path):
    days = ["2016-02-01", "2016-04-01", "2016-06-01", "2016-08-01", "2016-12-19"]
    out = measures(
        tmp_path,
        [case(1)],
        [event(1, "creditor_contacted", d, recorded_at="2016-12-20 09:00:00") for d in days],
    )
    assert out["keyed_in_burst"].tolist() == [5]
    assert out["late_keyed"].tolist() == [pytest.approx(4 / 7)]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    events = [
        event(1, "case_filed", "2016-01-11"),
        event(1, "property_found", "2016-02-01", asset_id="A", amount=50000),
        event(2, "notice_issued", "2016-01-20"),
        event(3, "notice_issued", "2016-01-21"),
    ]
    cases = [
        case(1),
        case(2, handler="乙某"),
        case(3, closed_on="2016-06-01", closing_manner="procedure_terminated"),
        case(4, closed_on="2016-06-01", closing_manner="completed"),
    ]
    return folder, {"cases": cases, "events": events}


SILENCE = silence_of([(case_no(1), 331, 331, "2016-02-01"), (case_no(2), 343, 343, "2016-01-20")])


def features_of(snapshot, no_findings, no_claims, no_categories, as_of=DAY):
    return build_features(snapshot, as_of, no_findings, no_claims, SILENCE, no_categories)


def test_open_cases_and_closures_by_termination_are_measured_and_no_others(
    small, no_findings, no_claims, no_categories, tmp_path
):
    snapshot = write_record(tmp_path, small[1])
    out = features_of(snapshot, no_findings, no_claims, no_categories)
    pairs = dict(zip(out["case_no"], out["population"], strict=True))
    assert pairs == {case_no(1): "open", case_no(2): "open", case_no(3): "terminated"}
    assert list(out.columns[8:]) == list(load_risk().features)
    assert not out[list(load_risk().features)].isna().any().any()


CODES = ["notice_issued", "immovable_seized", "suspended", "resumed", "property_found"]
LATER = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.sampled_from(CODES),
        st.integers(-200, 60),
        st.integers(1, 60),
        st.sampled_from(["A", "B", None]),
    ),
    min_size=1,
    max_size=12,
)


@pytest.fixture(scope="module")
def before(small, tmp_path_factory):
    last = DAY + datetime.timedelta(days=130)
    return write_record(tmp_path_factory.mktemp("before"), small[1], last)


# Each example reads a record anew: few of them, and none is made smaller.
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(later=LATER)
def test_features_do_not_change_when_later_events_are_added(
    small, before, no_findings, no_claims, no_categories, tmp_path_factory, later
):
    """Later means: of a later day, or keyed in later whatever its day."""
    added = []
    for number, code, shift, keyed, asset in later:
        day = DAY + datetime.timedelta(days=shift)
        recorded = max(DAY, day) + datetime.timedelta(days=keyed)
        row = event(number, code, str(day), asset_id=asset)
        added.append(row | {"recorded_at": f"{recorded} 10:00:00"})
    tables = small[1]
    grown = tables | {"events": [*tables["events"], *added]}
    last = DAY + datetime.timedelta(days=130)
    given_ = (no_findings, no_claims, no_categories)
    after = write_record(tmp_path_factory.mktemp("after"), grown, last)
    assert len(after.events) > len(before.events) or {row[0] for row in later} <= {3, 4}
    pd.testing.assert_frame_equal(features_of(before, *given_), features_of(after, *given_))
    with record_as_known(after, DAY) as known:
        assert (known.events["recorded_at"].dropna() < pd.Timestamp("2016-12-29")).all()
        assert len(known.events) == len(before.events)
        assert known.court_codes == after.court_codes


def test_a_court_alone_gets_the_scores_it_gets_beside_others(
    small, no_findings, no_claims, no_categories, tmp_path
):
    other = [case(n, case_no=case_no(n, "0911"), court_code="鲁0911") for n in range(1, 6)]
    tables = {"cases": [*small[1]["cases"], *other], "events": small[1]["events"]}
    snapshot = write_record(tmp_path, tables)
    both = features_of(snapshot, no_findings, no_claims, no_categories)
    alone = features_of(snapshot.only(["鲁0902"]), no_findings, no_claims, no_categories)
    mine = both[both["court_code"] == "鲁0902"].reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, alone)


def test_a_mark_of_the_court_alone_is_no_feature(small, no_findings, no_claims, tmp_path):
    snapshot = write_record(tmp_path, small[1])
    categories = pd.DataFrame(
        {"case_no": [case_no(1), case_no(2)], "reason": ["marked_with_reason", "exact_cause"]}
    )
    out = features_of(snapshot, no_findings, no_claims, categories)
    assert out.set_index("case_no")["category"].to_dict() == {
        case_no(1): 0.0,
        case_no(2): 1.0,
        case_no(3): 0.0,
    }


def idle_days(tmp_path, variants):
    """Return the features of one case a variant, all of one record.

    A variant is (entries, inspections, days since the last substantive act), its case number left
    to be filled in.
    """
    places = {name: case_no(n) for n, name in enumerate(variants, start=1)}
    tables = {"cases": [case(n) for n in range(1, len(variants) + 1)]}
    for table, part in (("events", 0), ("inspections", 1)):
        tables[table] = [
            row | {"case_no": places[name]}
            for name, given_ in variants.items()
            for row in given_[part]
        ]
    snapshot = write_record(tmp_path, tables)
    rows = [
        (places[name], days, days, DAY - datetime.timedelta(days=days))
        for name, (_, _, days) in variants.items()
    ]
    columns = {
        "findings": ("case_no", "rule", "theme", "outcome", "days_late", "severity"),
        "claims": ("petition_id", "case_no", "allegation", "verdict", "link_confidence",
                   "received_on"),
        "categories": ("case_no", "reason"),
    }  # fmt: skip
    empty = {table: pd.DataFrame({n: [] for n in names}) for table, names in columns.items()}
    out = build_features(snapshot, DAY, silence=silence_of(rows), **empty).set_index("case_no")
    return {name: out.loc[number] for name, number in places.items()}


def test_property_under_an_outsiders_suit_is_not_left_alone_and_the_wait_is_no_silence(tmp_path):
    held = [
        event(1, "property_found", "2016-02-01", asset_id="A", amount=50000),
        event(1, "immovable_seized", "2016-02-20", asset_id="A", until="2019-02-19"),
    ]
    suit = [event(1, "outsider_suit_filed", "2016-07-01", asset_id="A", party="外人")]
    judged = [event(1, "outsider_suit_judged", "2016-09-01", asset_id="A", result="驳回")]
    variants = {
        "alone": (held, [], 200),
        "waiting": (held + suit, [], 200),
        "over": (held + suit + judged, [], 200),
    }
    out = idle_days(tmp_path, variants)
    assert out["alone"]["property_untouched"] > 300 and out["alone"]["silence"] == 200
    # The last act lies 200 days back, on 2016-06-11; the wait began twenty days later.
    assert (out["waiting"]["property_untouched"], out["waiting"]["silence"]) == (0, 20)
    assert out["over"]["silence"] == 200 and out["over"]["property_untouched"] > 0


def test_asking_again_where_nothing_else_is_left_is_silence_in_part_only(tmp_path):
    asked = [
        event(1, "onsite_inquiry", "2016-05-02", party="乙"),
        event(1, "consumption_limited", "2016-05-20", party="乙"),
        event(1, "network_query_started", "2016-11-01", party="乙"),
    ]
    found = [event(1, "property_found", "2016-11-04", asset_id="A", amount=9000)]
    variants = {
        "searched": (asked, [], 200),
        "asked only": (asked[2:], [], 200),
        "property": (asked + found, [], 200),
    }
    silence = {name: row["silence"] for name, row in idle_days(tmp_path, variants).items()}
    assert silence == {"searched": 80, "asked only": 200, "property": 200}


def test_acts_keyed_in_afterwards_at_one_go_end_no_silence(tmp_path):
    real = [event(1, "notice_issued", "2016-02-01", recorded_at="2016-02-01 09:00:00")]
    days = ("2016-04-05", "2016-06-03", "2016-08-02", "2016-10-10")
    written = [event(1, "onsite_inquiry", day, recorded_at=f"{day} 17:00:00") for day in days]
    keyed = [e | {"recorded_at": "2016-12-26 17:00:00"} for e in written]
    since = (DAY - datetime.date(2016, 10, 10)).days
    variants = {"as done": (real + written, [], since), "at one go": (real + keyed, [], since)}
    out = idle_days(tmp_path, variants)
    assert out["as done"]["silence"] == since
    assert out["at one go"]["silence"] == (DAY - datetime.date(2016, 2, 1)).days
    assert out["at one go"]["keyed_in_burst"] == 4


def inspection(issue, **more):
    row = {"case_no": case_no(1), "round": "r", "issue": issue, "selected_as": "random"}
    return row | {"inspected_on": "2016-11-28", "inspector": "督", "probability": 0.2} | more


def test_what_an_earlier_inspection_said_is_heard(tmp_path):
    variants = {
        "nothing found": ([], [inspection("none")], 200),
        "idle": ([], [inspection("passive")], 200),
        "other matters": ([], [inspection("none", examined="funds")], 200),
        "moved since": ([], [inspection("passive")], 10),
    }
    out = idle_days(tmp_path, variants)
    silence = {name: row["silence"] for name, row in out.items()}
    # An inspection that found nothing has looked at the silence before it.
    assert silence == {"nothing found": 30, "idle": 200, "other matters": 200, "moved since": 10}
    issue = {name: row["earlier_issue"] for name, row in out.items()}
    assert issue == {"nothing found": 0, "idle": 1, "other matters": 0, "moved since": 0.4}


def test_an_act_that_a_handlers_finished_cases_lack_too_is_not_taken_for_undone():
    cases = pd.DataFrame(
        {
            "case_no": [f"c{n}" for n in range(41)],
            "court_code": "x",
            "handler": ["甲"] * 21 + ["乙"] * 20,
            "closed_on": [pd.NaT] + [pd.Timestamp("2016-06-01")] * 40,
            "closing_manner": [None] + ["completed"] * 40,
        }
    )
    unwritten = {"theme": "passive", "severity": "high", "rule": "exec_notice_10d"}
    rows = [
        {"case_no": f"c{n}", "outcome": "late" if n else "overdue", "days_late": 200} | unwritten
        for n in range(21)
    ]
    findings, asked = pd.DataFrame(rows), pd.Index(["c0"])
    habits = find_habits(findings, cases, cases.iloc[:1], DAY, load_risk())
    plain = weigh_findings(findings, asked, load_risk())["overdue_acts"].iloc[0]
    known = weigh_findings(findings, asked, load_risk(), habits)["overdue_acts"].iloc[0]
    assert plain == pytest.approx(1.0) and known < 0.2
    others = find_habits(findings.iloc[:1], cases, cases.iloc[:1], DAY, load_risk())
    assert weigh_findings(findings, asked, load_risk(), others)["overdue_acts"].iloc[0] == 1.0


def test_what_a_query_found_is_known_until_it_is_seized_or_gone(tmp_path):
    def answer(day, amount):
        return event(1, "network_query_returned", day, amount=amount, party="乙")

    found = [answer("2016-02-01", 60000.0), answer("2016-02-03", 0.0)]
    again = [answer("2016-07-01", 60000.0)]
    frozen = [event(1, "deposit_frozen", "2016-02-10", asset_id="A", until="2017-02-09")]
    moved = [event(1, "deposit_transferred", "2016-03-01", asset_id="A")]
    left = (DAY - datetime.date(2016, 2, 1)).days
    events = {
        "left": found,
        "asked again": found + again,
        "gone": [*found, answer("2016-04-01", 0.0)],
        "seized and moved": found + frozen + moved,
    }
    variants = {name: (rows, [], 200) for name, rows in events.items()}
    out = idle_days(tmp_path, variants)
    days = {name: row["property_untouched"] for name, row in out.items()}
    assert days == {"left": left, "asked again": left, "gone": 60, "seized and moved": 0}
