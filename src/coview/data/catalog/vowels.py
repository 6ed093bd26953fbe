"""Two Japanese vowels spoken by nine men: 12 coefficients of linear prediction over 7 to 29 frames."""

from __future__ import annotations

from coview.data.catalog.reading.ts_files import archive_set

SET = archive_set(
    "vowels",
    "JapaneseVowels",
    "JapaneseVowels of the UEA archive (Kudo, Toyama, Shimbo 1999) in aeon (BSD-3-Clause)",
    title="Japanese vowels of nine speakers, series of many lengths",
    counts="640 utterances of 7 to 29 frames with 12 coefficients",
    label="speaker",
    classes={str(i): f"speaker {i}" for i in range(1, 10)},
)
