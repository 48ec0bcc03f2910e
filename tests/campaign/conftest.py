"""An invented record of three courts over three months, small enough to count by hand."""

import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from audit_lib.campaign import build_progress, check_returns, read_spans
from audit_lib.record import ingest_sources, open_snapshot

COURTS = """court_code,court_name,level,parent_code
鲁09,泰安市中级人民法院,中级,
鲁0902,泰山区人民法院,基层,鲁09
鲁0911,岱岳区人民法院,基层,鲁09
"""

# 鲁0902: livelihood old 1-5 and 12 (open on the baseline day), new 6 and the resumed 11; closed:
# 2 (paid, 12-15), 3 (终本, 12-20), 4 (paid, 2017-01-20). Organs: 7 (old, open), 8 (old, closed
# 12-26). 9: an organ as outsider, none. 10: an objection.
CASES = """case_no,court_code,filed_on,cause,handler,closed_on,closing_manner,parent_case_no,\
marked_category,note
（2016）鲁0902执1号,鲁0902,2016-02-01,追索劳动报酬纠纷,甲,,,,涉民生,
（2016）鲁0902执2号,鲁0902,2016-02-02,抚养费纠纷,甲,2016-12-15,执行完毕,,涉民生,
（2016）鲁0902执3号,鲁0902,2016-02-03,机动车交通事故责任纠纷,乙,2016-12-20,终结本次执行程序,,涉民生,
（2015）泰山执字第4号,鲁0902,2015-06-01,工伤保险待遇纠纷,乙,2017-01-20,执行完毕,,,
（2016）鲁0902执5号,鲁0902,2016-12-09,赡养费纠纷,乙,,,,涉民生,
（2016）鲁0902执6号,鲁0902,2016-12-12,医疗损害责任纠纷,乙,,,,涉民生,
（2016）鲁0902执7号,鲁0902,2016-03-01,买卖合同纠纷,甲,,,,涉党政机关,
（2016）鲁0902执8号,鲁0902,2016-03-02,租赁合同纠纷,甲,2016-12-26,执行完毕,,涉党政机关,
（2016）鲁0902执9号,鲁0902,2016-03-03,民间借贷纠纷,甲,,,,涉民生,
（2016）鲁0902执异10号,鲁0902,2016-10-03,追索劳动报酬纠纷,甲,,,（2016）鲁0902执1号,,
（2016）鲁0902执恢11号,鲁0902,2016-12-27,,乙,,,（2016）鲁0902执3号,,
（2016）鲁0902执12号,鲁0902,2016-04-01,合同纠纷,乙,,,,涉民生,申请人系低保户、重病
（2016）鲁0911执1号,鲁0911,2016-05-01,追索劳动报酬纠纷,丙,,,,涉民生,
（2016）鲁0911执2号,鲁0911,2016-05-02,民间借贷纠纷,丙,,,,,
（2016）鲁0911执3号,鲁0911,2016-05-03,民间借贷纠纷,丙,,,,,
"""

PARTIES = """case_no,role,name,kind
（2016）鲁0902执1号,被执行人,某建筑公司,法人
（2016）鲁0902执7号,被执行人,青岚镇人民政府,机关
（2016）鲁0902执7号,被执行人,张某,自然人
（2016）鲁0902执8号,被执行人,青岚县教育局,机关
（2016）鲁0902执9号,被执行人,李某,自然人
（2016）鲁0902执9号,案外人,青岚县财政局,机关
（2016）鲁0911执2号,被执行人,青岚县政府招待所,其他
"""

# 0902执1: two petitions of one matter, resolved; then a new one: it came back.
# 0911执3: assigned by the high court, open.
PETITIONS = """petition_id,received_on,channel,assigned_by,court_code,cited_case_no,text,resolved_on
X1,2016-11-01,来信,,鲁0902,(2016)鲁0902执1号,法院半年没有动静,2016-12-20
X2,2016-11-20,来访,,鲁0902,（2016）鲁0902执异10号,还是没有动静,2016-12-22
X3,2017-01-10,网络,,鲁0902,（2016）鲁0902执1号,说解决了其实没有,
X4,2016-10-10,交办,省法院,鲁0911,（2016）鲁0911执3号,一直不执行,
X5,2016-10-11,来信,,鲁0911,,感谢法官,
"""


