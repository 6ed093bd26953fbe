"""What the catalog says of its data sets, before anything is fetched."""

import json
import re
import subprocess
import sys

import pytest

from coview.data import catalog
from coview.errors import UserError


def test_the_catalog_has_its_data_sets():
    assert {"clipart", "digits", "emoji", "fashion-mnist", "prompts", "stamps", "watch"} <= set(catalog.names())


def test_a_near_miss_is_suggested():
    with pytest.raises(UserError, match="did you mean 'emoji'"):
        catalog.dataset("emojis")


@pytest.mark.parametrize("name", catalog.names())
def test_every_package_is_pinned_and_says_its_licence(name):
    for package in catalog.dataset(name).packages:
        assert re.fullmatch(r"[0-9a-f]{64}", package.sha256)
        assert package.size > 0
        assert package.version
        assert package.licence
        assert package.credit


@pytest.mark.parametrize("name", catalog.names())
def test_a_description_is_plain_json_with_a_licence_for_everything(name):
    described = json.loads(json.dumps(catalog.describe(name)))
    assert set(described["licences"]) >= {package["name"] for package in described["packages"]}
    assert described["title"]
    assert described["counts"]


@pytest.mark.parametrize("name", [n for n in catalog.names() if not catalog.dataset(n).builtin])
def test_a_data_set_that_is_not_fetched_says_how_to_get_it(name, cache):
    with pytest.raises(UserError, match=f"coview data get {name}"):
        catalog.source(name)


def test_listing_the_catalog_is_light():
    code = """
import sys
from coview.data import catalog
[catalog.describe(name) for name in catalog.names()]
heavy = {"torch", "numpy", "sklearn", "PIL", "resvg_py"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
