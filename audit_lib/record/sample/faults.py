"""The faults that are planted: each with its path, and the days between which the case is filed.

A fault's name is the ``rule_id`` that the path breaks, or a word for what no rule of law covers.
"""

from typing import NamedTuple

from audit_lib.record.sample.story import day_number

__all__ = ["BACKLOG_FAULTS", "LATER_FAULTS", "Fault"]


class Fault(NamedTuple):
    """One fault: its name, the path of its case, the first and last day of filing."""

    name: str
    path: str
    first: int
    last: int


def _days(text: str) -> int:
    return day_number(*map(int, text.split("-")))


def _rows(path: str, first: str, last: str, *names: str) -> list[Fault]:
    return [Fault(name, path, _days(first), _days(last)) for name in names]


_FAMILIES = [
    _rows("paid", "2016-01-15", "2016-11-05", "filing_decision_7d", "assign_handler_7d",
          "exec_notice_10d", "exec_notice_3d_internal", "exec_notice_after_urgent_measure_3d",
          "ask_clues_3d", "entrusted_file_7d", "back_dated_entry", "case_number_format"),
    _rows("paid", "2016-02-01", "2016-08-25", "verify_clue_5d", "start_investigation_10d",
          "finish_investigation_1m", "internal_approval_7d", "freeze_deposit_max_1y",
          "seize_movable_max_2y", "seize_immovable_max_3y", "fine_limits",
          "detention_max_15d", "no_repeat_sanction", "sanction_review_5d",
          "higher_order_reconsider_5d", "funds_payout_1m_old", "seizure_release_due"),
    _rows("paid", "2016-09-05", "2016-10-10", "execute_outsider_property",
          "seized_property_not_guarded", "execute_beyond_title", "funds_paid_to_wrong_person",
          "execute_ineffective_title"),
    _rows("sold", "2016-02-15", "2016-06-10", "select_appraiser_10d", "appraisal_report_send_5d",
          "sale_ruling_serve_10d", "transfer_notice_5d", "asset_delivery_15d"),
    _rows("sold", "2016-02-01", "2016-05-15", "reauction_offline_60d"),
    _rows("no_property", "2016-07-18", "2016-08-22", "zb_notice_and_report",
          "zb_consumption_and_list", "zb_exhausted_search", "zb_hear_applicant",
          "zb_missing_debtor_and_sanctions", "zb_database_7d"),
    _rows("no_property", "2016-01-20", "2016-08-20", "zb_panel_or_consent"),
    _rows("no_property", "2016-10-10", "2016-10-24", "zb_min_3m"),
    _rows("closed_late", "2015-09-01", "2016-05-10", "close_any_6m"),
    _rows("non_litigation", "2016-02-01", "2016-08-10", "close_any_nonlitigation_3m"),
    _rows("suspended", "2016-02-01", "2016-09-10", "over_seizure", "list_old_regime",
          "crime_referral_or_private", "consumption_for_listed"),
    _rows("garnished", "2016-02-01", "2016-10-10", "third_party_claim_reply_15d"),
    _rows("distributed", "2016-02-01", "2016-10-10", "distribution_objection_15d"),
    _rows("extended", "2015-11-01", "2016-05-20", "extension_request_5d_before",
          "extension_max_3m", "statutory_passive_property_found",
          "statutory_passive_property_at_filing"),
    _rows("conduct", "2015-11-01", "2016-05-20", "statutory_passive_conduct"),
    _rows("suspended", "2015-03-10", "2015-10-20", "seizure_lapsed"),
    _rows("ordered", "2016-02-15", "2016-09-20", "supervised_deadline_missed"),
    _rows("lost", "2016-06-15", "2016-09-10", "delay_losing_property"),
    _rows("in_kind", "2016-08-25", "2016-10-20", "sale_without_valuation"),
    _rows("objected", "2016-02-01", "2016-09-20", "objection_filing_3d", "objection_notice_3d",
          "conduct_objection_15d", "recon_file_transfer_5d"),
    _rows("objected", "2016-02-01", "2016-08-10", "recon_30d"),
    _rows("outsider", "2016-02-01", "2016-09-20", "outsider_objection_15d",
          "no_disposal_during_outsider_objection", "release_after_no_suit_7d"),
    _rows("withdrawn", "2016-02-01", "2016-09-20", "zjzx_grounds"),
    _rows("legacy", "2015-06-01", "2015-10-20", "funds_legacy_campaign"),
    _rows("burst", "2016-09-20", "2016-10-20", "burst_entry"),
    _rows("paid", "2016-12-01", "2016-12-12", "network_query_start_5d_param"),
    _rows("preserve", "2016-12-01", "2016-12-08", "preservation_start_5d",
          "preservation_review_10d"),
]  # fmt: skip

#: Faults of the backlog, in an order that mixes the families.
BACKLOG_FAULTS = [fault for family in _FAMILIES for fault in family]
_STEP = 23
BACKLOG_FAULTS = [
    BACKLOG_FAULTS[n * _STEP % len(BACKLOG_FAULTS)] for n in range(len(BACKLOG_FAULTS))
]

#: Faults of cases that come in after the campaign has begun.
LATER_FAULTS = [
    fault
    for family in (
        _rows("paid", "2017-05-03", "2017-11-01", "report_order_with_notice", "verify_clue_7d",
              "verify_urgent_clue_3d", "audit_request_decision_10d", "bounty_request_decision_10d",
              "list_application_decision_15d", "list_term_2y", "list_delete_3wd",
              "funds_payout_30d", "exec_notice_10d", "filing_decision_7d"),
        _rows("suspended", "2017-05-03", "2017-11-01", "property_report_default_listing"),
        _rows("party_changed", "2016-12-29", "2017-09-01", "change_party_60d"),
        _rows("paid", "2016-12-29", "2017-11-01", "network_query_start_5d_param"),
        _rows("sold", "2017-01-02", "2017-08-01", "auction_price_floor_70",
              "auction_notice_immovable_30d", "reauction_30d"),
        _rows("no_property", "2016-12-29", "2017-09-01", "zb_requery_6m", "zb_resume",
              "zb_hear_applicant", "zb_min_3m", "zb_exhausted_search"),
        _rows("preserve", "2016-12-29", "2017-11-01", "preservation_start_5d"),
    )
    for fault in family
]  # fmt: skip
