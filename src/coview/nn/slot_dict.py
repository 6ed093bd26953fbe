"""Modules by slot, whatever the slots are called."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView
from functools import cache
from urllib.parse import unquote

from torch import nn


@cache
def slot_key(slot: str, kind: type[nn.Module] = nn.ModuleDict) -> str:
    """A slot's name as a module may hold it: itself, or percent-encoded where it has a dot or is an attribute.

    `urllib.parse.unquote` gives the slot back.

    Args:
        slot: any name.
        kind: what holds it.
    """
    key = slot if unquote(slot) == slot else slot.replace("%", "%25")
    key = key.replace(".", "%2E")
    return f"%{ord(key[0]):02X}{key[1:]}" if hasattr(kind(), key) else key


class SlotDict(nn.ModuleDict):
    """Modules by slot: `nn.ModuleDict` for any name, `type` and `a.b` too, which it refuses.

    State dicts of other names are those of `nn.ModuleDict`.

    Args:
        modules: slot -> its module.
    """

    def __getitem__(self, key: str) -> nn.Module:
        return super().__getitem__(slot_key(key))

    def __setitem__(self, key: str, module: nn.Module) -> None:
        super().__setitem__(slot_key(key), module)

    def __delitem__(self, key: str) -> None:
        super().__delitem__(slot_key(key))

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and super().__contains__(slot_key(key))

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def keys(self) -> KeysView[str]:
        """The slots in order."""
        return dict(self.items()).keys()

    def items(self) -> ItemsView[str, nn.Module]:
        """Each slot and its module."""
        return {unquote(key): module for key, module in self._modules.items() if module is not None}.items()
