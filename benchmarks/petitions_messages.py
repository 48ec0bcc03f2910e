"""Which of many real messages to authorities are called enforcement petitions, and how fast.

Repeat: ``python benchmarks/petitions_messages.py MESSAGES.xlsx [SEED]``, where the workbook has a
column of texts 留言详情. Prints those that are called so, whole, then a random hundred of the
others, for a person to judge; the reference of time in the same run is counting their characters.
"""

import random
import sys
import time

import pandas as pd

from audit_lib.petitions import read_petition


def main(path: str, seed: int = 0) -> None:
    """Print the messages to be judged and the time of reading."""
    texts = [str(text) for text in pd.read_excel(path)["留言详情"]]
    start = time.perf_counter()
    characters = sum(len("".join(text.split())) for text in texts)
    plain = time.perf_counter() - start
    read_petition(texts[0])
    start = time.perf_counter()
    read = [read_petition(text) for text in texts]
    seconds = time.perf_counter() - start
    called = [row for row, petition in enumerate(read) if petition.about_enforcement]
    others = sorted(set(range(len(texts))) - set(called))
    sample = random.Random(seed).sample(others, min(100, len(others)))
    for title, rows in (("called enforcement", called), ("a random hundred of the others", sample)):
        print(f"== {title}: {len(rows)} of {len(texts)}")
        for row in rows:
            codes = ",".join(code for code, _ in read[row].allegations)
            print(f"{row} [{codes}] {''.join(texts[row].split())}")
    print(f"{seconds:.1f} s for {characters} characters, {seconds / plain:.0f} × counting them")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
