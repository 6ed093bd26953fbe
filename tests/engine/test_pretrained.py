"""Runs that outlive a default, and encoders that start where another run ended."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors.torch import save_file

from coview.data.source import Data
from coview.engine.checkpoint import newest
from coview.engine.config import FitConfig, as_asked, load_config, plain, save_config
from coview.engine.fit import fit_data
from coview.engine.pretrained import from_runs, load_weights
from coview.engine.run import load, new_method, resolved, write_run
from coview.engine.trainer import Trainer
from coview.errors import UserError
from coview.methods.registry import build_method, method_class
from coview.modalities.image import Image
from coview.modalities.registry import modality_class, modality_modules
from coview.nn.conv import Conv
from coview.nn.encoder import Encoder
from tests.contracts.cases import NODES, batch, matrix, modality, slots_for


def data_for(method: str = "simclr", first: str = "image", n: int = 11) -> Data:
    whole, slots = batch(method, first, n), slots_for(method, first) or {}
    modalities = {slot: modality(name) for slot, name in slots.items()}
    return Data("made here", dict(whole.slots), modalities, whole.ids, [f"sample {i}" for i in range(n)])


def config(method: str = "simclr", **options: Any) -> FitConfig:
    return FitConfig(method, **{"steps": 2, "batch_size": 6, "precision": "32", "threads": 1, **options})


def trained(folder: Path, method: str = "simclr", first: str = "image", **options: Any) -> Path:
    asked = config(method, out=str(folder), **{"encoder_options": {"dim": 16}, **options})
    fit_data(asked, data_for(method, first), {"train": torch.arange(9)})
    return folder


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("runs") / "first")


@pytest.mark.parametrize(("method", "first"), matrix())
def test_a_resolved_configuration_alone_builds_the_same_method(method: str, first: str, tmp_path: Path) -> None:
    modalities = data_for(method, first).modalities
    made = new_method(config(method), modalities)
    save_config(resolved(config(method), made), tmp_path / "config.yaml")
    read = load_config(tmp_path / "config.yaml")
    assert set(read.encoder or ()) == {e.slot for e in made.slot_encoders().values()}
    again = new_method(read, modalities)
    for (name, a), b in zip(made.state_dict().items(), again.state_dict().values(), strict=True):
        assert not isinstance(a, torch.Tensor) or torch.equal(a, b), name


@pytest.mark.parametrize("name", modality_modules())
def test_every_option_of_every_encoder_is_written_out(name: str) -> None:
    for encoder, builder in modality_class(name).encoders.items():
        read = NODES if encoder == "lightgcn" else name
        method = build_method("simclr", {"thing": modality(read)}, encoder=encoder)
        written = method.slot_encoders()["thing"].options
        takes = [p.name for p in inspect.signature(builder).parameters.values() if p.kind is p.KEYWORD_ONLY]
        assert list(written) == takes
        assert None not in written.values(), f"{encoder} of {name} decides for itself: set `resolved` on the network"
        assert yaml.safe_load(yaml.safe_dump(plain(written))) == written


def test_a_run_loads_after_its_encoders_defaults_have_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = dict(Conv.__init__.__kwdefaults__ or {})
    monkeypatch.setattr(Conv.__init__, "__kwdefaults__", own | {"dim": 16, "norm": "batch", "cells": 2})
    folder = trained(tmp_path / "run", encoder_options={})
    before = load(folder).method.slot_encoders()["thing"].net.state_dict()
    monkeypatch.setattr(Conv.__init__, "__kwdefaults__", own | {"dim": 64, "norm": "group", "cells": 1})
    monkeypatch.setattr(modality_class("image"), "default_encoder", "vit")
    after = load(folder).method.slot_encoders()["thing"].net.state_dict()
    assert all(torch.equal(a, b) for a, b in zip(before.values(), after.values(), strict=True))


def test_an_encoder_of_a_run_begins_with_its_weights_and_so_does_its_teacher(source: Path) -> None:
    asked = config("byol", encoder=f"run:{source}")
    made = Trainer(asked, data_for("byol"), torch.arange(9), torch.arange(0))
    want = load(source).method.slot_encoders()["thing"].net.state_dict()
    states = [m.net.state_dict() for m in made.method.modules() if type(m).__name__ == "Encoder"]
    assert len(states) == 2
    for state in states:
        assert all(torch.equal(state[n], t) for n, t in want.items())
    assert made.config.encoder == {"thing": "conv"}
    assert made.config.encoder_from == {"thing": str(source)}
    assert made.config.encoder_options["thing"]["dim"] == 16


@pytest.mark.parametrize("frozen", [True, False])
def test_a_frozen_encoder_stays_as_it_is_and_the_rest_learns(source: Path, frozen: bool, tmp_path: Path) -> None:
    asked = config(encoder=f"run:{source}", frozen=frozen, out=str(tmp_path / "run"))
    run = fit_data(asked, data_for(), {"train": torch.arange(9)})
    mine = run.method.slot_encoders()["thing"].net.state_dict()
    first = load(source).method.slot_encoders()["thing"].net.state_dict()
    same = [torch.equal(mine[n], t) for n, t in first.items()]
    assert all(same) if frozen else not any(same)  # batch statistics are among them
    untrained = new_method(run.config, data_for().modalities).state_dict()
    assert not torch.equal(run.method.state_dict()["projector.0.weight"], untrained["projector.0.weight"])


def test_a_run_that_started_from_another_stands_alone(tmp_path: Path) -> None:
    first = trained(tmp_path / "first")
    second = trained(tmp_path / "second", encoder=f"run:{first}", encoder_options={}, frozen=True, steps=4)
    want = load(second).method.state_dict()
    first.rename(tmp_path / "elsewhere")
    assert all(torch.equal(a, b) for a, b in zip(want.values(), load(second).method.state_dict().values(), strict=True))
    again = load_config(second / "config.yaml")
    resumed = Trainer(again, data_for(), torch.arange(9), torch.arange(0), fresh=False)
    resumed.resume(newest(second))
    assert resumed.step == 4
    assert resumed.method.slot_encoders()["thing"].frozen


def test_a_configuration_read_back_asks_for_the_run_again(source: Path, tmp_path: Path) -> None:
    data = data_for()
    made = Trainer(config(encoder=f"run:{source}"), data, torch.arange(9), torch.arange(0))
    write_run(tmp_path / "run", made.config, data.modalities)
    asked = as_asked(load_config(tmp_path / "run" / "config.yaml"))
    assert asked.encoder == {"thing": f"run:{source}"}
    assert "thing" in from_runs(asked, data.modalities)


def test_a_run_without_an_encoder_of_the_modality_is_refused(source: Path) -> None:
    with pytest.raises(UserError, match=r"no encoder for slot 'thing' \(text\); it has thing \(image\)"):
        from_runs(config(encoder=f"run:{source}"), {"thing": modality("text")})


def test_frozen_needs_an_encoder_to_freeze() -> None:
    with pytest.raises(UserError, match="run:DIR"):
        Trainer(config(frozen=True), data_for(), torch.arange(9), torch.arange(0))


def test_options_of_one_slot_go_to_it_alone_and_shared_ones_to_those_that_take_them() -> None:
    modalities = data_for("clip").modalities
    method = build_method(
        "clip", modalities, encoder={"text": "bag"}, encoder_options={"dim": 32, "norm": "group", "text": {"hidden": 8}}
    )
    options = {e.slot: e.options for e in method.slot_encoders().values()}
    image, text = (next(s for s, m in modalities.items() if m.name == n) for n in ("image", "text"))
    assert {"dim": 32, "norm": "group"}.items() <= options[image].items()
    assert "hidden" not in options[image]
    assert options[text] == {"dim": 32, "hidden": 8}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"dimm": 3}, "encoder conv of image has no option 'dimm'; it has dim, norm, cells"),
        ({"thing": {"depth": 3}}, "encoder conv of image has no option 'depth'; it has dim, norm, cells"),
        ({"dim": 0}, "encoder conv of image: dim is at least 1; 0 was given"),
        ({"thing": {"cells": -4}}, "encoder conv of image: cells is at least 1; -4 was given"),
        ({"dim": "wide"}, "encoder conv of image: dim takes a whole number; 'wide' was given"),
        ({"dim": 1}, "encoder conv of image cannot be made with dim=1: it would have layers without a channel"),
        ({"norm": "layer"}, "encoder conv of image cannot be made with norm=layer"),
    ],
)
def test_options_that_an_encoder_cannot_take_are_named(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        build_method("simclr", {"thing": modality("image")}, encoder_options=options)


@pytest.mark.parametrize(("kind", "encoder"), [("graph", "gin"), ("series", "dilated")])
def test_networks_that_say_what_their_last_layer_says_need_one(kind: str, encoder: str) -> None:
    with pytest.raises(UserError, match=f"encoder {encoder} of {kind} cannot be made with depth=0: it has no"):
        build_method("simclr", {"thing": modality(kind)}, encoder=encoder, encoder_options={"depth": 0})


def test_a_method_in_a_module_is_found_by_its_path() -> None:
    assert method_class("coview.methods.contrastive.simclr:SimCLR") is method_class("simclr")
    with pytest.raises(UserError, match="no method can be read"):
        method_class("coview.nowhere:Nobody")


@pytest.mark.parametrize("encoder", ["conv", "resnet18", "timm:resnet10t"])
def test_a_file_of_weights_starts_an_encoder_and_its_teacher(encoder: str, tmp_path: Path) -> None:
    modalities = {"thing": Image(64)}
    other = build_method("simclr", modalities, encoder=encoder).slot_encoders()["thing"].net
    inner = getattr(other, "net", other)  # as timm and torchvision name them
    save_file({n: t.contiguous() for n, t in inner.state_dict().items()}, tmp_path / "w.safetensors")
    method = build_method("byol", modalities, encoder=encoder)
    load_weights(method, tmp_path / "w.safetensors")
    for module in method.modules():
        if isinstance(module, Encoder):
            mine = module.net.state_dict()
            assert all(torch.equal(mine[n], t) for n, t in other.state_dict().items())


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    save_file({"layers.0.0.weight": torch.zeros(1)}, tmp_path / "w.safetensors")
    with pytest.raises(UserError, match="holds 0 of the"):
        load_weights(build_method("simclr", {"thing": modality("image")}), tmp_path / "w.safetensors")
