"""Petitions that several courts number from 1 stay those of each."""

from datetime import date

from good_record import GOOD, write_good

from audit_lib.petitions import check_petitions
from audit_lib.record import open_snapshot

HEAD, FIRST = GOOD["petitions"].splitlines()
OTHER_COURT = FIRST.replace("泰安市泰山区人民法院", "泰安市中级人民法院").replace("赵某", "钱某")
OTHER_WORDS = FIRST.replace("一直没有执行", "没有人管")


def read(ingest, tmp_path, *rows):
    result = ingest(write_good(tmp_path / "source", petitions="\n".join([HEAD, *rows, ""])))
    return result, open_snapshot(result.path).petitions.sort_values("source_row")


def test_a_number_that_two_courts_gave_carries_the_court_of_the_later_one(ingest, tmp_path):
    result, petitions = read(ingest, tmp_path, FIRST, OTHER_COURT, OTHER_WORDS)
    assert petitions["petition_id"].tolist() == ["X1", "X1（鲁09）", "X1（鲁0902）"]
    named = result.problems[result.problems["reason"].eq("repeated_petition_id")]
    assert named["row"].tolist() == [3, 4] and set(named["became"]) == {"kept"}
    claims = check_petitions(open_snapshot(result.path), date(2016, 12, 28))
    assert claims["petition_id"].nunique() == 3


def test_the_same_petition_twice_is_one(ingest, tmp_path):
    result, petitions = read(ingest, tmp_path, FIRST, FIRST)
    assert petitions["petition_id"].tolist() == ["X1"]
    assert result.problems["reason"].tolist() == ["duplicate_row"]
    assert result.balance["refused"].sum() == 1
