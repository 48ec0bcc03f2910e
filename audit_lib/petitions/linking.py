"""Which case each petition is about, how sure that is, and which petitions are one matter.

Takes a snapshot; gives one row a petition. A number is taken as written where it exists; else a
slip of the hand near it, the parties with court, sum and time, or an earlier petition of the same
person. Below the accepting confidence a person chooses among the candidates. A case of another
court than the one complained about is never linked without saying so. Reads ``linking`` of
``parameters/petitions.yaml``.
"""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from audit_lib.petitions.amounts import find_amounts
from audit_lib.petitions.folding import fold_text
from audit_lib.petitions.index import CaseIndex, near_numbers
from audit_lib.petitions.names import find_parties
from audit_lib.petitions.numbers import find_numbers
from audit_lib.petitions.wording import load_wording

__all__ = ["LINK_COLUMNS", "link_petitions"]

LINK_COLUMNS = (
    "petition_id",
    "received_on",
    "court_code",
    "petitioner",
    "case_no",
    "link",
    "link_confidence",
    "candidates",
    "other_court",
    "matter",
    "link_note",
)
_ROLES_OF = {
    "creditor": ("creditor",),
    "debtor": ("debtor",),
    "outsider": ("outsider", "interested"),
    "interested": ("interested", "third_party", "bidder", "outsider"),
}


@dataclass
class _Asked:
    """One petition, as far as linking needs it."""

    petition_id: str
    received_on: np.datetime64
    court: str | None
    name: str | None
    role: str | None
    text: str
    numbers: list
    names: list[str] = field(default_factory=list)
    sums: list = field(default_factory=list)
    found: dict[int, tuple[float, str, str]] = field(default_factory=dict)

    def offer(self, row: int, score: float, way: str, note: str = ""):
        """Keep a candidate, at its best score."""
        known = self.found.get(row)
        if row < 0 or (known and score <= known[0]):
            return
        if known and known[1] in ("number", "near_number"):
            way, note = known[1], f"{known[2]};{note}"
        self.found[row] = (score, way, note)


def link_petitions(snapshot, as_of: date | None = None) -> pd.DataFrame:
    """Link each petition to the case that it is about.

    Parameters
    ----------
    snapshot : Snapshot
        With the tables cases, parties and petitions.
    as_of : date, optional
        Petitions received later are not seen.

    Returns
    -------
    DataFrame, one row a petition, sorted by petition_id
        ``case_no`` missing where no candidate is sure enough; ``link`` number, near_number,
        basis, parties, previous or none; ``link_confidence`` 0–1; ``candidates`` the cases a
        person may choose among, with their confidence; ``other_court`` yes where the case is
        not of the court complained about; ``matter`` the first petition of the same matter.

    Notes
    -----
    Confidence is the share of such links that were right on made-up noise (``calibration`` in
    the parameters, made by ``benchmarks/petitions_link.py``).
    """
    settings = load_wording()[0].linking
    petitions = snapshot.petitions
    if as_of is not None:
        petitions = petitions[~(petitions["received_on"] > pd.Timestamp(as_of))]
    index = CaseIndex(snapshot.cases, snapshot.parties)
    asked = [_prepare(row) for row in petitions.itertuples(index=False)]
    _by_number(asked, index, settings)
    _by_basis([a for a in asked if not _sure(a, settings)], index, settings)
    _by_parties([a for a in asked if not _sure(a, settings)], index, settings)
    _by_previous(asked, settings)
    rows = [_settle(a, index, settings) for a in asked]
    frame = pd.DataFrame(rows, columns=[c for c in LINK_COLUMNS if c != "matter"])
    frame["matter"] = _merge_matters(frame, asked)
    frame["received_on"] = pd.to_datetime(frame["received_on"]).astype("datetime64[us]")
    frame["link_confidence"] = frame["link_confidence"].astype(float)
    return frame[list(LINK_COLUMNS)].sort_values("petition_id", kind="stable", ignore_index=True)


def _text(value) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _prepare(row) -> _Asked:
    cited, text = _text(row.cited_case_no) or "", _text(row.text) or ""
    spans = find_numbers(cited) + find_numbers(text[:20_000])
    numbers = list(dict.fromkeys(number for _, _, number in spans))
    folded = fold_text(text[:4_000])
    return _Asked(
        row.petition_id,
        np.datetime64(row.received_on, "D"),
        _text(row.court_code),
        _text(row.petitioner),
        _text(row.petitioner_role),
        text,
        numbers,
        names=find_parties(folded)[:6],
        sums=[(a.least, a.most) for a in find_amounts(folded)[:8]],
    )


def _sure(asked: _Asked, settings) -> bool:
    return any(score >= settings.accept for score, _, _ in asked.found.values())


