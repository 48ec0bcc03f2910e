"""Like cases in another order than they came: a comparison for a person, never a finding."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from audit_lib.law.selective import SELECTIVE_COLUMNS, compare_like_cases

AS_OF = date(2016, 12, 28)
CASE = {
    "court_code": "鲁0902", "case_kind": "执", "handler": "甲", "cause": "买卖合同纠纷",
    "claim_amount": None, "closed_on": None,
}  # fmt: skip


def record(cases, events=(), parties=()):
    """Return a record of (case, filed on, …), (case, event, day), (case, role, name, kind, id)."""
    rows = [CASE | {"case_no": n, "filed_on": filed} | dict(more) for n, filed, *more in cases]
    frame = pd.DataFrame(rows).astype({"claim_amount": "float64", "closed_on": "object"})
    for column in ("filed_on", "closed_on"):
        frame[column] = pd.to_datetime(frame[column])
    listed = [(c, e, pd.Timestamp(d), "events.csv", n) for n, (c, e, d) in enumerate(events, 2)]
    names = ["case_no", "event", "day", "source_file", "source_row"]
    people = pd.DataFrame(
        [(*p, *[None] * (5 - len(p))) for p in parties],
        columns=["case_no", "role", "name", "kind", "id_no"],
        dtype="str",
    )
    events = pd.DataFrame(listed, columns=names).astype({"day": "datetime64[us]"})
    return SimpleNamespace(cases=frame, events=events, parties=people)


def debtor(*numbers, kind="legal_person", id_no=None, name="泰山某公司"):
    return [(n, "debtor", name, kind, id_no) for n in numbers]


TWO = [("先", "2016-01-04"), ("后", "2016-03-01")]


def test_a_later_case_of_one_debtor_paid_first_is_shown_with_both_rows():
    found = compare_like_cases(
        record(TWO, [("后", "money_paid", "2016-04-01"), ("先", "money_paid", "2016-09-01")],
               debtor("先", "后")), AS_OF,
    )  # fmt: skip
    assert len(found) == 1
    row = found.iloc[0]
    assert (row["case_no"], row["other_case_no"]) == ("先", "后")
    assert (row["step"], row["like"], row["days_apart"]) == ("first_payment", "same_debtor", 153)
    assert row["evidence"] == (
        "money_paid 2016-09-01 (events.csv#3); money_paid 2016-04-01 (events.csv#2)"
    )
    assert pd.isna(row["doubt"])


def test_what_has_not_come_yet_is_counted_to_the_audit_day_or_the_closing():
    paid = [("后", "money_paid", "2016-04-01")]
    found = compare_like_cases(record(TWO, paid, debtor("先", "后")), AS_OF)
    assert found["days_apart"].tolist() == [271]
    assert found["step_on"].isna().all()
    closed = [("先", "2016-01-04", ("closed_on", "2016-07-01")), TWO[1]]
    found = compare_like_cases(record(closed, paid, debtor("先", "后")), AS_OF)
    assert found["days_apart"].tolist() == [91]


@pytest.mark.parametrize(
    "events",
    [
        [("先", "suspended", "2016-02-01")],
        [("先", "outsider_objection_received", "2016-03-20")],
    ],
)
def test_a_reason_on_file_before_the_others_step_explains_it(events):
    paid = [("后", "money_paid", "2016-04-01")]
    parties = debtor("先", "后")
    assert compare_like_cases(record(TWO, [*paid, *events], parties), AS_OF).empty
    later = [(case, event, "2016-04-02") for case, event, _ in events]
    assert len(compare_like_cases(record(TWO, [*paid, *later], parties), AS_OF)) == 1


def test_a_claim_that_the_law_puts_first_may_be_served_first():
    parties, paid = debtor("先", "后"), [("后", "money_paid", "2016-04-01")]
    wages = [TWO[0], (*TWO[1], ("cause", "追索劳动报酬纠纷"))]
    assert compare_like_cases(record(wages, paid, parties), AS_OF).empty
    both = [(*case, ("cause", "追索劳动报酬纠纷")) for case in TWO]
    assert len(compare_like_cases(record(both, paid, parties), AS_OF)) == 1


def test_a_control_taken_over_from_preservation_is_no_choice_of_the_court():
    inherited = [("后", "deposit_frozen", "2016-02-01")]  # a month before its filing
    assert compare_like_cases(record(TWO, inherited, debtor("先", "后")), AS_OF).empty


def test_short_differences_of_order_are_not_shown():
    near = [("后", "money_paid", "2016-04-01"), ("先", "money_paid", "2016-05-30")]
    assert compare_like_cases(record(TWO, near, debtor("先", "后")), AS_OF).empty
    close = [("先", "2016-02-15"), ("后", "2016-03-01")]
    paid = [("后", "money_paid", "2016-04-01")]
    assert compare_like_cases(record(close, paid, debtor("先", "后")), AS_OF).empty


def test_namesakes_without_a_number_are_shown_with_that_doubt_and_numbers_tell_them_apart():
    paid = [("后", "money_paid", "2016-04-01")]
    people = debtor("先", "后", kind="natural_person", name="张伟")
    found = compare_like_cases(record(TWO, paid, people), AS_OF)
    assert found["doubt"].tolist() == ["same_name"]
    apart = [
        *debtor("先", kind="natural_person", name="张伟", id_no="1"),
        *debtor("后", kind="natural_person", name="张伟", id_no="2"),
    ]
    assert compare_like_cases(record(TWO, paid, apart), AS_OF).empty


def test_a_batch_of_one_creditor_is_compared_by_the_courts_first_act_alone():
    batch = [("甲", "2016-01-04"), ("乙", "2016-01-05")]
    bank = [(n, "creditor", "某银行", "legal_person") for n in ("甲", "乙")]
    acts = [("乙", "notice_issued", "2016-01-12"), ("甲", "notice_issued", "2016-06-01")]
    found = compare_like_cases(record(batch, acts, bank), AS_OF)
    assert found[["case_no", "like", "step"]].values.tolist() == [["甲", "same_batch", "first_act"]]
    # What the one debtor has and the other has not is no choice of the court.
    money = [("乙", "money_paid", "2016-02-01")]
    assert compare_like_cases(record(batch, money, bank), AS_OF)["step"].tolist() == []


def test_like_sums_of_one_cause_and_quarter_need_four_cases():
    def cases(count):
        days = ["2016-01-04", "2016-03-01", "2016-03-02", "2016-03-03"]
        return [(f"{n}", days[n], ("claim_amount", 100_000.0 + n)) for n in range(count)]

    acts = [("1", "notice_issued", "2016-03-10"), ("0", "notice_issued", "2016-09-01")]
    assert compare_like_cases(record(cases(3), acts), AS_OF).empty
    found = compare_like_cases(record(cases(4), acts), AS_OF)
    shown = found[found["step"].eq("first_act")]
    assert shown[["case_no", "like", "ahead"]].values.tolist() == [["0", "same_size", 1]]


def test_a_case_is_shown_once_a_step_by_its_strongest_likeness_and_row_order_changes_nothing():
    events = [("后", "notice_issued", "2016-03-08"), ("先", "notice_issued", "2016-08-01")]
    bank = [(n, "creditor", "某银行", "legal_person") for n in ("先", "后")]
    plain = record(TWO, events, [*debtor("先", "后"), *bank])
    found = compare_like_cases(plain, AS_OF)
    assert found[["step", "like"]].values.tolist() == [["first_act", "same_debtor"]]
    turned = SimpleNamespace(
        **{name: getattr(plain, name).iloc[::-1] for name in ("cases", "events", "parties")}
    )
    pd.testing.assert_frame_equal(found, compare_like_cases(turned, AS_OF))


def test_nothing_later_than_the_audit_day_is_seen_and_an_empty_record_gives_an_empty_table():
    events = [("后", "money_paid", "2016-04-01")]
    early = compare_like_cases(record(TWO, events, debtor("先", "后")), date(2016, 3, 31))
    assert early.empty and tuple(early.columns) == SELECTIVE_COLUMNS
