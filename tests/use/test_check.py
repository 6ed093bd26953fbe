"""What is refused before any data is read."""

from typing import Any

import pytest

import coview
from coview.errors import UserError
from coview.methods.registry import method_class, method_modules


@pytest.fixture(autouse=True)
def nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: Any, **__: Any) -> None:
        raise AssertionError("data was read")

    monkeypatch.setattr("coview.data.prepared.prepare.load", read)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"encoder": "timm:resnt18"}, "timm has no model 'resnt18'; near it are resnet18"),
        ({"encoder": "hub:resnet18"}, r"image has no encoder 'hub:resnet18'; it has conv, vit, resnet18, timm:NAME"),
        ({"encoder": "torchvision:r3d_18"}, "image has no encoder"),
        ({"init": "nowhere.safetensors"}, "--init nowhere.safetensors cannot be read as safetensors"),
        ({"encoder": "vti"}, "did you mean 'vit'"),
        ({"encoder_options": {"wide": 3}}, "has no option 'wide'"),
        ({"optimizer": "adamm"}, "did you mean adam"),
        ({"balance": "mgad"}, "no balance rule is called"),
        ({"modality": {"audio": {"rate": 8000}}}, "--modality: the data has no slot 'audio'; it has image"),
        ({"modality": {"imgae": {"size": 16}}}, "--modality: the data has no slot 'imgae'; did you mean 'image'"),
    ],
)
def test_names_that_there_are_none_of(options: dict[str, Any], told: str):
    with pytest.raises(UserError, match=told):
        coview.fit("simclr", "digits", steps=1, **options)


@pytest.mark.parametrize("method", [name for name in method_modules() if method_class(name).slot_counts[0] > 1])
def test_fewer_slots_than_a_method_relates(method: str):
    least = method_class(method).slot_counts[0]
    told = rf"{method} (relates {least} .*slots and was given drawing; choose more with|needs a slot of modality)"
    with pytest.raises(UserError, match=told):
        coview.fit(method, "emoji", slots=["drawing"], steps=1)


@pytest.mark.parametrize("method", ["clip", "croma"])
def test_data_of_one_slot_is_told_how_it_has_more(method: str):
    told = rf"{method} relates .*slots, and the data has image alone; give each its own: --columns a:MODALITY="
    with pytest.raises(UserError, match=told):
        coview.fit(method, "digits", steps=1)


@pytest.mark.parametrize("method", [name for name in method_modules() if method_class(name).slot_counts[1]])
def test_more_slots_than_a_method_relates(method: str):
    most = method_class(method).slot_counts[1]
    with pytest.raises(UserError, match=f"{method} relates {most} slots and was given .*; choose {most} with --slots"):
        coview.fit(method, "furniture", steps=1)