def _agreement(asked: _Asked, index: CaseIndex, row: int, settings) -> tuple[float, list[str]]:
    """How far names, sum and time of a case agree with a petition: 0 (against) to 1."""
    parties = index.parties(row)
    notes = []
    likeness = 0.0
    if asked.name and parties:
        likeness = max(_alike(asked.name, name) for name, _ in parties)
        if likeness >= 0.85:
            notes.append("petitioner")
    others = [n for n, _ in parties if n != asked.name and (n in asked.text or n in asked.names)]
    if others:
        notes.append("other_party")
    claim = index.claim[row]
    sums = [s for s in asked.sums if not np.isnan(claim) and s[0] * 0.995 <= claim <= s[1] * 1.005]
    if sums and claim > 0:
        notes.append("amount")
    in_time = bool(index.filed_on[row] <= asked.received_on)
    value = 0.5 * (likeness >= 0.85) + 0.3 * bool(others) + 0.2 * bool(sums)
    telling = claim % settings.round_sum != 0
    if others and sums and claim > 0:
        # the other side and the very sum: a slip in one's own name, or another's case
        slip = asked.name and any(
            _is_slip(asked.name, name, telling) for name, _ in parties if name not in others
        )
        value = max(value, 1.0 if slip else 0.9)
        notes += ["name_nearly"] if slip else []
    elif asked.name and sums and claim > 0 and any(name == asked.name for name, _ in parties):
        # one's own name and the very sum: a slip in the other side's name
        if any(
            _is_slip(written, name, telling)
            for written in asked.names for name, _ in parties if name != asked.name
        ):  # fmt: skip
            value = max(value, 0.9)
            notes.append("other_party_nearly")
    return (value if in_time else value * 0.3), notes


def _alike(left: str, right: str) -> float:
    """Likeness of two names; 王某 and 王某某 stand for any name of that family."""
    if left == right:
        return 1.0
    if "某" in left or "某" in right:
        return 0.86 if left[0] == right[0] else 0.0
    return fuzz.ratio(left, right) / 100


def _is_slip(written: str, name: str, telling: bool) -> bool:
    """Whether a name is another with one character wrong, missing or too many.

    Two characters with one wrong are too often somebody else of that family, unless the sum that
    agrees is a `telling` one: 37,846 yuan are seldom owed to two people, 50,000 often.
    """
    short = min(len(written), len(name))
    if short < 3 and not (telling and short == 2 and written[0] == name[0]):
        return False
    return 0 < Levenshtein.distance(written, name, score_cutoff=1) <= 1


def _by_number(asked: list[_Asked], index: CaseIndex, settings):
    texts = list(dict.fromkeys(str(n) for a in asked for n in a.numbers))
    rows = dict(zip(texts, index.of_numbers(texts).tolist(), strict=True))
    near: dict[str, list[tuple[str, str]]] = {}
    for text, number in {str(n): n for a in asked for n in a.numbers}.items():
        # a trial's number is looked for among the titles, not mistyped into a case
        if rows[text] < 0 and not number.old_style and number.kind.startswith("执"):
            near[text] = near_numbers(number.year, number.court_code, number.kind, number.serial)
    slips = list(dict.fromkeys(n for options in near.values() for n, _ in options))
    slip_rows = dict(zip(slips, index.of_numbers(slips).tolist(), strict=True))
    for a in asked:
        own = [n for n in a.numbers if n.kind.startswith("执")] or a.numbers
        for place, number in enumerate(own):
            text = str(number)
            row = rows[text]
            if row >= 0:
                agree, notes = _agreement(a, index, row, settings)
                # who says to be a party and is none has perhaps written another's number
                doubtful = a.name and a.role in ("creditor", "debtor") and index.parties(row)
                score = 0.75 + 0.25 * agree if agree else 0.65 if doubtful else 0.85
                a.offer(row, score - 0.02 * place, "number", ";".join(notes))
                continue
            options = [(slip_rows[n], slip) for n, slip in near.get(text, ()) if slip_rows[n] >= 0]
            for row, slip in options:
                agree, notes = _agreement(a, index, row, settings)
                base = 0.1 if len(options) > 1 else 0.3
                a.offer(row, base + 0.6 * agree, "near_number", ";".join([slip, *notes]))


def _by_basis(asked: list[_Asked], index: CaseIndex, settings):
    for a in asked:
        for number in a.numbers:
            if not number.kind.startswith("执"):
                rows = index.of_basis(str(number))
                for row in rows[:20]:
                    agree, notes = _agreement(a, index, row, settings)
                    score = (0.6 if len(rows) == 1 else 0.3) + 0.4 * agree
                    a.offer(row, score, "basis", ";".join(notes))


