"""The trained model: learned points a feature, its card, and the file that carries both.

A model is the points card with other points: shares of measures as on the card, weights learned
from inspections, none below nothing. So its scores too lie between 0 and 100 and its reasons add
up. The file is written by skops, not pickle; only the types named here are ever loaded.
"""

import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.special import expit

from audit_lib.errors import AuditError, CannotWrite
from audit_lib.inspection.additive import AdditiveLogistic
from audit_lib.inspection.card import Weighing
from audit_lib.inspection.settings import Points
from audit_lib.labels import Lang, label

__all__ = ["BadModelFile", "Part", "RiskModel", "load_model"]

#: The one type of our own in a model file; everything else is numbers, text, lists, and dicts.
TRUSTED = ["audit_lib.inspection.additive.AdditiveLogistic"]
FORMAT = "court-enforcement-audit risk model 1"


class BadModelFile(AuditError):
    """A model file is missing, damaged, of another kind, or holds types that are not trusted."""

    @classmethod
    def from_path(cls, path, why):
        """Say which file and why, and how a model is made."""
        return cls(
            f"`{path}` is not a usable risk model: {why}\n"
            "Make one with: audit train --snapshot DIR --out FILE"
        )


@dataclass(frozen=True)
class Part:
    """What was learned for one population.

    Attributes
    ----------
    features : names, in the order of the model's columns
    scales : feature → knots, as they were when the model was fitted
    estimator : AdditiveLogistic or None
    calibration : (slope, shift)
    used : whether the model takes the card's place
    """

    features: list[str]
    scales: dict[str, Points]
    estimator: AdditiveLogistic | None
    calibration: tuple[float, float]
    used: bool

    def shares(self, features) -> np.ndarray:
        """Return the model's columns: each measure as a share, 0 to 1."""
        columns = [self.scales[n].share(features[n].to_numpy(dtype=float)) for n in self.features]
        return np.column_stack(columns) if columns else np.zeros((len(features), 0))

    def weighing(self) -> Weighing | None:
        """Return the learned points, 100 in all; none where nothing was learned."""
        if self.estimator is None:
            return None
        slopes = np.maximum(self.estimator.coef_[0], 0)
        if slopes.sum() <= 0:
            return None
        points = 100.0 * slopes / slopes.sum()
        return Weighing(self.scales, dict(zip(self.features, points.tolist(), strict=True)))

    def chance(self, features) -> np.ndarray:
        """Return the calibrated rate at which an average inspector would find an issue."""
        slope, shift = self.calibration
        return expit(slope * self.estimator.decision_function(self.shares(features)) + shift)


@dataclass(frozen=True)
class RiskModel:
    """A risk model: for each population what was learned, and whether it is used.

    Attributes
    ----------
    parts : population → :class:`Part`
    card : dict that JSON can hold: data, dates, metrics, limits, and the decision with its reason
    """

    parts: dict[str, Part]
    card: dict = field(default_factory=dict)

    def weighing(self, population: str) -> Weighing | None:
        """Return the learned points where the model was found better than the card."""
        part = self.parts.get(population)
        return part.weighing() if part is not None and part.used else None

    def statements(self, lang: Lang = "zh") -> list[str]:
        """Say what could and could not be learned, one sentence a matter.

        Examples
        --------
        >>> told = {"labels": 0, "found": 0, "code": "no_labels"}
        >>> RiskModel({}, {"populations": {"open": told}}).statements("en")
        ['Open cases: no inspection before the day gives a label; the points card is used.']
        """
        said = []
        for name, told in self.card.get("populations", {}).items():
            values = {
                "population": label("inspection_population", name, lang),
                "labels": told["labels"],
                "found": told["found"],
            }
            said.append(label("inspection_model", told["code"], lang, **values))
            left = {k: n for k, n in told.get("without_label", {}).items() if n}
            if left:
                why = [f"{label('inspection_no_label', k, lang)} {n}" for k, n in left.items()]
                words = "，".join(why) if lang == "zh" else ", ".join(why)
                said.append(label("inspection_model", "without_label", lang, why=words, **values))
            if told.get("inspectors") == 1:
                said.append(label("inspection_model", "one_inspector", lang, **values))
        for name, count in self.card.get("passed_over", {}).items():
            if count:
                said.append(label("inspection_model", name, lang, n=count))
        return said

    def save(self, path: str | Path) -> tuple[Path, Path]:
        """Write the model, and beside it its card as JSON.

        Returns
        -------
        (path of the model, path of ``<name>.card.json``)

        Raises
        ------
        CannotWrite
            The folder is missing or read-only; nothing half-written is left.
        """
        import skops.io  # looks through all of scikit-learn, which takes seconds

        path = Path(path)
        content = {
            "format": FORMAT,
            "card": json.dumps(self.card, ensure_ascii=False, sort_keys=True),
            "parts": {name: _plain(part) for name, part in self.parts.items()},
        }
        beside = path.with_name(path.name + ".card.json")
        drafts = [path.with_name(path.name + ".part"), beside.with_name(beside.name + ".part")]
        try:
            drafts[0].write_bytes(_repeatable(skops.io.dumps(content)))
            text = json.dumps(self.card, ensure_ascii=False, indent=1, sort_keys=True)
            drafts[1].write_text(text + "\n", encoding="utf-8", newline="\n")
            drafts[0].replace(path)
            drafts[1].replace(beside)
        except OSError as error:
            for draft in drafts:
                draft.unlink(missing_ok=True)
            raise CannotWrite(f"The model could not be written to `{path}`: {error}") from None
        return path, beside


