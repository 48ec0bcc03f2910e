"""Link made-up petitions with noise to made-up cases; print time, memory, precision and recall.

Repeat: ``python benchmarks/petitions_link.py 1000000 100000``. The reference in the same run is
a plain exact join on the number as written. Every name and number here is invented; the sums are
seldom round, which helps to tell mistyped names: among real, rounder sums fewer will be linked.
"""

import random
import resource
import sys
import time
from types import SimpleNamespace

import pandas as pd

from audit_lib.petitions.linking import link_petitions

FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华建国志海波宁琴云飞鹏玉梅林松柏春雪冬晨曦"
# neighbour: another creditor of the same debtor and sum, who has no case
NOISES = (
    "exact", "slip", "year", "no_number", "name_typo", "trial_text", "stranger", "neighbour",
    "other_side_typo",
)  # fmt: skip


def make(cases: int, petitions: int, seed: int = 7):
    """Return made-up tables, and the case that each petition is truly about."""
    rng = random.Random(seed)
    courts = [f"鲁{n:04d}" for n in range(901, 901 + max(1, cases // 5000))]

    def person():
        return rng.choice(FAMILY) + "".join(
            rng.choice(GIVEN) for _ in range(rng.choice((1, 2, 2, 2)))
        )

    rows, parties, serial = [], [], dict.fromkeys(courts, 0)
    for i in range(cases):
        court = courts[i % len(courts)]
        serial[court] += 1
        number = f"（{2015 + serial[court] % 2}）{court}执{serial[court]}号"
        rows.append((number, court, rng.randrange(5_000, 900_000)))
        parties += [(number, "creditor", person()), (number, "debtor", person())]
    table = pd.DataFrame(rows, columns=["case_no", "court_code", "claim_amount"])
    table["filed_on"] = pd.Timestamp("2016-02-01")
    table["basis_no"] = None
    texts, truth = [], []
    for i in range(petitions):
        at = rng.randrange(cases)
        number, court, claim = rows[at]
        creditor, debtor = parties[2 * at][2], parties[2 * at + 1][2]
        noise = NOISES[i % len(NOISES)]
        digits = list(number[number.index("执") + 1 : -1])
        if noise == "slip":
            place = rng.randrange(len(digits))
            digits[place] = rng.choice([d for d in "123456789" if d != digits[place]])
            number = number[: number.index("执") + 1] + "".join(digits) + "号"
        if noise == "year":
            number = number.replace("2015", "2017").replace("2016", "2014")
        name = creditor[0] + rng.choice(GIVEN) + creditor[2:] if noise == "name_typo" else creditor
        cited = (
            ""
            if noise in ("no_number", "name_typo", "neighbour", "other_side_typo")
            else number.replace("（", "(").replace("）", ")")
        )
        if noise == "other_side_typo":
            debtor = debtor[0] + rng.choice(GIVEN) + debtor[2:]
        text = f"{cited}申请执行一年多没人管，被执行人{debtor}，欠我{claim}元。"
        if noise == "stranger":
            name, text, at = person(), "执行案子没人管。", -1
        if noise == "neighbour":
            name, at = person(), -1
        texts.append((f"p{i:06d}", name, "creditor", court, None, text, noise))
        truth.append(rows[at][0] if at >= 0 else None)
    columns = [
        "petition_id",
        "petitioner",
        "petitioner_role",
        "court_code",
        "cited_case_no",
        "text",
        "noise",
    ]
    frame = pd.DataFrame(texts, columns=columns)
    frame["received_on"] = pd.Timestamp("2016-12-01")
    return SimpleNamespace(
        cases=table,
        parties=pd.DataFrame(parties, columns=["case_no", "role", "name"]),
        petitions=frame,
    ), pd.Series(truth, index=frame["petition_id"])


def main(cases: int, petitions: int):
    snapshot, truth = make(cases, petitions)
    start = time.perf_counter()
    exact = snapshot.petitions["text"].str.extract(r"^\((\d{4})\)(鲁\d+执\d+号)")
    joined = ("（" + exact[0] + "）" + exact[1]).isin(set(snapshot.cases["case_no"]))
    plain = time.perf_counter() - start
    start = time.perf_counter()
    links = link_petitions(snapshot).set_index("petition_id")
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"{petitions} petitions, {cases} cases: {seconds:.0f} s "
        f"({seconds / plain:.0f} × the plain join, which finds {joined.mean():.0%} of numbers), "
        f"{peak:.1f} GB with the made-up tables"
    )
    table = pd.DataFrame(
        {
            "noise": snapshot.petitions.set_index("petition_id")["noise"],
            "true": truth,
            "linked": links["case_no"],
        }
    )
    table["right"] = (table["linked"] == table["true"]).fillna(False).astype(bool)
    for noise, group in [*table.groupby("noise"), ("all", table)]:
        given, real = group["linked"].notna().sum(), group["true"].notna().sum()
        right = int(group["right"].sum())
        precision, recall = right / max(given, 1), right / max(real, 1)
        print(f"{noise:>10}: precision {precision:.3f} recall {recall:.3f} linked {given}")
    top = links.assign(right=table["right"])
    top["band"] = pd.cut(links["link_confidence"], [0, 0.2, 0.5, 0.8, 0.9, 0.95, 1.0])
    first = links["candidates"].str.split(" ").str[0]
    top["first_right"] = (first == truth.reindex(links.index)).fillna(False).astype(bool)
    print(
        top.groupby(["link", "band"], observed=True)["first_right"]
        .agg(["mean", "size"])
        .round(3)
        .to_string()
    )


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 100_000,
        int(sys.argv[2]) if len(sys.argv) > 2 else 10_000,
    )