def _by_parties(asked: list[_Asked], index: CaseIndex, settings):
    rough: list[tuple[_Asked, str]] = []
    for a in asked:
        if not a.court:
            continue
        for name in dict.fromkeys([*([a.name] if a.name else []), *a.names]):
            exact = index.of_name(a.court, name)
            for row, role in exact[:50]:
                _offer_party(a, index, row, role, 1.0, name, len(exact), settings)
            if not exact and len(name) >= 2 and "某" not in name:
                rough.append((a, name))
    likes = index.like_names([(a.court, name) for a, name in rough], settings.name_score - 20)
    for a, name in rough:
        found = likes.get((a.court, name), [])
        for row, role, like in found[:20]:
            if like >= (settings.name_score if len(name) > 3 else settings.name_score - 20):
                _offer_party(a, index, row, role, like / 100, name, len(found), settings)


def _offer_party(a: _Asked, index: CaseIndex, row, role, like, name, rivals, settings):
    agree, notes = _agreement(a, index, row, settings)
    fits = a.role is None or a.role not in _ROLES_OF or role in _ROLES_OF[a.role]
    score = 0.25 * like + (0.15 if fits and name == a.name else 0.0) + 0.5 * agree
    score += 0.1 if rivals == 1 or {"other_party", "amount"} <= set(notes) else 0.0
    nearly = ["name_nearly"] if like < 1 and "name_nearly" not in notes else []
    a.offer(row, min(score, 0.99), "parties", ";".join(notes + nearly))


def _by_previous(asked: list[_Asked], settings):
    """Let a petition that names nothing follow an earlier one of the same person and court."""
    last: dict[tuple, list[tuple[np.datetime64, int, float]]] = {}
    for a in sorted(asked, key=lambda a: (a.received_on, a.petition_id)):
        if not a.name or not a.court:
            continue
        key = (a.court, a.name)
        best = max(a.found.items(), key=lambda item: (item[1][0], -item[0]), default=None)
        if best and best[1][0] >= settings.accept:
            last.setdefault(key, []).append((a.received_on, best[0], best[1][0]))
        elif not a.numbers and key in last:
            rows = {row for _, row, _ in last[key]}
            for _, row, score in last[key]:
                # a name and a court alone may be somebody else: a person decides
                a.offer(row, (0.75 if len(rows) == 1 else 0.45) * score, "previous")


def _settle(a: _Asked, index: CaseIndex, settings) -> tuple:
    """Choose among the candidates, or leave the choice to a person."""
    ranked = sorted(a.found.items(), key=lambda item: (-item[1][0], index.case_no[item[0]]))
    calibrated = [
        (row, _calibrate(score, way, settings), way, note) for row, (score, way, note) in ranked
    ]
    calibrated = [c for c in calibrated if c[1] >= settings.offer][: settings.candidates]
    offered = ";".join(f"{index.case_no[r]} ({c:.2f} {w})" for r, c, w, _ in calibrated)
    notes: list[str] = []
    case_no, link, sure, other = None, "none", 0.0, "no"
    if calibrated:
        row, sure, link, note = calibrated[0]
        notes += [n for n in note.split(";") if n]
        raw = [score for _, (score, _, _) in ranked]
        close = len(raw) > 1 and raw[0] - raw[1] < settings.margin
        named_several = sum(w == "number" for _, _, w, _ in calibrated) > 1
        if close and named_several and link == "number":
            notes.append("several_numbers")
        elif close:
            sure, _ = min(sure, settings.accept - 0.05), notes.append("rivals")
        if a.court and index.court[row] != a.court:
            other = "yes"
            notes.append(f"other_court {index.court[row]}")
        if sure >= settings.accept:
            case_no = index.case_no[row]
        else:
            notes.append("choose")
    return (
        a.petition_id,
        a.received_on,
        a.court,
        a.name,
        case_no,
        link if calibrated else "none",
        round(float(sure), 3),
        offered,
        other,
        ";".join(notes),
    )


def _calibrate(score: float, way: str, settings) -> float:
    """Turn a score into the share of such links that were right."""
    points = settings.calibration.get(way)
    if not points:
        return score
    return float(np.interp(score, [p[0] for p in points], [p[1] for p in points]))


def _merge_matters(frame: pd.DataFrame, asked: list[_Asked]) -> list[str]:
    """Return for each petition the first petition of the same matter."""
    texts = {a.petition_id: a.text for a in asked}
    order = frame.sort_values(["received_on", "petition_id"], kind="stable")
    first: dict[tuple, str] = {}
    loose: dict[tuple, list[str]] = {}
    matter: dict[str, str] = {}
    for row in order.itertuples(index=False):
        if isinstance(row.case_no, str):
            key = ("case", row.case_no)
            matter[row.petition_id] = first.setdefault(key, row.petition_id)
            continue
        matter[row.petition_id] = row.petition_id
        if not isinstance(row.petitioner, str):
            continue
        mine = loose.setdefault((row.court_code, row.petitioner), [])
        for earlier in mine[-20:]:
            if fuzz.token_ratio(texts[earlier][:500], texts[row.petition_id][:500]) >= 80:
                matter[row.petition_id] = matter[earlier]
                break
        mine.append(row.petition_id)
    return [matter[petition_id] for petition_id in frame["petition_id"]]
