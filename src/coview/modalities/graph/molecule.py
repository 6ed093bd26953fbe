"""Molecules as graphs: atoms and bonds as RDKit reads them from SMILES."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from coview.errors import MissingExtra
from coview.modalities.base import BadSample
from coview.modalities.graph.item import WholeGraph

if TYPE_CHECKING:
    from rdkit.Chem import Atom, Bond

ELEMENTS = ("C", "N", "O", "F", "Si", "P", "S", "Cl", "Br", "I", "B", "Se", "Na", "H")
CHARGES = (-1, 0, 1)
HYDROGENS = (0, 1, 2, 3)
HYBRIDS = ("SP", "SP2", "SP3")
BONDS = ("SINGLE", "DOUBLE", "TRIPLE", "AROMATIC")

NODE_FEATURES = (
    *(f"is {e}" for e in ELEMENTS), "is another element",
    *(f"charge {c}" for c in CHARGES), "another charge",
    *(f"{h} hydrogens" for h in HYDROGENS), "more hydrogens",
    *HYBRIDS, "another hybridisation", "aromatic", "in a ring",
)  # fmt: skip
"""What each of an atom's numbers says, 0 or 1."""

EDGE_FEATURES = (*BONDS, "another bond", "conjugated", "in a ring")
"""What each of a bond's numbers says, 0 or 1."""


def molecule(smiles: str) -> WholeGraph:
    """Heavy atoms and the bonds between them; an atom's and a bond's numbers are 0 or 1 each.

    Raises:
        BadSample: RDKit cannot read it, or there is no atom in it.
        MissingExtra: RDKit is not installed.
    """
    chem, block = _rdkit()
    with block():
        found = chem.MolFromSmiles(smiles)
    if found is None:
        raise BadSample(f"is no SMILES that RDKit can read: {smiles[:60]!r}")
    if not found.GetNumAtoms():
        raise BadSample("has no atoms")
    x = np.stack([atom_features(atom) for atom in found.GetAtoms()])
    bonds = list(found.GetBonds())
    ends = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in bonds]
    edges = np.array(ends, np.int64).reshape(-1, 2).T
    values = np.array([bond_features(bond) for bond in bonds], np.float32).reshape(-1, len(EDGE_FEATURES))
    return WholeGraph.checked(x, edges, values)


def atom_features(atom: Atom) -> np.ndarray:
    """`(len(NODE_FEATURES),)` uint8."""
    return np.array(
        [
            *_one_of(atom.GetSymbol(), ELEMENTS),
            *_one_of(atom.GetFormalCharge(), CHARGES),
            *_one_of(atom.GetTotalNumHs(), HYDROGENS),
            *_one_of(str(atom.GetHybridization()), HYBRIDS),
            atom.GetIsAromatic(),
            atom.IsInRing(),
        ],
        np.uint8,
    )


def bond_features(bond: Bond) -> list[float]:
    """`(len(EDGE_FEATURES),)`."""
    kind = _one_of(str(bond.GetBondType()), BONDS)
    return [*kind, float(bond.GetIsConjugated()), float(bond.IsInRing())]


def _one_of(value: Any, kinds: tuple[Any, ...]) -> list[float]:
    """Which of the kinds it is, or, last, none of them."""
    return [float(value == kind) for kind in kinds] + [float(value not in kinds)]


@cache
def _rdkit() -> tuple[Any, Any]:
    try:
        from rdkit import Chem, rdBase
    except ImportError as error:
        raise MissingExtra("rdkit", "graph") from error
    return Chem, rdBase.BlockLogs
