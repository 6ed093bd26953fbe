"""Prompts: the same words by several voices. Of two voices, at least."""

import pytest

from coview.data import catalog
from coview.data.catalog.store.stock import Stock
from tests.data.catalog.real import by, check_shape, real, unreadable

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def prompts():
    return real("prompts", "en", "it")


def test_it_is_a_sound_source(prompts):
    check_shape(prompts)


def test_counts_of_two_voices(prompts):
    column = prompts.columns["speech"]
    said = {voice: sum(row[i] is not None for row in column.items) for i, voice in enumerate(column.views)}
    assert (said["en"], said["it"]) == (553, 584)


def test_views_are_the_voices_that_are_there(prompts):
    there = Stock.of("prompts").parts(catalog.dataset("prompts"))
    assert prompts.columns["speech"].views == there
    assert prompts.columns["transcript"].views == tuple(voice for voice in there if voice != "menardi")


def test_a_transcript_says_what_is_spoken(prompts):
    texts = dict(
        zip(prompts.columns["transcript"].views, prompts.columns["transcript"].items[by(prompts, "activated")])
    )
    assert (texts["en"], texts["it"]) == ("Activated.", "Attivato.")


def test_nothing_wordless(prompts):
    assert not [name for name in prompts.names if name.startswith("silence/") or "beep" in name]


def test_labels(prompts):
    assert prompts.labels["digit"][by(prompts, "digits/7")] == 7
    assert prompts.labels["kind"][by(prompts, "digits/7")] == "digits"
    assert sum(prompts.labels["digit"] >= 0) == 10


def test_prompts_of_the_same_words_share_a_split(prompts):
    en = prompts.columns["transcript"].views.index("en")
    words = [
        (row[en] or name).lower().strip(" .") for row, name in zip(prompts.columns["transcript"].items, prompts.names)
    ]
    assert len(set(words)) < len(words)
    assert len(set(zip(words, prompts.split))) == len(set(words))


def test_recordings_can_be_read(prompts):
    assert unreadable(prompts, "speech", range(0, len(prompts), 25)) == []


def test_the_split_does_not_depend_on_which_voices_are_there(prompts, tmp_path, monkeypatch):
    """The same prompts, with the English voice away (its words stay)."""
    full, declared = dict(zip(prompts.names, prompts.split)), catalog.dataset("prompts")
    here = Stock.of("prompts")
    monkeypatch.setenv("COVIEW_CACHE", str(tmp_path))
    there = Stock.of("prompts")
    there.root.mkdir(parents=True)
    for package in declared.packages:
        if package.part in ("", "it"):
            there.folder(package).symlink_to(here.folder(package), target_is_directory=True)
    alone = catalog.source("prompts")
    assert alone.columns["speech"].views == ("it",)
    assert dict(zip(alone.names, alone.split)) == {name: full[name] for name in alone.names}
