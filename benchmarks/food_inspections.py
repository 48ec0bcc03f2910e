"""Chicago's food inspections: how much of a gain is the case, and how much the inspector.

Repeat with::

    .venv/bin/python benchmarks/food_inspections.py

Reads ``../shared/data/food_inspections`` (public data of the City of Chicago; never copied into
the project). Fitted on the rows marked ``Train``, judged on those marked ``Test`` with the
simulation of ``../shared/data/README.md``: the same inspections on the same days, in the order of
the score. The form of the model and its pull are chosen by time order inside Train: six windows
of sixty days, each predicted from everything before it. Test is read once a run, after the
choice, and nothing is changed by what it shows. While this was written Test was looked at twice:
once to repeat the reference figures of README.md with plain logistic regressions (one of them on
all features, which gave 3.15), once with the choice made here.

References in the same run: random order, the city's stored score, the inspector alone, the plain
logistic regression on the city's own features without the inspector (2.28 in README.md), perfect
knowledge. Bounds come from resampling the businesses of Test.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer, StandardScaler

from audit_lib.inspection.additive import AdditiveLogistic
from audit_lib.inspection.evaluate import concordance, days_earlier

DATA = Path(__file__).resolve().parents[2] / "shared/data/food_inspections/inspections.parquet"
CITY = ["timeSinceLast", "consumption_on_premises_incidental_activity", "temperatureMax"]
CITY += ["tobacco_retail_over_counter"]
HISTORY = ["pastFail", "pastCritical", "pastSerious", "pastMinor", "timeSinceLast", "firstRecord"]
HISTORY += ["ageAtInspection", "heat_burglary", "heat_garbage", "heat_sanitation"]
WEATHER = ["precipIntensity", "temperatureMax", "windSpeed", "humidity"]
LICENCES = [
    "consumption_on_premises_incidental_activity",
    "tobacco_retail_over_counter",
    "package_goods",
    "limited_business_license",
    "outdoor_patio",
    "public_place_of_amusement",
    "childrens_services_facility_license",
    "tavern",
    "regulated_business_license",
    "filling_station",
    "caterers_liquor_license",
    "mobile_food_license",
]
RESAMPLES = 500


def read_city(data: pd.DataFrame) -> pd.DataFrame:
    """Return the features of the city's own model, as its public code cuts them."""
    out = data[CITY].copy()
    for name in ("pastCritical", "pastSerious"):
        out[name] = np.minimum(data[name], 1)
    out["old"] = (data["ageAtInspection"] > 4).astype(float)
    for name, top in (("heat_burglary", 70), ("heat_sanitation", 70), ("heat_garbage", 50)):
        out[name] = np.minimum(data[name], top)
    return out


def read_all(data: pd.DataFrame) -> pd.DataFrame:
    """Return everything known before an inspection, except who inspects."""
    out = data[HISTORY + WEATHER + LICENCES].copy()
    for kind in ("Restaurant", "Grocery_Store"):
        out[kind] = (data["Facility_Type"] == kind).astype(float)
    return out


class Form:
    """One way to turn features into columns; fitted on the fitting rows only."""

    def __init__(self, read, curved):
        self.read, self.curved = read, curved

    def fit(self, data):
        """Learn the scales and knots of the columns."""
        table = self.read(data)
        many = [name for name in table if table[name].nunique() > 12] if self.curved else []
        self.many, self.few = many, [name for name in table if name not in many]
        self.scale = StandardScaler().fit(table[self.few])
        if many:
            curve = SplineTransformer(4, degree=2, knots="quantile", extrapolation="constant")
            self.curve = make_pipeline(curve, StandardScaler()).fit(table[many])
        return self

    def columns(self, data):
        """Return the columns of some rows."""
        table = self.read(data)
        parts = [self.scale.transform(table[self.few])]
        if self.many:
            parts.append(self.curve.transform(table[self.many]))
        return np.hstack(parts)


FORMS = {
    "the city's features": (read_city, False),
    "all features": (read_all, False),
    "all features, curved": (read_all, True),
}
PULLS = (10.0, 100.0, 1000.0)


