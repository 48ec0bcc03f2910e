"""``audit sample``: a court area's record, invented, as it stood on a day.

Courts are told prefecture by prefecture, so that memory does not grow with their number. Reads
``parameters/sample.yaml``.
"""

import gc
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from typing import Literal

from audit_lib.errors import AuditError, CannotWrite, say
from audit_lib.record.sample.complaints import Petition, write_petitions
from audit_lib.record.sample.courts import Court, build_courts, number_cases, tell_court
from audit_lib.record.sample.reporting import build_returns, mark_categories
from audit_lib.record.sample.story import day_number
from audit_lib.record.sample.visits import build_visits, passive_on
from audit_lib.record.sample.words import load_words
from audit_lib.record.sample.workdays import due, workday
from audit_lib.record.sample.writing import Rows, cut_cases, words_of, write_csv, write_rows

__all__ = ["make_sample"]

_FIRST_DAY, _LAST_DAY = day_number(2016, 7, 1), day_number(2018, 3, 31)
#: The province whose rules on petitions the catalogue holds.
_PROVINCE = "鲁"
_PLANTED = ["case_no", "court_code", "fault", "visible_on", "detail"]


def make_sample(
    out: str | Path,
    day: date = date(2016, 12, 28),
    courts: int = 8,
    cases: int = 1500,
    seed: int = 2016,
    format: Literal["csv", "xlsx", "parquet"] = "csv",
    progress: Callable[[int, int], None] | None = None,
    truth: bool = False,
    workers: int = 1,
) -> Path:
    """Invent a court record in the received format as it stood on a day.

    Every case is told from filing to its end; `day` only cuts what is seen. A later day of one
    seed shows all that the earlier showed, and what came after.

    Parameters
    ----------
    out : folder to write; it must not exist or be empty
    day : date, from 2016-07-01 to 2018-03-31
    courts : int, 1 to 3500
        The first eight are the sample area under 鲁09; further ones are invented prefectures.
    cases : int
        Enforcement cases (执, 执保, 执监) that have come in by 2016-12-28, over all courts; cases
        that hang on others (执恢, 执异, 执复) come on top, and new ones after that day.
    seed : int
    format : csv, xlsx or parquet
        ``csv`` and ``xlsx`` are one flat folder, one file a table. ``parquet`` is one folder a
        court (``out/鲁0902/cases.parquet`` …), each a received folder of its own.
    progress : called with (courts done, courts in all)
    truth : bool
        Also write ``truth.csv``: case_no, truly_passive, lawful_slow as of `day`.
    workers : int
        Processes that tell prefectures at once; the files do not depend on it.

    Returns
    -------
    Path
        The folder, with the tables, ``planted.csv`` and ``README.md``.

    Raises
    ------
    AuditError
        A number is out of range.
    CannotWrite
        The folder holds something, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> folder = make_sample(Path(tempfile.mkdtemp()) / "s", courts=2, cases=20)
    >>> sorted(p.name for p in folder.iterdir())[:3]
    ['README.md', 'cases.csv', 'courts.csv']
    """
    out, today = Path(out), day.toordinal()
    _refuse(out, today, courts, cases, format)
    words = load_words()
    areas = list(_areas(build_courts(words, courts, seed), cases, seed))
    beside = out.with_name(out.name + ".part")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir(parents=True)
        _write_all(beside, areas, courts, today, format, progress, truth, workers)
        facts = {"day": day.isoformat(), "courts": courts, "cases": cases, "seed": seed}
        (beside / "README.md").write_text(words.readme.format(**facts), encoding="utf-8")
        if out.exists():
            out.rmdir()
        beside.rename(out)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise CannotWrite.from_error(out, error) from None
    return out


def _refuse(out, today, courts, cases, format):
    if not _FIRST_DAY <= today <= _LAST_DAY:
        raise AuditError(
            say("sample_day", "The sample's story runs from 2016-07-01 to 2018-03-31; take such a "
                "day.")
        )  # fmt: skip
    if not 1 <= courts <= 3500:
        raise AuditError(say("sample_courts", "`courts` is {n}; it may be 1 to 3500.", n=courts))
    if cases < courts:
        raise AuditError(
            say("sample_cases", "`cases` is {cases}; there must be at least one a court "
                "({courts}).", cases=cases, courts=courts)
        )  # fmt: skip
    if format not in ("csv", "xlsx", "parquet"):
        raise AuditError(f"`format` is `{format}`; it may be csv, xlsx or parquet.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CannotWrite(
            say("not_empty", "`{path}` exists and is not empty. Name a new folder.", path=out)
        )


def _areas(courts: list[Court], cases: int, seed: int) -> Iterator[list[tuple[Court, int]]]:
    """Yield the courts of one prefecture after the other, each with its number of cases."""
    weights = [0.35 if court.level == "intermediate" else 1.0 for court in courts]
    total, given, so_far = sum(weights), 0, 0.0
    area: list[tuple[Court, int]] = []
    for court, weight in zip(courts, weights, strict=True):
        so_far += weight
        upto = round(cases * so_far / total)
        area.append((court, max(1, upto - given)))
        given = upto
        if court.level == "intermediate":
            yield area
            area = []
    if area:
        yield area


