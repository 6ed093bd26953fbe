"""MovieLens 100K: what each of 943 people watched, film after film, and how they liked it.

A sample is a person; the events are their ratings in order of time, each with the film, its first genre and its year.
Gender, age and occupation are labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coview.data.catalog.reading.movielens import DATA_LICENCE, RECBOLE, age_group, films, people, ratings
from coview.data.catalog.store.declare import DataSet, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from coview.data.source import Source

FIELDS = ("film", "genre", "year", "rating")


def build(stock: Stock) -> Source:
    """People by number; `film` is its number, `year` that of its release, NaN where unknown."""
    import pyarrow as pa

    from coview.data.catalog.reading.split import split_by_hash
    from coview.data.source import Column, Source
    from coview.data.tables.entities import Entities, Histories

    rated = ratings(stock)
    told = {row["item_id"]: row for row in films(stock).to_pylist()}
    watched = rated["item_id"].to_pylist()
    years = (told[film]["release_year"] for film in watched)
    events = pa.table(
        {
            "user": rated["user_id"],
            "time": rated["timestamp"],
            "film": rated["item_id"],
            "genre": [(told[film]["class"] or "unknown").split()[0] for film in watched],
            "year": pa.array([float(year) if year and year.isdecimal() else None for year in years], pa.float64()),
            "rating": rated["rating"],
        }
    )
    entities = Entities.of(events, "user", "time")
    return Source(
        "ml-100k",
        {"history": Column("events", Histories(entities, FIELDS), options={"predict": "genre", "most": 2_000})},
        names=[f"user {name}" for name in entities.names],
        labels=_labels(entities.names, people(stock)),
        split=split_by_hash(entities.names),
    )


def _labels(names: list[str], people: pa.Table) -> dict[str, np.ndarray]:
    import numpy as np

    known = {row["user_id"]: row for row in people.to_pylist()}
    return {
        "gender": np.array([known[name]["gender"] for name in names], dtype=object),
        "age": np.array([age_group(int(known[name]["age"])) for name in names], dtype=object),
        "occupation": np.array([known[name]["occupation"] for name in names], dtype=object),
    }


SET = DataSet(
    title="MovieLens 100K: what people watched, film after film",
    slots={"history": Slot("events")},
    labels={"gender": "F or M", "age": "under 25, 25 to 34, 35 to 49, 50 and over", "occupation": "one of 21"},
    counts="943 people with 100,000 ratings of 1,682 films",
    packages=(RECBOLE,),
    build=build,
    extra_licences=DATA_LICENCE,
)
