from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from coview.cli.fit_options import GROUPS, build_parser, read_config
from coview.cli.parser import nested, one_or_pairs, pairs
from coview.engine.config import FitConfig, save_config
from coview.errors import UserError
from coview.flags import flag
from coview.methods.registry import method_class, method_modules, own_options


def test_every_field_of_the_configuration_is_an_option() -> None:
    offered = {name for names in GROUPS.values() for name in names}
    assert offered == {f.name for f in dataclasses.fields(FitConfig)} - {
        "method",
        "options",
        "encoder_from",
        "read_from",
    }


@pytest.mark.parametrize("method", method_modules())
def test_no_option_of_a_method_hides_one_of_fit(method: str) -> None:
    own = own_options(method_class(method))
    assert not set(own) & {f.name for f in dataclasses.fields(FitConfig)}
    build_parser(method)


@pytest.mark.parametrize("method", method_modules())
def test_a_methods_defaults_read_back_from_the_command_line(method: str) -> None:
    words, meant = [], {}
    for name, parameter in own_options(method_class(method)).items():
        default = parameter.default
        if isinstance(default, bool) or not isinstance(default, int | float | str):
            continue
        words += [f"{flag(name)}={default}"]
        meant[name] = default
    assert vars(build_parser(method).read(words)).items() >= meant.items()


def test_the_command_line_wins_over_the_file_and_a_budget_replaces_a_budget(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    save_config(FitConfig("simclr", "digits", minutes=3, seed=7, options={"dim": 9}, out="there"), file)
    found = read_config("simclr", {"steps": 5, "temperature": 0.5}, str(file))
    assert (found.steps, found.minutes, found.seed, found.out) == (5, None, 7, None)
    assert found.options == {"dim": 9, "temperature": 0.5}


def test_words_become_values() -> None:
    assert pairs(["dim=32", "wide=true", "name=x"], "--o") == {"dim": 32, "wide": True, "name": "x"}
    assert nested(["image.size=64", "text.words=9"], "--m") == {"image": {"size": 64}, "text": {"words": 9}}
    assert one_or_pairs(["vit"], "--encoder") == "vit"
    assert one_or_pairs(["a=vit", "b=bag"], "--encoder") == {"a": "vit", "b": "bag"}


def test_a_word_without_equals_is_refused() -> None:
    with pytest.raises(UserError, match="name=value"):
        pairs(["dim"], "--encoder-options")
