"""apt's own list of every package of a release: what `apt-cache` reads, as one file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from email.utils import parsedate_to_datetime
from pathlib import Path

from coview.data.catalog.store.declare import Package
from coview.errors import UserError

_LISTS = ("apt-get", "indextargets", "Created-By: Packages", "Component: main")


def apt_index(package: Package, into: Path) -> Path:
    """The machine's list of its release's packages (component main), refreshed first where there is none.

    Named `RELEASE_NUMBER_DATE.index`, for example `bookworm_12.15_2026-07-11.index`.

    Raises:
        UserError: there is no apt, or it has no list.
    """
    if shutil.which("apt-get") is None:
        raise UserError(f"{package.name} is apt's own list, and apt is not installed: a container of Debian will do")
    found = _list()
    if found is None and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
        found = _list()
    if found is None:
        raise UserError("apt has no list of packages here: refresh its lists with 'sudo apt-get update'")
    target = into / f"{release(found)}.index"
    with target.open("wb") as file:
        subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", str(found)], check=True, stdout=file)
    return target


def _list() -> Path | None:
    """The file of the release itself: of those whose suite has no further name (updates, security), the largest."""
    asked = [*_LISTS, "--format", "$(FILENAME)\t$(RELEASE)"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    rows = [line.split("\t") for line in done.stdout.splitlines() if "\t" in line]
    files = [Path(file) for file, name in rows if re.fullmatch(r"[a-z]+", name) and Path(file).is_file()]
    return max(files, key=lambda file: file.stat().st_size, default=None)


def release(listed: Path) -> str:
    """Name, number and date of the release that a list belongs to, from the signed file beside it."""
    head = re.sub(r"_[a-z]+_binary-.*", "_InRelease", listed.name)
    told = dict(re.findall(r"^(Codename|Version|Date): (.+)$", (listed.parent / head).read_text(), re.MULTILINE))
    date = parsedate_to_datetime(told["Date"]).date().isoformat()
    return "_".join([told["Codename"], *([told["Version"]] if "Version" in told else []), date])