def _plain(part: Part) -> dict:
    return {
        "features": list(part.features),
        "points": {name: int(scale.points) for name, scale in part.scales.items()},
        "knots": {name: [list(k) for k in scale.scale] for name, scale in part.scales.items()},
        "estimator": part.estimator,
        "calibration": [float(x) for x in part.calibration],
        "used": bool(part.used),
    }


def _repeatable(data: bytes) -> bytes:
    """Write the archive again without times or random names: equal models are equal bytes."""
    source = zipfile.ZipFile(io.BytesIO(data))
    names = sorted(source.namelist())
    schema = json.loads(source.read("schema.json"))
    order: list[str] = []

    def walk(node):
        if isinstance(node, dict):
            if isinstance(node.get("file"), str) and node["file"] not in order:
                order.append(node["file"])
            for key in sorted(node):
                walk(node[key])
        elif isinstance(node, list):
            for item in node:
                walk(item)

    walk(schema)
    fresh = {old: f"{place:04d}{Path(old).suffix}" for place, old in enumerate(order)}
    ids: dict[int, int] = {}

    def rename(node):
        if isinstance(node, dict):
            out = {}
            for key in sorted(node):
                value = node[key]
                if key == "__id__":
                    value = ids.setdefault(value, len(ids) + 1)
                elif key == "file" and value in fresh:
                    value = fresh[value]
                else:
                    value = rename(value)
                out[key] = value
            return out
        return [rename(item) for item in node] if isinstance(node, list) else node

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        content = {fresh.get(n, n): source.read(n) for n in names if n != "schema.json"}
        content["schema.json"] = json.dumps(rename(schema), sort_keys=True).encode()
        for name in sorted(content):
            entry = zipfile.ZipInfo(re.sub(r"[^\w.]", "_", name), (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content[name])
    return target.getvalue()


def load_model(path: str | Path) -> RiskModel:
    """Read a model file; nothing in it is run.

    Parameters
    ----------
    path : path of a file that ``RiskModel.save`` wrote

    Raises
    ------
    BadModelFile
        The file is missing, damaged, of another kind, or holds types that are not trusted.
    """
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    path = Path(path)
    try:
        strange = set(skops.io.get_untrusted_types(file=path)) - set(TRUSTED)
        if strange:
            raise BadModelFile.from_path(path, f"it holds {', '.join(sorted(strange))}.")
        content = skops.io.load(path, trusted=TRUSTED)
    except FileNotFoundError:
        raise BadModelFile.from_path(path, "there is no such file.") from None
    except UntrustedTypesFoundException as error:
        raise BadModelFile.from_path(path, str(error)) from None
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        if isinstance(error, BadModelFile):
            raise
        raise BadModelFile.from_path(path, f"it cannot be read ({error}).") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BadModelFile.from_path(path, f"its format is not `{FORMAT}`.")
    try:
        parts = {name: _part(plain) for name, plain in content["parts"].items()}
        return RiskModel(parts, json.loads(content["card"]))
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise BadModelFile.from_path(path, f"its content is not whole ({error}).") from None


def _part(plain: dict) -> Part:
    scales = {
        name: Points(points=plain["points"][name], scale=tuple(map(tuple, knots)))
        for name, knots in plain["knots"].items()
    }
    slope, shift = plain["calibration"]
    return Part(list(plain["features"]), scales, plain["estimator"], (slope, shift), plain["used"])
