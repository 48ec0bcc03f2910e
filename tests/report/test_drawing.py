"""Pictures: the same wherever they are drawn and whatever measures them, and valid as a whole."""

import json
import socket
from multiprocessing.connection import Client

import altair as alt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_lib.report import charts, drawing
from audit_lib.report.wording import UNCLEAN, Words, clean_text

WORDS = Words("zh")
needs_sockets = pytest.mark.skipif(
    not hasattr(socket, "AF_UNIX"), reason="there are no sockets of files here"
)
ROWS = {
    "progress_chart": [{"category": "涉民生", "closed": 3, "terminated": 1, "open": 12}],
    "rectification_chart": [{"duty": "查控到位", "met": 5, "failed": 2, "unknown": 1}],
    "pace_chart": [{"month": "2016-11", "category": "涉民生", "account": "自报", "open": 7}],
    "series_chart": [{"day": "2016-11-30", "category": "涉民生", "open": 7, "target": 4}],
    "flow_chart": [{"month": "2016-11", "filed": 4, "closed": 6}],
    "age_chart": [{"band": "一年以下", "cleanup": 2, "other": 9}],
    "trend_chart": [
        {"day": "2016-11-30", "duty": "查控到位", "share": 0.4},
        {"day": "2016-12-28", "duty": "查控到位", "share": 0.7},
    ],
}


@pytest.fixture(scope="module")
def specifications() -> list[str]:
    """Return what each kind of picture asks to be drawn."""
    asked = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "draw", lambda text: asked.append(text) or "<svg></svg>")
        for name, rows in ROWS.items():
            getattr(charts, name)(rows, WORDS)
        charts.spread_chart([{"band": "0–20", "cases": 3}], "风险分值")
        charts.bar_chart([{"name": "王堃（玥）", "value": 2}], "件数")
        charts.interval_chart([{"name": "新方法", "value": 0.5, "low": 0.3, "high": 0.7}], "查准率")
    return asked


def test_every_kind_of_picture_is_valid_as_a_whole(specifications):
    assert len(specifications) == len(ROWS) + 3
    for text in specifications:
        alt.Chart.from_dict(json.loads(text), validate=True)


def test_the_small_font_measures_as_the_whole_one(specifications):
    converter = drawing._converter()
    for text in specifications:
        whole = text.replace(drawing.MEASURE, "Noto Sans SC")
        drawn = converter.vegalite_to_svg(whole, vl_version="6.4")
        assert drawing.draw(text) == drawn.replace('"Noto Sans SC"', f'"{drawing.FAMILIES}"')


@needs_sockets
def test_a_picture_drawn_by_another_process_is_the_same(specifications, tmp_path, monkeypatch):
    here = drawing.draw(specifications[0])
    address = drawing.serve_drawings(tmp_path)
    monkeypatch.setenv(drawing.SERVED, address)
    drawing.draw.cache_clear()
    with monkeypatch.context() as patch:
        asked = []
        answer = drawing._ask
        patch.setattr(drawing, "_ask", lambda *a: asked.append(a[0]) or answer(*a))
        assert drawing.draw(specifications[0]) == here and asked == [address]


@needs_sockets
def test_who_sends_nonsense_to_the_drawer_or_goes_away_troubles_no_other(tmp_path, specifications):
    address = drawing.serve_drawings(tmp_path)
    Client(address).close()
    with Client(address) as connection:
        connection.send_bytes(b"\xff{")
        assert connection.recv_bytes() == b"-"
    assert drawing._ask(address, specifications[0]).startswith("<svg")


def test_where_nobody_draws_for_it_a_kernel_draws_itself(tmp_path, specifications, monkeypatch):
    monkeypatch.setenv(drawing.SERVED, str(tmp_path / "gone"))
    drawing.draw.cache_clear()
    assert drawing.draw(specifications[0]).startswith("<svg")


@needs_sockets
def test_a_specification_that_is_no_picture_is_an_error_wherever_it_is_drawn(tmp_path, monkeypatch):
    monkeypatch.setenv(drawing.SERVED, drawing.serve_drawings(tmp_path))
    with pytest.raises(ValueError, match="Failed to parse"):
        drawing.draw("no picture")


_ODD = "\u200b\u202e\ufe0f\u3000\xa0\x85\t\n\u2028\U000e0041\ufeff\xad 三a"


@given(st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(_ODD))))
def test_a_text_that_the_quick_look_passes_over_needs_no_cleaning(text):
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pc.match_substring_regex(pa.array([text]), pattern=UNCLEAN)[0].as_py():
        assert clean_text(text) == text
