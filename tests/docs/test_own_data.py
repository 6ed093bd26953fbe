"""The commands of the modalities' pages read what the pages say they read."""

import re
import shlex

import pytest
from parts.own_data import OWN, own_data

from coview.cli import main
from coview.modalities.registry import modality_modules
from tests.docs.made_data import MAKERS

COMMANDS = [pytest.param(name, own.command(), id=own.command()) for name, ways in OWN.items() for own in ways]


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_a_command_reads_this_modality(name, command, tmp_path, monkeypatch, capsys):
    words = shlex.split(command)
    MAKERS[words[words.index("--data") + 1]](tmp_path)
    monkeypatch.chdir(tmp_path)
    status = main([*words[1:], "--dry-run"])
    said = capsys.readouterr()
    assert status == 0, said.err
    assert re.search(rf"^  slot \w+: {name}\b", said.out, re.MULTILINE), said.out
    assert "skipped" not in said.out


@pytest.mark.parametrize("name", list(modality_modules()))
def test_every_modality_says_what_it_reads(name):
    assert own_data(name)
