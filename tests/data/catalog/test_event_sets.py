"""Events that come inside packages: flights of aircraft, ratings of films."""

from collections import Counter

import numpy as np

from coview.data.catalog.reading.movielens import films, ratings
from coview.data.catalog.store.stock import Stock
from tests.data.catalog.real import by, check_shape, real, unreadable


def test_flights_are_of_aircraft_that_left_at_least_five_times():
    flights = real("flights")
    check_shape(flights)
    counts = [len(row[0]["time"]) for row in flights.columns["flights"].items]
    assert len(counts) == 3661
    assert min(counts) == 5
    assert unreadable(flights, "flights", range(0, len(flights), 200)) == []


def test_one_aircraft_is_as_the_table_has_it():
    flights = real("flights")
    row = by(flights, "N14228")
    (history,) = flights.columns["flights"].items[row]
    first = {name: values[0] for name, values in history.items()}
    assert (first["origin"], first["dest"], first["distance"], first["air_time"]) == ("EWR", "IAH", 1400, 227)
    assert first["time"] == 1_356_998_400 + 5 * 3600 + 15 * 60  # 5:15 on 1 January 2013
    assert (np.diff(history["time"]) >= 0).all()
    assert {name: flights.labels[name][row] for name in ("carrier", "manufacturer")} == {
        "carrier": "UA",
        "manufacturer": "Boeing",
    }


def test_makers_that_are_one_company_are_one():
    makers = Counter(m for m in real("flights").labels["manufacturer"].tolist() if m is not None)
    assert {"Boeing", "Airbus", "Embraer", "Bombardier"} <= set(makers)
    assert not any("INDUSTRIE" in maker for maker in makers)


def test_ratings_are_in_order_of_time():
    people = real("ml-100k")
    check_shape(people)
    assert len(people) == 943
    histories = [row[0] for row in people.columns["history"].items]
    assert sum(len(h["time"]) for h in histories) == 100_000
    assert all((np.diff(h["time"]) >= 0).all() for h in histories)


def test_labels_are_those_of_the_person():
    people = real("ml-100k")
    row = by(people, "user 1")
    told = {name: people.labels[name][row] for name in ("gender", "age", "occupation")}
    assert told == {"gender": "M", "age": "under 25", "occupation": "technician"}


def test_films_have_their_names_and_genres():
    real("ml-100k")
    stock = Stock.of("ml-100k")
    table = films(stock).to_pylist()
    assert len(table) == 1682
    assert table[0] == {
        "item_id": "1",
        "movie_title": "Toy Story",
        "release_year": "1995",
        "class": "Animation Children's Comedy",
    }
    assert set(ratings(stock)["rating"].to_pylist()) == {1.0, 2.0, 3.0, 4.0, 5.0}
