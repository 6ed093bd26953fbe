"""What is refused before any data is read."""

from typing import Any

import pytest

import coview
from coview.errors import UserError


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
