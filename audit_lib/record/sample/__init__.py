"""The invented court record: ``make_sample`` writes it in the received format."""

from audit_lib.record.sample.making import make_sample

__all__ = ["make_sample"]
