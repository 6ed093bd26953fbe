"""The catalog of data sets."""

from __future__ import annotations

from coview.data import catalog
from parts.text import table


def catalog_table() -> str:
    """Every data set with its slots, size, clients and licences, from the declarations."""
    rows = []
    for name in catalog.names():
        told = catalog.describe(name)
        slots = ", ".join(f"{slot} ({about['modality']})" for slot, about in told["slots"].items())
        size = f"{told['download'] / 1e6:,.1f} MB by {' and '.join(told['needs'])}" if told["needs"] else "none"
        licences = "; ".join(f"{package}: {licence}" for package, licence in told["licences"].items())
        rows.append((f"`{name}`", told["title"], slots, told["counts"], size, licences))
    return table(("name", "what", "slots", "how much", "download", "licences"), rows)
