"""Telephone prompts: the same sentence spoken by up to six voices in five languages, with transcripts.

A sample is a prompt (`vm-goodbye`, `digits/7`); its voices are natural views, so are the languages of its transcript.
Voices can be fetched one by one (parts). Left out: the recordings of silence, tones and the other prompts whose English
transcript says that nothing is spoken. Prompts of the same English words share a split.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    from coview.data.source import Source

LANGUAGES = ("en", "es", "fr", "it", "ru")
VOICES = (*LANGUAGES, "menardi")
WORDLESS = {"ascending-2tone", "descending-2tone", "beep", "beeperr", "tt-monkeys"}
_CORE, _BY = "1.6.1-1", {
    "en": ("CC-BY-SA-3.0", "English by Allison Smith"),
    "es": ("CC-BY-SA-3.0", "Spanish by Allison Smith"),
    "fr": ("CC-BY-SA-3.0", "French by June Wallack"),
    "it": ("CC-BY-3.0", "Italian by Carlo Flora"),
    "ru": ("CC-BY-3.0", "Russian by ivrvoice.ru"),
}  # fmt: skip
_FILES = {
    "en": ("2be3ea287d83299d143815fa804f11179a75b7affd4a758b98b55f5afc18a35d", 18_272_864,
           "973e797d28e37fa6ca3c0a9d6fa717e77cf1268ae916bf09fd3503113cdffa50", 22_844),
    "es": ("9283a09a6d56fccdcc2bcfe86c48f0f844289cfbd46a3184d8785a6f7f569903", 23_767_256,
           "9afdab7f559f036649fb406e625899306ca1004df8ebe39c30bfbd5912d66f74", 22_012),
    "fr": ("8d4e1bc32ed5ba7fbda40841ca1825ed20cc6232724a473c90f8bb0e53e6073e", 18_516_060,
           "04c82c78c570c43a7136cbc5e2488d0c470b775468dff9fbce4a131b18cf1056", 23_152),
    "it": ("5a26638089e134b8ac39363fe249c5c93c50cd8bfdc9b2499ae61ec4a35e2fcb", 18_262_124,
           "3884d9457e12f21caa018c18f0d587df5d53ebea14b673d8453a134c5941ab3b", 23_972),
    "ru": ("ccbfaebfa450b7a9ddf644ae0f3d1e9017d5df7c0aebe816e946345589d38201", 18_788_860,
           "28a61616bb0cd3345a7ea532dec4df9f071e5d0fa9f8c1a563ea9669002f39ab", 25_592),
}  # fmt: skip


def _packages(language: str) -> tuple[Package, Package]:
    """The recordings and the transcripts of one language; every part needs the English words, which make the split."""
    sound, sound_size, text, text_size = _FILES[language]
    licence, by = _BY[language]
    name, credit = f"asterisk-core-sounds-{language}", f"Asterisk prompts, {by} ({licence})"
    return (
        Package("apt", f"{name}-wav", _CORE, sound, sound_size, licence, credit, part=language),
        Package("apt", name, _CORE, text, text_size, licence, credit, part="" if language == "en" else language),
    )


PACKAGES = {language: _packages(language) for language in LANGUAGES}
MENARDI = Package(
    "apt", "asterisk-prompt-it-menardi-wav", "1:1.4.22+mm20110907-3.1",
    "3094530d98f8758ac275572d59624c41f60969fef883f34f4886d144f3dfeb21", 18_776_300,
    "CC-BY-SA-3.0", "Asterisk prompts, Italian by Paola Dal Zot and Marco Menardi (CC-BY-SA-3.0)", part="menardi",
)  # fmt: skip


def build(stock: Stock, least: int = 1) -> Source:
    """Prompts that at least `least` of the fetched voices speak; files are 8 kHz mono WAV."""
    import numpy as np

    from coview.data.catalog.reading.split import split_by_hash
    from coview.data.source import Column, Source

    voices = stock.parts(SET)
    languages = tuple(language for language in LANGUAGES if stock.has(PACKAGES[language][1]))
    files = {voice: _recordings(stock, voice) for voice in voices}
    spoken = {voice: {p: path for p, path in files[voice].items() if not _empty(path)} for voice in voices}
    written = {language: _transcripts(stock, language) for language in languages}
    prompts = sorted({prompt for said in spoken.values() for prompt in said})
    prompts = [p for p in prompts if sum(p in said for said in spoken.values()) >= least]
    groups = [written["en"].get(prompt, prompt).lower().strip(" .") for prompt in prompts]
    return Source(
        "prompts",
        {
            "speech": Column("audio", [[spoken[voice].get(p) for voice in voices] for p in prompts], voices),
            "transcript": Column("text", [[written[x].get(p) for x in languages] for p in prompts], languages),
        },
        names=prompts,
        labels={
            "kind": np.array([prompt.split("/")[0] if "/" in prompt else "sentence" for prompt in prompts]),
            "digit": np.array([_digit(prompt) for prompt in prompts]),
        },
        groups=groups,
        skipped=[(f"{v} {p}", "an empty recording") for v in voices for p in files[v] if p not in spoken[v]],
        split=split_by_hash(groups),
    )


def _recordings(stock: Stock, voice: str) -> dict[str, Path]:
    package = MENARDI if voice == "menardi" else PACKAGES[voice][0]
    (speaker,) = (stock.folder(package) / "usr/share/asterisk/sounds").iterdir()
    found = {path.relative_to(speaker).with_suffix("").as_posix(): path for path in sorted(speaker.rglob("*.wav"))}
    return {p: path for p, path in found.items() if p not in WORDLESS and not p.startswith("silence/")}


def _transcripts(stock: Stock, language: str) -> dict[str, str]:
    """Lines `prompt: what is said`; comments start with a semicolon."""
    package = PACKAGES[language][1]
    packed = stock.folder(package) / "usr/share/doc" / package.name / f"core-sounds-{language}.txt.gz"
    lines = gzip.decompress(packed.read_bytes()).decode("utf-8-sig").splitlines()
    pairs = (line.partition(":") for line in lines if line.strip() and not line.startswith(";"))
    return {prompt.strip(): text.strip() for prompt, _, text in pairs if text.strip()}


def _empty(recording: Path) -> bool:
    """Whether a WAV file has no more than its 44 bytes of header."""
    return recording.stat().st_size <= 44


def _digit(prompt: str) -> float:
    number = prompt.removeprefix("digits/")
    return float(number) if number != prompt and number.isdecimal() and len(number) == 1 else float("nan")


SET = DataSet(
    title="Telephone prompts spoken by six voices in five languages",
    slots={"speech": Slot("audio", VOICES), "transcript": Slot("text", LANGUAGES)},
    labels={"kind": "sentence, digits, letters, phonetic, dictate or followme", "digit": "0 to 9 where it is one"},
    counts="659 prompts, 476 of them spoken by all six voices; 3,295 recordings",
    packages=(*(package for pair in PACKAGES.values() for package in pair), MENARDI),
    build=build,
)
