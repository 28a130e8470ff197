"""What is typed wrongly is said before anything is sent."""

from __future__ import annotations

import re

import pytest

from kube_events.search.kinds import kind_of
from tests.kube_events.search.conftest import DOCUMENT, Run

ENDPOINT = ("--endpoint", "http://127.0.0.1:1", "--auth", "none")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--since", "yesterday"), "--since: 'yesterday': expected a duration such as"),
        (("--since", ""), "--since: '': expected a duration such as"),
        (("--until", ""), "--until: '': expected a duration such as"),
        (("--until", "tomorrow"), "--until: 'tomorrow': expected a duration such as"),
        (("--since", "1h", "--until", "2h"), "is not before it"),
        (("--until", "0001-01-01T00:00:00Z"), "at the beginning of the calendar"),
        (("--follow", "--until", "1h"), "--follow has no end: leave --until away"),
        (("--follow", "--reverse"), "leave --reverse away"),
        (("--follow", "-o", "json"), "take -o jsonl"),
        (("--follow", "-o", "yaml"), "take -o jsonl"),
    ],
)
def test_arguments_that_do_not_fit_are_one_line(run: Run, arguments: tuple[str, ...], says: str) -> None:
    said = run(*arguments, *ENDPOINT)
    assert (said.code, said.out) == (1, "")
    assert says in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--severity", "warning"), "invalid choice: 'warning'"),
        (("-l", "app:web"), "'app:web': expected labels such as app=web"),
        (("--for", "web"), "'web': expected KIND/NAME, such as deployment/web"),
        (("--for", "a/b/c"), "expected KIND/NAME"),
        (("--reason", "A,,B"), "values separated by commas"),
        (("--name", "a" * 513), "'aaaaaaaaaaaaaaaaaaaa'…: 513 characters, and at most 512 are allowed"),
        (("--for", "pod/" + "a*" * 300), "600 characters, and at most 512 are allowed"),
        (("--message", " !"), "' !': expected words"),
        (("--limit", "-1"), "expected one argument|a number from 0"),
        (("--limit", "many"), "a number from 0"),
        (("--timeout", "0"), "seconds, more than 0"),
        (("-o", "xml"), "invalid choice: 'xml'"),
        (("--password", "x"), "unrecognized arguments"),
    ],
)
def test_wrong_usage_exits_with_2(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    with pytest.raises(SystemExit) as exit_:
        run(*arguments, *ENDPOINT)
    assert exit_.value.code == 2
    said = capsys.readouterr().err
    assert any(part in said for part in says.split("|"))


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("pods", "pod"),
        ("po", "pod"),
        ("Deploy", "deployment"),
        ("ingresses", "ingress"),
        ("networkpolicies", "networkpolicy"),
        ("endpoints", "endpoints"),
        ("sc", "storageclass"),
        ("Rollout", "Rollout"),
        ("Pod", "Pod"),
    ],
)
def test_kinds_may_be_typed_as_for_kubectl(typed: str, kind: str) -> None:
    assert kind_of(typed) == kind


def test_the_page_names_every_option(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("--help")
    options = set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out))
    options -= {"--help", "--namespace", "--selector", "--output"}  # by their letters
    page = DOCUMENT.read_text().partition("## How to read the queries")[0]
    assert options == set(re.findall(r"(?<=[`|, ])--[a-z][a-z-]+", page))