RETURNS = """court_code,month,category,closed_count,open_count,submitted_on
鲁0902,2016-12,涉民生,2,6,2016-12-28
鲁0902,2016-12,涉党政机关,2,0,2016-12-28
鲁0902,2016-12,涉信访,1,0,2016-12-28
鲁0911,2016-12,涉民生,0,1,2016-12-30
鲁0911,2016-12,涉党政机关,0,0,2016-12-30
鲁0911,2016-12,涉信访,0,1,2016-12-30
鲁0902,2017-01,涉民生,3,5,2017-01-26
鲁0902,2017-01,涉党政机关,1,1,2017-01-26
鲁0902,2017-01,涉党政机关,2,0,2017-01-27
鲁0911,2017-13,涉民生,0,1,2017-01-27
鲁0911,2017-01,涉民生,-1,1,2017-01-27
鲁9999,2017-01,涉民生,0,1,2017-01-27
"""
ITEMS = """court_code,month,category,case_no,reason,plan,promised_on
鲁0902,2016-12,涉民生,（2016）鲁0902执1号,下落不明,查找,2017-01-10
鲁0902,2016-12,涉民生,（2015）泰山执字第4号,正在协商履行,督促,2017-01-20
鲁0902,2016-12,涉民生,（2016）鲁0902执5号,刚立案,查控,2017-03-10
鲁0902,2016-12,涉民生,（2016）鲁0902执6号,刚立案,查控,2017-03-10
鲁0902,2016-12,涉民生,（2016）鲁0902执恢11号,恢复执行,查控,2017-03-10
鲁0902,2016-12,涉民生,（2016）鲁0902执12号,困难群众,协调,2017-03-10
鲁0911,2016-12,涉民生,（2016）鲁0911执1号,,,
鲁0911,2016-12,涉信访,（2016）鲁0911执3号,等待,约谈,2017-01-15
鲁0902,2017-01,涉民生,（2016）鲁0902执1号,下落不明,查找,2017-02-20
鲁0902,2017-01,涉民生,（2016）鲁0902执5号,刚立案,查控,2017-03-10
鲁0902,2017-01,涉民生,（2016）鲁0902执6号,刚立案,查控,2017-03-10
鲁0902,2017-01,涉民生,（2016）鲁0902执恢11号,恢复执行,查控,2017-03-10
鲁0902,2017-01,涉民生,（2016）鲁0902执2号,刚结,查控,2017-03-10
鲁0902,2017-01,涉民生,（2016）鲁0902执777号,没有,查控,2017-03-10
鲁0902,2017-01,涉民生,（2016）鲁0911执1号,别院,查控,2017-03-10
"""


def write(folder: Path, **tables: str) -> Path:
    """Write tables as a court would send them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def make_snapshot(tmp_path_factory):
    """Return a function that ingests tables and opens the snapshot."""

    def make(day=datetime.date(2017, 3, 31), **tables):
        root = tmp_path_factory.mktemp("record")
        given = {
            "courts": COURTS,
            "cases": CASES,
            "parties": PARTIES,
            "petitions": PETITIONS,
            "returns": RETURNS,
            "return_items": ITEMS,
        }
        source = write(root / "received", **(given | tables))
        ingest_sources([source], root / "snapshot", day=day)
        return open_snapshot(root / "snapshot")

    return make


@pytest.fixture(scope="session")
def snapshot(make_snapshot):
    return make_snapshot()


@pytest.fixture(scope="session")
def december(snapshot):
    """The progress and the discrepancies of 2016-12-28."""
    return _judged(snapshot, datetime.date(2016, 12, 28))


@pytest.fixture(scope="session")
def january(snapshot):
    """The progress and the discrepancies of 2017-01-31."""
    return _judged(snapshot, datetime.date(2017, 1, 31))


def _judged(snapshot, day):
    spans = read_spans(snapshot, day)
    faults = check_returns(snapshot, day, spans=spans)
    progress = build_progress(snapshot, day, spans=spans, faults=faults)
    return SimpleNamespace(spans=spans, faults=faults, progress=progress)
