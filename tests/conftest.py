from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.pool import Pool


@pytest.fixture(scope="session")
def pools() -> Iterator[dict[int, Pool]]:
    found = {2: Pool(2), 3: Pool(3)}
    yield found
    for pool in found.values():
        pool.close()
