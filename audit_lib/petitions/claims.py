"""What the record says for and against one allegation.

Takes a :class:`CaseFile` (one case as it stood on the day of the petition) and gives a
:class:`Judgement`: supported, contradicted, not_shown or not_checkable, with the rows for and
against. A verdict is a lead about the record, never about a person. Reads ``checking`` of
``parameters/petitions.yaml`` and the law's list of acts.
"""

from collections.abc import Callable

from audit_lib.petitions.casefile import CaseFile, Judgement
from audit_lib.petitions.claims_acts import (
    judge_acts,
    judge_ownership,
    judge_sale,
    judge_sanction,
)
from audit_lib.petitions.claims_closing import judge_closing, judge_resumption
from audit_lib.petitions.claims_money import judge_control, judge_money
from audit_lib.petitions.claims_progress import (
    judge_clues,
    judge_contact,
    judge_favour,
    judge_filing,
    judge_silence,
)

__all__ = ["CaseFile", "Judgement", "judge_claim"]

_JUDGES: dict[str, Callable[[CaseFile], Judgement]] = {
    "passive": judge_silence,
    "no_contact": judge_contact,
    "clue_ignored": judge_clues,
    "not_filed": judge_filing,
    "selective": judge_favour,
    "wrongful_termination": judge_closing,
    "not_resumed": judge_resumption,
    "money_withheld": judge_money,
    "over_seizure": judge_control,
    "outsider_property": judge_ownership,
    "chaotic": judge_acts,
    "sale_irregular": judge_sale,
    "wrong_sanction": judge_sanction,
}


def judge_claim(code: str, file: CaseFile) -> Judgement:
    """Judge one allegation of a petition by the record of its case.

    Parameters
    ----------
    code : allegation
    file : CaseFile
    """
    judge = _JUDGES.get(code)
    if judge is None:
        return Judgement("not_checkable", note="record_does_not_hold_this")
    return judge(file)
