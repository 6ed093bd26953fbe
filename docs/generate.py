"""Writes the source of the documentation: pages by hand, and what the code says of itself.

    python docs/generate.py && zensical build --clean

Pages in this folder are copied to site/source. A line `<!-- generated: NAME -->` in one is replaced by what the part
NAME says; parts that make pages of their own write those. The table in README.md between `<!-- matrix:start -->` and
`<!-- matrix:end -->` is brought up to date in place.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from parts import benchmarks, claims, commands, data, evaluation, methods, modalities, modality_pictures, reference

from coview.modalities.registry import modality_modules

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"

PARTS: dict[str, Callable[[], str]] = {
    "matrix": methods.matrix,
    "methods": methods.index,
    "modalities": modalities.index,
    "catalog": data.catalog_table,
    "protocols": evaluation.protocols,
    "signs": evaluation.signs,
    "throughput": benchmarks.throughput,
    "memory": benchmarks.memory,
    "speeds": benchmarks.speeds,
    "learned": benchmarks.learned,
    "longer": benchmarks.longer,
    "fields": benchmarks.fields,
    "compared": benchmarks.compared,
    "claims": lambda: claims.on_record(ROOT / "results" / "claims"),
    "commands": commands.every_help,
    "options": commands.fit_options,
    "words": lambda: evaluation.packages(ROOT / "pyproject.toml"),
    "example": lambda: code(DOCS / "examples" / "my_method.py"),
}
"""Name of a marker -> what stands in its place."""

_MARKER = re.compile(r"^<!-- generated: ([a-z]+) -->$", re.MULTILINE)
_MATRIX = re.compile(r"(<!-- matrix:start -->\n).*?(<!-- matrix:end -->)", re.DOTALL)


def main() -> None:
    """Builds site/source anew and brings README.md up to date."""
    out = ROOT / "site" / "source"
    shutil.rmtree(out, ignore_errors=True)
    for name, text in pages().items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name in modality_modules():
        modality_pictures.put(name, out / "modalities" / "pictures")
    bring_up_to_date(ROOT / "README.md")
    print(f"{len(list(out.rglob('*.md')))} pages in {out.relative_to(ROOT)}")


def pages() -> dict[str, str]:
    """Every page by its path: those written by hand with their generated parts, then those generated whole."""
    found = {p.name: filled(p.read_text(encoding="utf-8")) for p in sorted(DOCS.glob("*.md"))}
    return found | methods.pages() | modalities.pages() | reference.pages()


def filled(text: str) -> str:
    """A page with its markers replaced.

    Raises:
        KeyError: a marker names no part.
    """
    return _MARKER.sub(lambda found: PARTS[found[1]]().strip(), text)


def bring_up_to_date(path: Path) -> None:
    """Replaces the table between the markers of a file that has them."""
    if not path.is_file():
        return
    old = path.read_text(encoding="utf-8")
    new = _MATRIX.sub(lambda m: f"{m[1]}{methods.matrix().strip()}\n{m[2]}", old)
    if new != old:
        path.write_text(new, encoding="utf-8")


def code(path: Path) -> str:
    """A file as a block of Python."""
    return f"```python\n{path.read_text(encoding='utf-8').strip()}\n```"


if __name__ == "__main__":
    main()
