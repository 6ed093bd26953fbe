"""MovieLens 100K as a graph: people and films are its nodes, and who rated what its edges.

Of each person's ratings, in order of time, the last tenth is held out for scoring and the tenth before it for choosing:
the graph that is learned from does not have them, and ranking asks for them among all films. A film's features are its
genres and its decade, a person's only that they are one: gender, age and occupation are labels. Films have their title
as a text beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coview.data.catalog.reading.movielens import DATA_LICENCE, RECBOLE, age_group, films, people, ratings
from coview.data.catalog.store.declare import DataSet, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    import numpy as np

    from coview.data.source import Source


def build(stock: Stock) -> Source:
    """943 people, then 1,682 films."""
    import numpy as np

    from coview.data.catalog.reading.split import split_by_hash
    from coview.data.graphs.graph import NodeItems
    from coview.data.links import Links, last_held_out
    from coview.data.prepared.prepare import sample_ids
    from coview.data.source import Column, Source
    from coview.modalities.graph.wiring import Wiring

    who, what, rated = people(stock).to_pylist(), films(stock).to_pylist(), ratings(stock)
    user = {row["user_id"]: i for i, row in enumerate(who)}
    film = {row["item_id"]: len(who) + i for i, row in enumerate(what)}
    edges = np.array([[user[u] for u in rated["user_id"].to_pylist()], [film[f] for f in rated["item_id"].to_pylist()]])
    part = last_held_out(edges[0], rated["timestamp"].to_numpy())
    liked = (rated["rating"].to_numpy() - 3) / 2
    seen = part == "train"
    kind = np.repeat([0, 1], [len(who), len(what)])
    titles = [_title(row) for row in what]
    texts = {len(who) + i: title for i, title in enumerate(titles)}
    names = [f"user {row['user_id']}" for row in who] + [f"film {row['item_id']}" for row in what]
    ids, (x, of_nodes) = sample_ids(names), _features(len(who), what)
    columns = (of_nodes, ("rating",))
    wiring = Wiring.of(x, edges[:, seen], liked[seen, None], kind=kind, texts=texts, ids=ids, columns=columns)
    nobody = [None] * len(what)
    return Source(
        "ml-100k-graph",
        {
            "node": Column("graph", NodeItems(wiring)),
            "title": Column("text", [[None] for _ in who] + [[title] for title in titles]),
        },
        names=names,
        labels={
            "gender": np.array([row["gender"] for row in who] + nobody, dtype=object),
            "age": np.array([age_group(int(row["age"])) for row in who] + nobody, dtype=object),
            "occupation": np.array([row["occupation"] for row in who] + nobody, dtype=object),
        },
        split=split_by_hash(names),
        links={"rated": Links(ids[edges.T], part, ranked=True)},
    )


def _features(people: int, films: list[dict[str, Any]]) -> tuple[np.ndarray, tuple[str, ...]]:
    """`(N, F)`: is a person, is a film, its genres, and its decade from 1920 on, 0 or 1 each; and what each says."""
    import numpy as np

    genres = sorted({genre for row in films for genre in (row["class"] or "").split()})
    x = np.zeros((people + len(films), 2 + len(genres) + 8), np.float32)
    x[:people, 0] = 1
    x[people:, 1] = 1
    for row, own in zip(films, x[people:], strict=True):
        for genre in (row["class"] or "").split():
            own[2 + genres.index(genre)] = 1
        year = row["release_year"]
        if year and year.isdecimal():
            own[2 + len(genres) + min(max((int(year) - 1920) // 10, 0), 7)] = 1
    decades = [f"{1920 + 10 * i}s" for i in range(8)]
    return x, ("is a person", "is a film", *(f"genre {genre}" for genre in genres), *decades)


def _title(row: dict[str, Any]) -> str:
    return f"{row['movie_title']} ({(row['class'] or 'unknown').lower()})"


SET = DataSet(
    title="MovieLens 100K as a graph of people and films",
    slots={"node": Slot("graph"), "title": Slot("text")},
    labels={"gender": "F or M", "age": "under 25, 25 to 34, 35 to 49, 50 and over", "occupation": "one of 21"},
    counts="943 people, 1,682 films, 100,000 ratings",
    packages=(RECBOLE,),
    build=build,
    extra_licences=DATA_LICENCE,
)
