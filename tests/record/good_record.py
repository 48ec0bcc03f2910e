"""A small good record in the received format, for the tests to spoil."""

import csv
import io
from datetime import date
from pathlib import Path

DAY = date(2016, 12, 28)

GOOD = {
    "courts": """法院代字,法院名称,审级,上级法院代字
鲁09,泰安市中级人民法院,中级,
鲁0902,泰安市泰山区人民法院,基层,鲁09
""",
    "cases": """案号,法院代字,收到申请日期,立案日期,案由,申请执行标的额,承办人,结案日期,结案方式,原案号,专项类别标记
（2016）鲁0902执1号,鲁0902,2016-02-25,2016-03-01,买卖合同纠纷,10000,王某,,,,涉民生；涉信访
（2016）鲁0902执2号,鲁0902,,2016-04-01,追索劳动报酬纠纷,2000,王某,2016-06-01,执行完毕,,
（2016）鲁0902执3号,鲁0902,,2016-05-01,民间借贷纠纷,3000,李某,,,,
""",  # noqa: E501
    "parties": """案号,诉讼地位,名称,主体类型,证件号码
（2016）鲁0902执1号,申请执行人,赵某,自然人,999902198001011234
（2016）鲁0902执1号,被执行人,张某,自然人,
""",
    "events": """案号,节点,日期,录入时间,金额,财产编号,相对人,结果,备注
（2016）鲁0902执1号,发出执行通知书,2016-03-05,2016-03-05 10:00:00,,,张某,,
（2016）鲁0902执1号,冻结存款,2016-02-01,,5000,D1,张某,,诉前保全转入
（2016）鲁0902执2号,案款发放,2016-05-20,,2000,,赵某,,
""",
    "petitions": """信访编号,收到日期,渠道,交办机关,信访人,身份,被反映法院,反映案号,反映内容,要求办结日期,办结日期
X1,2016-10-01,来信,,赵某,申请执行人,泰安市泰山区人民法院,(2016)鲁0902执1号,一直没有执行。,,
""",  # noqa: E501
    "returns": """法院代字,报告月份,案件类别,执结案件数,未结案件数,报送日期
鲁0902,2016-11,涉民生,3,2,2016-11-27
""",
    "return_items": """法院代字,报告月份,案件类别,案号,未结原因,下一步打算,预计办结时限
鲁0902,2016-11,涉民生,（2016）鲁0902执1号,正在查控,拍卖,2016-12-31
""",
    "inspections": """案号,轮次,督查日期,督查人员,问题类型,抽取方式,抽取概率
（2016）鲁0902执1号,2016-11,2016-11-20,孙某,消极执行,风险,1
""",
}


def write_good(folder: Path, **tables: str) -> Path:
    """Write the good record, with some tables replaced; a table given as "" is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (GOOD | tables).items():
        if text:
            (folder / f"{name}.csv").write_bytes(text.encode("utf-8-sig"))
    return folder


def cells(text: str) -> list[list[str]]:
    """Return the cells of a text table."""
    return list(csv.reader(io.StringIO(text)))
