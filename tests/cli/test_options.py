from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from coview.cli.fit_options import GROUPS, build_parser, read_config
from coview.cli.parser import Parser, nested, one_or_pairs, pairs
from coview.cli.run_options import add_protocols, add_run_data
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
    assert nested(["front.left.size=64"], "--m") == {"front.left": {"size": 64}}
    assert one_or_pairs(["vit"], "--encoder") == "vit"
    assert one_or_pairs(["a=vit", "b=bag"], "--encoder") == {"a": "vit", "b": "bag"}


def test_a_word_without_equals_is_refused() -> None:
    with pytest.raises(UserError, match="name=value"):
        pairs(["dim"], "--encoder-options")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["--label", "risk", "--label", "home"], {"label": ["risk", "home"]}),
        (["--columns", "a:text=x", "--columns", "b:text=y"], {"columns": ["a:text=x", "b:text=y"]}),
        (["--modality", "a.group=5", "--modality", "a.size=16"], {"modality": {"a": {"group": 5, "size": 16}}}),
    ],
)
def test_an_option_of_several_that_is_given_again_takes_more(words: list[str], meant: dict[str, object]) -> None:
    given = vars(build_parser("mvgrl").read(words))
    found = read_config("mvgrl", {name: given[name] for name in meant}, None)
    assert {name: getattr(found, name) for name in meant} == meant


def test_the_verbs_on_a_run_take_more_too() -> None:
    parser = Parser(prog="coview some")
    add_run_data(parser)
    add_protocols(parser)
    words = ["--columns", "a:text=x", "--columns", "b:text=y", "--protocol", "knn", "--protocol", "linear"]
    found = parser.read(words)
    assert (found.columns, found.protocol) == (["a:text=x", "b:text=y"], ["knn", "linear"])


def test_a_name_with_two_values_is_refused() -> None:
    with pytest.raises(UserError, match=r"--modality gives scene.size twice, 16 and 32"):
        nested(["scene.size=16", "scene.size=32"], "--modality")


def test_members_of_a_list_are_told_and_a_mistyped_one_is_refused() -> None:
    parser = build_parser("mvgrl")
    assert "--structures adjacency|ppr|heat" in parser.format_help()
    assert parser.read(["--structures", "heat", "--structures", "adjacency"]).structures == ["heat", "adjacency"]
    with pytest.raises(UserError, match="it is one of adjacency, ppr, heat, and 'pqr' was given; did you mean ppr"):
        parser.read(["--structures", "adjacency", "pqr"])


def test_only_what_is_nearly_an_option_is_taken_for_it_mistyped() -> None:
    parser = build_parser("ssast")
    with pytest.raises(UserError, match="has no option '--temperature'; see"):
        parser.read(["--temperature", "0.3"])
    with pytest.raises(UserError, match="did you mean --generative"):
        parser.read(["--genrative", "0.3"])


def test_a_seed_beyond_64_bits_is_refused() -> None:
    for seed in (2**63, -(2**63) - 1):
        with pytest.raises(UserError, match="--seed is between -9223372036854775808 and 9223372036854775807"):
            FitConfig("simclr", "digits", seed=seed)
