from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest

from tests.contracts.pool import Pool


@pytest.fixture(scope="session")
def pools() -> Iterator[dict[int, Pool]]:
    found = {2: Pool(2), 3: Pool(3)}
    yield found
    for pool in found.values():
        pool.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test marked `data` may skip where its data is not fetched; under COVIEW_REQUIRE_DATA=1 that is a failure."""
    report = yield
    if report.skipped and item.get_closest_marker("data") and os.environ.get("COVIEW_REQUIRE_DATA") == "1":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"{reason} (COVIEW_REQUIRE_DATA=1: this must not be skipped)"
    return report
