"""The command line: the verbs of `coview`, each a file of this folder, imported when it is asked for."""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections.abc import Sequence

VERBS: dict[str, tuple[str, str]] = {
    "fit": ("learn", "learn from data with a method, score it, and say whether it worked"),
    "compare": ("learn", "several methods at equal compute: one table, one picture"),
    "evaluate": ("use", "score a run beside raw input and a random encoder"),
    "embed": ("use", "write embeddings of data to a table"),
    "finetune": ("use", "train a run's encoder with a head on labels"),
    "predict": ("use", "write what a finetuned run says of data to a table"),
    "search": ("use", "nearest samples to a text, a file or another sample"),
    "explore": ("use", "a run's embeddings as an interactive map"),
    "report": ("use", "write a run's report.html"),
    "export": ("use", "write an encoder's weights to one safetensors file"),
    "methods": ("look around", "what can be learned with; `show NAME` explains one"),
    "data": ("look around", "data sets that come in packages: list, get, show"),
    "papers": ("look around", "the papers of the field, and what became of their claims"),
    "reproduce": ("look around", "run a paper's claim"),
    "doctor": ("look around", "what works on this machine, and what would mend the rest"),
}
"""Verb -> (heading, one line). A verb whose module is not there is not offered."""

OK, MISTAKE, FAILED, INTERRUPTED = 0, 2, 3, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        argv: words after `coview`; default those of the process.

    Returns:
        0 for success, 2 for a user's mistake, 3 for a collapsed or failed run.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help", "help"):
        if len(words) > 1 and words[0] == "help":
            return main([words[1], "--help"])
        print(overview())
        return OK
    if words[0] in ("-V", "--version"):
        from coview import __version__

        print(f"coview {__version__}")
        return OK
    from coview.errors import RunFailed, UserError

    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            return _verb(words[0])(words[1:])
    except SystemExit as asked:  # argparse has printed its help
        return int(asked.code or OK)
    except UserError as error:
        print(f"coview: {error}", file=sys.stderr)
        return MISTAKE
    except RunFailed as error:
        print(f"coview: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        print(f"coview: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("coview: interrupted", file=sys.stderr)
        return INTERRUPTED


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: object = None,
    line: object = None,
) -> None:
    """What coview itself warns of in one line; what others do, with the place."""
    own = filename.startswith(os.path.dirname(os.path.dirname(__file__)))
    told = f"coview: {message}\n" if own else warnings.formatwarning(message, category, filename, lineno)
    print(told, end="", file=sys.stderr)


def available() -> dict[str, tuple[str, str]]:
    """The verbs that are installed."""
    here = os.path.dirname(__file__)
    return {verb: said for verb, said in VERBS.items() if os.path.isfile(os.path.join(here, f"{verb}.py"))}


def overview() -> str:
    """What `coview --help` prints."""
    verbs = available()
    lines = ["coview: views of the same thing teach each other", "", "usage: coview VERB ...   (coview VERB --help)"]
    for heading in dict.fromkeys(heading for heading, _ in verbs.values()):
        lines += ["", f"{heading}:"]
        lines += [f"  {verb:<10} {line}" for verb, (under, line) in verbs.items() if under == heading]
    lines += [
        "",
        "start here:",
        "  coview fit simclr --data digits --minutes 1      learn, score, report",
        "  coview fit simclr --help                         a method's own options",
        "  coview data list                                 data sets to try",
    ]
    return "\n".join(lines)


def _verb(name: str):
    from coview.errors import UserError

    verbs = available()
    if name not in verbs:
        from difflib import get_close_matches

        near = get_close_matches(name, verbs, n=1)
        raise UserError(
            f"there is no verb {name!r}; {f'did you mean {near[0]!r}?' if near else 'coview --help lists them'}"
        )
    return importlib.import_module(f"coview.cli.{name}").run
