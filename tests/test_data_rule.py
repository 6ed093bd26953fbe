"""A skip for want of data is a failure where data is required."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

SUITE = """
import pytest

@pytest.mark.data
def test_needs_data():
    pytest.skip("needs data: coview data get emoji")

def test_skips_for_another_reason():
    pytest.skip("no GPU")
"""


@pytest.mark.parametrize(("required", "failed", "skipped"), [("0", 0, 2), ("1", 1, 1)])
def test_only_data_skips_fail_and_only_where_data_is_required(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, required: str, failed: int, skipped: int
) -> None:
    monkeypatch.setenv("COVIEW_REQUIRE_DATA", required)
    pytester.makeconftest("from tests.conftest import pytest_runtest_makereport")
    pytester.makeini("[pytest]\nmarkers = data: reads a data set")
    pytester.makepyfile(SUITE)
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(failed=failed, skipped=skipped)
