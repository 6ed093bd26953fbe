"""Pictures, as files and in memory."""

from __future__ import annotations

import numpy as np

from parts.bad_input.cases import Bad, Case, File, Kept, Refused

GOOD = [np.random.default_rng(n).integers(0, 256, (16, 16, 3), dtype=np.uint8) for n in range(4)]

CASES: dict[str, Case] = {
    "corrupt picture": File(),
    "truncated picture": File(),
    "picture of zero bytes": File(),
    "words named .png": File(),
    "picture of 20,000 x 20,000 pixels": File(),
    "picture of 10,000 x 10,000 pixels": File(),
    "an array with NaN": Bad(np.full((16, 16, 3), np.nan)),
    "floats beyond 0 and 1": Bad(np.full((16, 16, 3), 7.5)),
    "an array of one axis": Bad(np.zeros(16, np.uint8)),
    "an array without pixels": Bad(np.zeros((0, 16, 3), np.uint8)),
    "two channels where the slot has three": Bad(np.zeros((16, 16, 2), np.uint8)),
    "no picture that can be read": Refused([b"these are words"] * 4),
    "a JPEG named .png": File("as what its content is"),
    "picture of 1 x 1 pixel": File("resized as any other"),
    "picture of one colour": File("as any other: a colour says something"),
    "CMYK picture": File("as RGB"),
    "picture with a palette": File("as RGB"),
    "picture with a transparent palette": File("laid on white"),
    "picture of 16 bits": File("scaled to 8"),
    "animated picture": File("its first frame"),
    "a grey picture among coloured ones": Kept(
        np.full((16, 16), 200, np.uint8), "repeated in every channel", lambda m, v: (v.value == 200).all()
    ),
    "floats from 0 to 1": Kept(np.full((16, 16, 3), 0.6), "scaled to 8 bits", lambda m, v: (v.value == 153).all()),
    "another size": Kept(
        np.full((40, 90, 3), 9, np.uint8), "the centre square, resized", lambda m, v: v.value.shape[-1] == m.size
    ),
}