def fit(data, form, pull, inspector):
    shape = Form(*FORMS[form]).fit(data)
    model = AdditiveLogistic(pull=pull, group_pull=1.0)
    groups = data["Inspector_Assigned"].to_numpy() if inspector else None
    model.fit(shape.columns(data), data["criticalFound"].astype(int).to_numpy(), groups=groups)
    return shape, model


def choose(train):
    """Choose form and pull by time order inside Train."""
    last = train["day"].max()
    edges = [last - pd.Timedelta(days=60 * back) for back in range(6, 0, -1)]
    rows = []
    for form in FORMS:
        for pull in PULLS:
            marks = []
            for edge in edges:
                fitting = train[train["day"] < edge]
                window = train[(train["day"] >= edge) & (train["day"] < edge + pd.Timedelta("60D"))]
                shape, model = fit(fitting, form, pull, inspector=True)
                score = model.decision_function(shape.columns(window))
                label = window["criticalFound"].to_numpy()
                ones = np.ones(len(window))
                gain = days_earlier(window["day"].to_numpy(), score, label)[0]
                marks.append((concordance(score, label, ones), gain))
            rows.append((form, pull, *np.mean(marks, axis=0)))
    table = pd.DataFrame(rows, columns=["form", "pull", "concordance", "days earlier"])
    best = table.sort_values(["concordance", "pull"], ascending=[False, False]).iloc[0]
    return best["form"], best["pull"], table


def bounds(test, score, seed=0):
    rng = np.random.default_rng(seed)
    places = pd.factorize(test["License"])[0]
    rows_of = [np.flatnonzero(places == n) for n in range(places.max() + 1)]
    day, label = test["day"].to_numpy("datetime64[D]"), test["criticalFound"].to_numpy()
    out = []
    for _ in range(RESAMPLES):
        rows = np.concatenate([rows_of[n] for n in rng.integers(0, len(rows_of), len(rows_of))])
        # Equal scores keep the order of the days, as in the simulation itself.
        rows = rows[np.argsort(rows, kind="stable")]
        out.append(days_earlier(day[rows], score[rows], label[rows])[0])
    return np.quantile(out, [0.025, 0.975])


def main():
    if not DATA.exists():
        sys.exit(f"{DATA} is not there: nothing was measured.")
    data = pd.read_parquet(DATA)
    data["day"] = pd.to_datetime(data["Inspection_Date"])
    data = data.sort_values(["day", "Inspection_ID"], kind="stable")
    train = data[data["Train"]].reset_index(drop=True)
    form, pull, table = choose(train)
    print(table.round(4).to_string(index=False))
    print(f"chosen inside Train: {form}, pull {pull:g}\n")

    test = data[data["Test"]].reset_index(drop=True)
    shape, model = fit(train, form, pull, inspector=True)
    odds = model.decision_function(shape.columns(test))
    effect = test["Inspector_Assigned"].map(model.group_effects_).fillna(0).to_numpy(dtype=float)
    plain = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    plain.fit(read_city(train), train["criticalFound"])
    rate = train.groupby("Inspector_Assigned")["criticalFound"].mean()
    scores = {
        "ours, inspector's effect taken out": odds,
        "ours, inspector known": odds + effect,
        "logistic regression without inspector": plain.predict_proba(read_city(test))[:, 1],
        "the city's stored score": test["score"].to_numpy(),
        "inspector alone": test["Inspector_Assigned"].map(rate).to_numpy(),
        "perfect": test["criticalFound"].to_numpy(),
    }
    print(f"{len(test)} inspections of Test{'':14s} days earlier   95 % bounds     first half")
    day, label = test["day"].to_numpy(), test["criticalFound"].to_numpy()
    for name, score in scores.items():
        gain, half = days_earlier(day, score, label)
        low, high = bounds(test, np.asarray(score, dtype=float))
        print(f"{name:40s} {gain:8.2f}   {low:8.2f} {high:6.2f}   {half:10.1%}")
    rng = np.random.default_rng(0)
    lots = [days_earlier(day, rng.random(len(test)), label)[0] for _ in range(300)]
    print(f"{'random order':40s} {np.mean(lots):8.2f}   ± {np.std(lots):.2f}")
    print("\neffects of the inspectors on the log-odds, left out of the score:")
    print({name: round(value, 2) for name, value in model.group_effects_.items()})


if __name__ == "__main__":
    main()
