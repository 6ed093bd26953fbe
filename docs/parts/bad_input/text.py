"""Captions, as files and in memory."""

from __future__ import annotations

from parts.bad_input.cases import Bad, Case, File, Kept, Refused

GOOD = ["a red apple", "a green pear", "a red pear", "a green apple"]

CASES: dict[str, Case] = {
    "empty text": File(),
    "text that is not UTF-8": File(),
    "half of a surrogate pair": Bad("half \ud83d"),
    "a number": Bad(7),
    "no text at all": Refused(["", " \n", "", ""]),
    "1 MB of text": File("its first 20,000 characters, of which the first `length` tokens are kept"),
    "text longer than the others": Kept(
        "a red apple " * 99, "cut at its end", lambda m, v: v.length.item() == v.value.shape[-1]
    ),
    "one letter": Kept("a", "as it is", lambda m, v: v.length.item() == 1),
    "signs that training never met": Kept("ψ", "as bytes", lambda m, v: m.show(v) == [["ψ"]]),
    "a byte order mark": Kept(
        "\ufeffa red apple", "without it", lambda m, v: v.length.item() == m.collate([["a red apple"]]).length.item()
    ),
}
