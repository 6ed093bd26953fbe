"""Small samples of every modality: a file named as the modality has `item(rng)`, a raw value.

It may have `OPTIONS`, what the modality is told, and `COMPANION`, the modality of the second slot where a method needs
two. Where views have a length, or the rest of what is longer is not read, it has `longer(rng)`, such a raw value.
"""
