"""How the record is judged for a round, and where petitions of no court go."""

import pandas as pd
import pytest
import small_round

from audit_lib.inspection import load_round
from audit_lib.record import open_snapshot
from audit_lib.rounds import verify_round
from audit_lib.rounds.batches import Batch, plan_batches
from audit_lib.rounds.plan import make_plan
from audit_lib.rounds.preparation import judge_all, prepare_batch
from audit_lib.rounds.settings import load_settings

PETITIONS = (
    "X1,,（2016）鲁0902执2号,法院收案后一直不执行，财产线索不查。",
    "X2,某县法院,,我的案子（2016）鲁0911执3号终本不当，明明有财产。",
    "X3,,,执行太慢，请督促。",
    "X4,鲁0902,（2016）鲁0902执1号,法院消极执行，长期不采取措施。",
    "X5,,（2016）苏0102执9号,法院消极执行。",
)


@pytest.fixture(scope="module")
def petitioned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("petitioned")
    received = small_round.write_record(folder / "received")
    small_round.write_petitions(received, *PETITIONS)
    return small_round.receive(received, folder / "snapshot")


def test_each_court_stands_in_one_batch_with_the_courts_above_it_in_sight(snapshot, monkeypatch):
    settings = load_settings()
    small = settings.model_copy(
        update={"preparation": settings.preparation.model_copy(update={"cases": 4})}
    )
    monkeypatch.setattr("audit_lib.rounds.batches.load_settings", lambda: small)
    opened = open_snapshot(snapshot)
    batches = plan_batches(snapshot, opened.courts, opened.court_codes)
    assert sorted(c for b in batches for c in b.courts) == sorted(small_round.COURTS)
    below = next(b for b in batches if "鲁0902" in b.courts)
    assert "鲁09" in (*below.courts, *below.seen)


@pytest.mark.parametrize("court", ["鲁0902", "鲁0911"])
def test_a_petition_of_no_court_is_checked_where_its_number_belongs(
    petitioned, round_file, tmp_path, court
):
    round_ = load_round(round_file)
    steps = {"judged": judge_all}
    batch = Batch((court,), ("鲁09",), 4)
    made = prepare_batch(
        str(petitioned), batch, round_, str(tmp_path), {court: "k"}, "inspectors", "zh", steps
    )
    claims = pd.read_parquet(tmp_path / court / "claims.parquet")
    petitions = pd.read_parquet(tmp_path / court / "petitions.parquet")
    expected = {"鲁0902": {"X1", "X4"}, "鲁0911": {"X2"}}[court]
    assert set(claims["petition_id"]) == set(petitions["petition_id"]) == expected
    assert claims["court_code"].eq(court).all() and claims["case_no"].notna().all()
    assert made[court]["placed"] == 1


def test_petitions_that_name_no_court_are_listed_beside_the_overview(run, petitioned):
    result = run(snapshot=petitioned)
    listed = pd.read_csv(result.folder / "overview" / "petitions.csv", encoding="utf-8-sig")
    assert set(listed["petition_id"]) == {"X3", "X5"}
    index = result.index.read_text(encoding="utf-8")
    assert "overview/petitions.csv" in index and "2 件信访" in index
    assert verify_round(result.folder) == []
    assert run(snapshot=petitioned).made == 0


def test_an_overview_of_thousands_of_courts_has_time_for_each(
    snapshot, notebooks, round_file, tmp_path
):
    plan = make_plan(round_file, snapshot, tmp_path / "out", "inspectors", None)
    usual = plan.settings.units
    limits = plan.overview_task({f"鲁{n:04}": "" for n in range(3500)}, None).limits
    assert limits.cell_seconds > 3500 and limits.unit_seconds > usual.unit_seconds + 3500
    assert plan.overview_task({"鲁09": ""}, None).limits.cell_seconds < usual.cell_seconds + 60
