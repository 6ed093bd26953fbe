"""Fetching: whole or not at all, once, checked, from whoever wins."""

import json
import threading
from dataclasses import replace

import pytest

from coview.data import catalog
from coview.data.catalog.store.stock import Stock
from coview.errors import MissingExtra, UserError
from tests.data.catalog.archives import deb, package_of, tgz, toy_set

pytestmark = pytest.mark.usefixtures("cache")


def left_over(cache):
    return [p for p in (cache / "data/toy").glob("*") if p.name.startswith(".")]


def test_source_reads_what_get_has_fetched(toy):
    catalog.get("toy")
    assert catalog.source("toy").columns["text"].items == [["ball"]]


def test_get_is_told_once_and_fetches_once(toy):
    _, client = toy
    lines = []
    for _ in range(3):
        catalog.get("toy", progress=lines.append)
    assert client.calls == ["toy"]
    assert len(lines) == 1


def test_source_never_fetches(toy):
    _, client = toy
    with pytest.raises(UserError, match="coview data get toy"):
        catalog.source("toy")
    assert client.calls == []


def test_manifest_says_what_was_fetched(toy):
    package, _ = toy
    catalog.get("toy")
    manifest = Stock.of("toy").manifest(package)
    assert (manifest["version"], manifest["sha256"], manifest["size"]) == ("1.0", package.sha256, package.size)


@pytest.mark.parametrize("wrong", [{"sha256": "0" * 64}, {"size": 7}])
def test_another_archive_than_declared_is_refused_and_not_kept(cache, toy, enter, wrong):
    package, client = toy
    enter(toy_set(replace(package, **wrong)), client.archives)
    with pytest.raises(UserError, match="cut short or changed"):
        catalog.get("toy")
    assert list((cache / "data/toy").iterdir()) == []


def test_a_client_that_fails_leaves_nothing(cache, toy, monkeypatch):
    _, client = toy
    client.archives = {}
    with pytest.raises(KeyError):
        catalog.get("toy")
    assert list((cache / "data/toy").iterdir()) == []


def test_a_second_try_succeeds_after_a_failed_one(toy):
    _, client = toy
    archives, client.archives = client.archives, {}
    with pytest.raises(KeyError):
        catalog.get("toy")
    client.archives = archives
    catalog.get("toy")
    assert len(catalog.source("toy")) == 1


def test_two_at_once_both_end_well(cache, tmp_path, toy):
    _, client = toy
    gate, errors = threading.Barrier(2), []
    deliver = client.__class__.__call__

    def together(self, package, into):
        archive = deliver(self, package, into)
        gate.wait(5)  # both have their archive before either is done
        return archive

    client.__class__.__call__ = together
    try:

        def work():
            try:
                catalog.get("toy")
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        client.__class__.__call__ = deliver
    assert errors == []
    assert len(catalog.source("toy")) == 1
    assert left_over(cache) == []


def test_an_archive_that_writes_elsewhere_is_refused(cache, tmp_path, enter):
    archive = tgz(tmp_path / "evil.tgz", {"../../evil.txt": b"boo"})
    enter(toy_set(package_of(archive)), {"toy": archive})
    with pytest.raises(Exception, match="outside"):
        catalog.get("toy")
    assert not list(tmp_path.rglob("evil.txt"))


def test_a_later_version_of_a_distribution_is_taken_and_recorded(tmp_path, enter):
    archive = deb(tmp_path / "toy_2.0_all.deb", {"./package/words.txt": b"bear"})
    package = replace(package_of(archive, "apt"), version="1.0", sha256="0" * 64)
    enter(toy_set(package), {"toy": archive})
    catalog.get("toy")
    assert Stock.of("toy").manifest(package)["version"] == "2.0"
    assert catalog.source("toy").about["origin"] == "apt toy 2.0"


def test_the_declared_version_of_a_distribution_must_be_the_declared_archive(tmp_path, enter):
    archive = deb(tmp_path / "toy_1%3a1.0_all.deb", {"./package/words.txt": b"bear"})
    package = replace(package_of(archive, "apt"), version="1:1.0", sha256="0" * 64)
    enter(toy_set(package), {"toy": archive})
    with pytest.raises(UserError, match="cut short or changed"):
        catalog.get("toy")


class TestParts:
    @pytest.fixture
    def animals(self, tmp_path, enter):
        archives = {n: tgz(tmp_path / f"{n}.tgz", {"package/words.txt": n.encode()}) for n in ("core", "cat", "dog")}
        packages = [package_of(archives[n], name=n, part="" if n == "core" else n) for n in archives]
        return enter(toy_set(*packages), archives)

    def test_one_part_comes_with_what_every_part_needs(self, animals):
        catalog.get("toy", parts=["cat"])
        assert animals.calls == ["core", "cat"]
        assert catalog.source("toy").names == ["core", "cat"]

    def test_source_names_the_parts_it_has(self, animals):
        catalog.get("toy", parts=["dog"])
        assert catalog.source("toy").about["parts"] == "dog"

    def test_all_parts_come_by_default(self, animals):
        catalog.get("toy")
        assert catalog.describe("toy")["fetched_parts"] == ["cat", "dog"]

    def test_an_unknown_part_is_refused_with_those_there_are(self, animals):
        with pytest.raises(UserError, match="no part 'cow'; it has cat, dog"):
            catalog.get("toy", parts=["cow"])
        assert animals.calls == []


def test_an_unknown_option_is_refused_with_those_there_are(toy):
    catalog.get("toy")
    assert catalog.source("toy", loud=True).columns["text"].items == [["BALL"]]
    with pytest.raises(UserError, match="no option 'quiet'; it has loud"):
        catalog.source("toy", quiet=True)


def test_a_missing_module_is_named_before_anything_is_fetched(toy, enter):
    package, client = toy
    later = enter(toy_set(package, modules={"no_such_module": ("no-such", "data")}), client.archives)
    with pytest.raises(MissingExtra, match=r"coview\[data\]"):
        catalog.get("toy")
    assert later.calls == []


def test_preparing_happens_once_and_again_under_another_tag(toy, enter):
    package, client = toy
    made = []

    def prepare(tag):
        def run(stock, progress):
            stock.made(tag, lambda folder: made.append(tag))

        return run

    for tag in ("drawn-1", "drawn-1", "drawn-2"):
        enter(toy_set(package, prepare=prepare(tag)), client.archives)
        catalog.get("toy")
    assert made == ["drawn-1", "drawn-2"]


def test_describe_is_plain_json(toy):
    assert json.loads(json.dumps(catalog.describe("toy")))["fetched"] is False