def _write_all(folder, areas, courts, today, form, progress, truth, workers):
    jobs = [(folder, area, today, form, truth) for area in areas]
    flat = Rows() if form != "parquet" else None
    planted, truths, done = [], [], 0
    for area, (rows, faults, facts) in zip(areas, _run(jobs, workers), strict=True):
        if flat is not None:
            for table, columns in rows.columns.items():
                for name, values in columns.items():
                    flat.columns[table][name] += values
        planted += faults
        truths += facts
        done += len(area)
        if progress:
            progress(done, courts)
    if flat is not None:
        write_rows(flat, folder, form)
    write_csv(folder / "planted.csv", _PLANTED, planted)
    if truth:
        write_csv(folder / "truth.csv", ["case_no", "truly_passive", "lawful_slow"], truths)


def _run(jobs, workers):
    if workers <= 1 or len(jobs) < 2:
        yield from map(_tell_area, jobs)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(_tell_area, jobs)


def _tell_area(job):
    """Tell one prefecture; Parquet is written at once, other formats are handed back."""
    # Millions of small tuples and no cycles worth collecting: the collector only costs time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _tell(job)
    finally:
        if collecting:
            gc.enable()


def _tell(job):
    folder, area, today, form, truth = job
    words = load_words()
    told = {court.code: tell_court(words, court, count, today) for court, count in area}
    _send_up(area, told)
    for court, _count in area:
        number_cases(court, told[court.code])
    together, planted, truths = Rows(), [], []
    for court, _count in area:
        rows = together if form != "parquet" else Rows()
        stories = told.pop(court.code)
        planted += _tell_record(words, court, stories, rows, today, truths if truth else None)
        if form == "parquet":
            write_rows(rows, folder / court.code, form)
    return together if form != "parquet" else None, planted, truths


def _send_up(area, told):
    """Give reconsiderations to the intermediate court of the area, if it is there."""
    above = next((court for court, _count in area if court.level == "intermediate"), None)
    for place, (code, stories) in enumerate(told.items(), start=1):
        ups = [s for s in stories if s.court_code is None]
        told[code] = [s for s in stories if s.court_code is not None]
        for s in ups if above else ():
            s.court_code, s.handler, s.team = above.code, None, None
            s.index += 10_000_000 * place
            told[above.code].append(s)


def _tell_record(words, court, stories, rows, today, truths):
    """Add one court's rows to every table; returns its planted faults."""
    level = words_of("level")
    rows.add("courts", (court.code, court.name, level[court.level], court.parent))
    petitions = write_petitions(words, court, stories, today)
    mark_categories(stories, petitions)
    for number, p in enumerate(petitions, start=1):
        if p.case and p.cited:
            entered = workday(p.received + 1 + number % 4)
            p.case.add(entered, "petition_registered", doc=_petition_id(court, number))
        if p.unanswered:
            p.case.plant("unanswered_petition", p.received + 61, "no answer in 60 days")
            if p.cited and court.code.startswith(_PROVINCE):
                limit = due(p.received, 60)
                p.case.plant("petition_provincial_60d", limit + 1, "not finished in 60 days")
    returns, items, wrong = build_returns(words, court, stories, petitions, today)
    visits = build_visits(words, court, stories, petitions, today)
    planted = cut_cases(rows, stories, today, truths, passive_on)
    for s, fault, visible, detail in wrong:
        if visible <= today:
            planted.append((s.number if s else None, court.code, fault, visible, detail))
    _add_petitions(rows, court, petitions, today)
    category = words_of("category")
    for r in returns:
        if r.submitted <= today:
            rows.add(
                "returns",
                (r.court.code, r.month, category[r.category], r.closed, r.open, r.submitted),
            )
    for i in items:
        if i.submitted <= today:
            rows.add(
                "return_items",
                (
                    i.court.code,
                    i.month,
                    category[i.category],
                    i.case.number,
                    i.reason,
                    i.plan,
                    i.promised,
                ),
            )
    _add_visits(rows, visits, today)
    order = sorted(planted, key=lambda p: (p[3], p[2], p[0] or "", p[4]))
    return [(p[0] or "", p[1], p[2], date.fromordinal(p[3]).isoformat(), p[4]) for p in order]


def _petition_id(court, number: int) -> str:
    return f"访{court.stem}-{number:05d}"


def _add_petitions(rows, court, petitions: list[Petition], today):
    channels, above, roles = (
        words_of("channel"),
        words_of("assigned_by"),
        words_of("petitioner_role"),
    )
    for number, p in enumerate(petitions, start=1):
        if p.received > today:
            continue
        resolved = p.resolved is not None and p.resolved <= today
        rows.add("petitions", (
            _petition_id(court, number), p.received, channels[p.channel], above[p.assigned_by],
            p.petitioner, roles[p.role], court.code if number % 3 else court.name, p.cited, p.text,
            p.due, p.resolved if resolved else None, p.outcome if resolved else None,
            p.reply if resolved else None,
        ))  # fmt: skip


def _add_visits(rows, visits, today):
    issue, chosen, status = words_of("issue"), words_of("selected_as"), words_of("status")
    for v in visits:
        if v.day > today:
            continue
        examined = ";".join(issue[e] for e in v.examined.split(";")) if v.examined else None
        rows.add("inspections", (
            v.case.number, v.round, v.day, v.inspector, issue[v.issue], chosen[v.selected_as],
            v.probability, status[v.status], v.reason, examined, v.note, v.rectify_by,
            v.rectified if v.rectified and v.rectified <= today else None,
        ))  # fmt: skip
