"""Electrical power that Italy asked for, hour by hour: days of the colder and of the warmer half of the year."""

from __future__ import annotations

from coview.data.catalog.reading.ts_files import archive_set

SET = archive_set(
    "power",
    "ItalyPowerDemand",
    "ItalyPowerDemand of the UCR archive (Keogh et al. 2006) in aeon (BSD-3-Clause)",
    title="Electrical power demand of Italy, day by day",
    counts="1,096 days of 24 hours",
    label="season",
    classes={"1": "October to March", "2": "April to September"},
)
