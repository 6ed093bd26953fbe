"""Families of emoji: a concept together with its gender, direction and skin-tone variants.

The base name of an emoji's name (Unicode's short name with hyphens) is found by these steps:

1. a skin tone at the end goes (`...-dark-skin-tone`);
2. a facing goes (`...-facing-right`);
3. names that are variants in meaning but not in form have their base in `_IRREGULAR` (mermaid: merperson);
4. what a couple, kiss or family is made of goes (`family-man-woman-girl`: family);
5. a leading person goes (`man-`, `women-`, `person-`): the rest is the base (`man-cook`: cook, cook: cook);
6. words that say where something points go (`_DIRECTIONS`), outside of names where they mean something else.

Colours, hours, digits, letters and moods are not variants: a red and a blue circle are two concepts.
Emoji of one family always share a split, and so do two emoji for which an artist has one and the same picture (the
flags of Norway and Svalbard): see `merge`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_TONE = re.compile(r"(-(medium-light|medium-dark|light|medium|dark)-skin-tone)+$")
_PERSON = re.compile(r"^(man|woman|person|men|women|people)-(?=.)")
_MADE_OF = re.compile(r"^(family|kiss|couple-with-heart)(-(man|woman|boy|girl|adult|child))+$")
_DIRECTIONS = {
    "left", "right", "up", "down", "leftwards", "rightwards", "upwards", "downwards", "horizontally", "vertically",
}  # fmt: skip
_NO_DIRECTION = {
    "left-luggage", "left-speech-bubble", "right-anger-bubble", "page-facing-up", "palms-up-together",
    "rolled-up-newspaper", "up-exclamation-button", "upside-down-face",
}  # fmt: skip
_IRREGULAR = {
    "man": "person", "woman": "person", "boy": "child", "girl": "child",
    "old-man": "older-person", "old-woman": "older-person",
    "deaf-man": "deaf-person", "deaf-woman": "deaf-person",
    "pregnant-man": "pregnant-person", "pregnant-woman": "pregnant-person",
    "mermaid": "merperson", "merman": "merperson",
    "prince": "with-crown", "princess": "with-crown",
    "santa-claus": "claus", "mrs-claus": "claus", "mx-claus": "claus",
    "woman-and-man-holding-hands": "holding-hands",
    "mens-room": "restroom", "womens-room": "restroom",
    "male-sign": "gender-sign", "female-sign": "gender-sign",
    "fast-forward-button": "fast-button", "fast-reverse-button": "fast-button",
    "play-button": "triangle-button", "reverse-button": "triangle-button",
    "upwards-button": "triangle-button", "downwards-button": "triangle-button",
    "next-track-button": "track-button", "last-track-button": "track-button",
}  # fmt: skip


def base_name(name: str) -> str:
    """The name that an emoji shares with its gender, direction and skin-tone variants."""
    name = _TONE.sub("", name).removesuffix("-facing-right").removesuffix("-facing-left")
    if name in _IRREGULAR:
        return _IRREGULAR[name]
    if made_of := _MADE_OF.match(name):
        return made_of[1]
    name = _PERSON.sub("", name)
    if name in _NO_DIRECTION:
        return name
    return "-".join(word for word in name.split("-") if word not in _DIRECTIONS) or name


def merge(names: Sequence[str], same: Iterable[Sequence[int]]) -> list[str]:
    """Family names, with families joined that have a drawing in common.

    Args:
        names: base names of N emoji.
        same: positions of emoji that share a drawing.

    Returns:
        N family names: of joined families the one that comes first in the alphabet.
    """
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    for positions in same:
        roots = sorted({root(names[i]) for i in positions})
        for other in roots[1:]:
            parent[other] = roots[0]
    return [root(name) for name in names]
