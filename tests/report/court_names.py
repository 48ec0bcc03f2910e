"""Who and what stands in the tables of the invented court."""

import pandas as pd

AS_OF = pd.Timestamp("2016-12-28")
CODE = "鲁0902"
COURT = "泰安市泰山区人民法院"
HANDLERS = ["赵明远", "钱志恒", "孙立平", "李卫东", "周国强"]
PEOPLE = ["王建军", "王建国", "刘秀英", "陈桂兰", "杨晓东", "黄丽华", "吴海涛", "徐文斌"]
COMPANIES = ["泰安恒信商贸有限公司", "泰安鲁岳建材有限公司"]
ORGANS = ["泰安市泰山区某街道办事处"]
CAUSES = ["机动车交通事故责任纠纷", "追索劳动报酬纠纷", "民间借贷纠纷", "买卖合同纠纷"]
# Region code 000000 does not exist: these numbers belong to nobody.
ID_NOS = [f"0000001980{m:02}{d:02}00{m}X" for m in range(1, 5) for d in (11, 22)]


def case_number(n: int, year: int = 2016) -> str:
    return f"（{year}）{CODE}执{n}号"


def rows_of(columns: str, *rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["court_code", *columns.split()])
