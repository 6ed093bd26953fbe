from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coview.use.charts import _ticks, line_chart, scatter, shares_bar


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_ticks_cover_the_range_with_few_round_numbers(low: float, width: float) -> None:
    ticks = _ticks(low, low + width)
    slack = 1e-6 * max(1.0, abs(low))
    assert ticks[0] <= low + slack
    assert ticks[-1] >= low + width - slack
    assert 2 <= len(ticks) <= 8


def test_a_long_curve_is_thinned_and_ends_where_it_ends() -> None:
    svg = str(line_chart({"loss": [(float(i), float(i)) for i in range(10_000)]}, label="loss"))
    points = ET.fromstring(svg).find(".//polyline").get("points").split()  # type: ignore[union-attr]
    assert len(points) <= 240
    assert points[-1].startswith("508.0,")


def test_what_is_not_finite_is_left_out() -> None:
    assert "nan" not in str(line_chart({"loss": [(0.0, 1.0), (1.0, float("nan")), (2.0, 0.5)]}, label="loss"))


def test_shares_are_of_the_sum() -> None:
    assert "75.0%" in str(shares_bar({"encoders": 3.0, "data": 1.0}))


def test_names_cannot_break_the_page() -> None:
    svg = str(scatter([(0.0, 0.0), (1.0, 1.0)], ["<b>", "&"], ['"><script>', "b"]))
    assert "<script" not in svg
    assert "<b>" not in svg


@pytest.mark.parametrize("lines", [{}, {"loss": []}])
def test_nothing_is_no_chart(lines: dict[str, list[tuple[float, float]]]) -> None:
    assert str(line_chart(lines, label="loss")) == ""
