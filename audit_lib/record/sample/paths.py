"""The paths that a case can take, by name; the weights stand in ``parameters/sample.yaml``."""

from audit_lib.record.sample.ending import (
    conduct,
    instalments,
    no_property,
    otherwise,
    settled,
    withdrawn,
)
from audit_lib.record.sample.lying import false_end, lost, passive
from audit_lib.record.sample.remedies import objected, ordered, outsider, preserve
from audit_lib.record.sample.selling import distributed, garnished, in_kind, paid, sold
from audit_lib.record.sample.slow import (
    announced,
    behind,
    burst,
    closed_late,
    coordinated,
    extended,
    laboured,
    legacy,
    non_litigation,
    party_changed,
    suspended,
)

__all__ = ["ENDINGS"]

#: Path name → function of (story, day from which it goes on).
ENDINGS = {
    "paid": paid,
    "settled": settled,
    "sold": sold,
    "no_property": no_property,
    "withdrawn": withdrawn,
    "otherwise": otherwise,
    "conduct": conduct,
    "suspended": suspended,
    "announced": announced,
    "behind": behind,
    "coordinated": coordinated,
    "extended": extended,
    "non_litigation": non_litigation,
    "objected": objected,
    "outsider": outsider,
    "closed_late": closed_late,
    "laboured": laboured,
    "instalments": instalments,
    "lost": lost,
    "in_kind": in_kind,
    "ordered": ordered,
    "legacy": legacy,
    "party_changed": party_changed,
    "burst": burst,
    "passive": passive,
    "false_end": false_end,
    "preserve": preserve,
    "garnished": garnished,
    "distributed": distributed,
}
