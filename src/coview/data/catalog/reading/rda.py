"""R's data files as Arrow tables, once, at fetching."""

from __future__ import annotations

import warnings
from pathlib import Path

import pyarrow as pa

from coview.errors import MissingExtra, UserError


def read_rda(path: Path, name: str) -> pa.Table:
    """One data frame of an `.rda` file; factors are words.

    Raises:
        UserError: the file holds no such frame.
        MissingExtra: rdata is not installed.
    """
    try:
        import rdata
    except ModuleNotFoundError:
        raise MissingExtra("rdata", "data") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # files of old R name no encoding
        held = rdata.read_rda(path)
    if name not in held:
        raise UserError(f"{path.name} holds {', '.join(held)} and no {name}")
    return pa.Table.from_pandas(held[name], preserve_index=False).replace_schema_metadata(None)
