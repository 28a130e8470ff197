"""`kube-events rules test`: what passes, how a failure is shown, what may not stand in a file of tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eventcore.wire import encode
from tests.fixtures.events import event, raw_event
from tests.kube_events.rules.conftest import Run, Said

ROOT = Path(__file__).parents[3]
SHIPPED = [
    path
    for path in (*sorted((ROOT / "rules").glob("*.yaml")), *sorted((ROOT / "rules/examples").glob("*.yaml")))
    if not path.name.endswith(".tests.yaml")
]

RULES = """
drop: [{reason: [LeaderElection]}]
severity: [{match: {reason: [Mine]}, severity: critical}]
route:
  receiver: mail
  group_by: [reason]
  routes:
    - {match: {severity: [critical]}, receivers: [chat, mail]}
    - {match: {severity: [low]}, receivers: []}
"""


@pytest.fixture
def check(run: Run) -> Run:
    """Run tests against RULES."""

    def ran(tests: str | Path) -> Said:
        Path("rules.yaml").write_text(RULES)
        Path("rules.tests.yaml").write_text(str(tests))
        return run("test", "rules.yaml")

    return ran


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_the_files_we_ship_pass_their_tests_and_nothing_in_them_is_odd(file: Path, run: Run) -> None:
    ran = run("test", file)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith(" tests passed\n")
    assert run("check", file, "--strict", "--output", "none.json").code == 0


def test_what_is_not_as_expected_is_shown_with_what_was_found(check: Run) -> None:
    ran = check("""
tests:
  - {name: right, event: {reason: Mine}, expect: {severity: critical, receivers: [mail, chat]}}
  - name: wrong
    event: {reason: Mine}
    expect:
      {dropped: true, severity: low, receivers: [mail], group: {reason: Other}, resolves: [X], muted: true}
  - {name: dropped, event: {reason: LeaderElection}, expect: {receivers: []}}
""")
    assert ran.code == 1
    assert ran.err == "rules.yaml: 2 of 3 tests failed\n"
    assert ran.out.splitlines() == [
        "FAILED rules.tests.yaml: tests[1]: wrong",
        "    dropped: expected true, found false",
        "    severity: expected low, found critical",
        '    receivers: expected ["mail"], found ["chat", "mail"]',
        '    resolves: expected ["X"], found []',
        '    group of chat: expected {"reason": "Other"}, found {"reason": "Mine"}',
        '    group of mail: expected {"reason": "Other"}, found {"reason": "Mine"}',
        "    muted of chat: expected true, found false",
        "    muted of mail: expected true, found false",
        "FAILED rules.tests.yaml: tests[2]: dropped",
        "    dropped: expected false, found true",
    ]


def test_messages_of_a_sequence_are_compared_with_their_times(check: Run) -> None:
    ran = check("""
tests:
  - name: wrong
    events:
      - {event: {reason: BackOff}, repeat: {every: 1s, times: 3}}
    until: 5m
    expect: {messages: {mail: [{at: 10s, events: 2, objects: 1, status: resolved}], chat: [{at: 0s}]}}
""")
    assert ran.out.splitlines()[1:] == [
        "    messages.mail[0].at: expected 10s, found 30s",
        "    messages.mail[0].events: expected 2, found 3",
        '    messages.mail[0].status: expected "resolved", found "firing"',
        "    messages.chat: expected 1 message, found no message",
    ]


def test_a_receiver_that_is_not_named_is_expected_to_hear_nothing(check: Run) -> None:
    ran = check("tests: [{name: a, events: [{event: {reason: BackOff}}], until: 1m, expect: {messages: {}}}]")
    assert ran.out.splitlines()[1] == (
        "    messages.mail: expected no message, found 1 message: at 30s firing, 1 events on 1 objects, high"
    )


def test_without_resolved_nobody_hears_of_the_end(check: Run) -> None:
    sequence = "events: [{event: {reason: BackOff}}], until: 30m, expect: {messages: {mail: [{at: 30s}"
    assert check(f"tests: [{{name: a, {sequence}, {{at: 10m, status: resolved}}]}}}}}}]").code == 0
    assert check(f"tests: [{{name: a, without_resolved: [mail], {sequence}]}}}}}}]").code == 0


def test_recorded_events_may_be_records_of_the_stream_or_of_kubernetes(check: Run) -> None:
    Path("wire.json").write_bytes(encode(event()))
    Path("raw.json").write_text(json.dumps(raw_event()))
    ran = check("""
tests:
  - {name: a, recorded: wire.json, expect: {severity: high, receivers: [mail]}}
  - {name: b, recorded: raw.json, cluster: prod, expect: {group: {reason: BackOff}}}
""")
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize(
    ("tests", "says"),
    [
        ("[]", "rules.tests.yaml: document: expected a mapping with the key tests"),
        ("tests: []", "tests: expected a list of tests"),
        ("tests: [{name: a, evnt: {}, expect: {}}]", "tests[0].evnt: expected one of cluster, event"),
        ("tests: [{name: a, event: {raeson: A}, expect: {dropped: true}}]", "did you mean reason?"),
        (
            "tests: [{name: a, event: {count: x}, expect: {dropped: true}}]",
            'count: expected `int`; found "x"',
        ),
        ("tests: [{name: a, event: {}, expect: {}}]", "tests[0].expect: expected at least one of dropped"),
        ("tests: [{name: a, event: {}, expect: {dropped: no-}}]", "expect.dropped: expected true or false"),
        ("tests: [{name: a, recorded: none.json, expect: {dropped: true}}]", "No such file"),
        ("tests: [{name: a, event: {}, recorded: b, expect: {dropped: true}}]", "either event"),
        ("tests: [{name: a, time: noon, event: {}, expect: {dropped: true}}]", "expected a time such as"),
        (
            "tests: [{name: a, events: [{event: {}, repeat: {every: 0s, times: 1}}], expect: {}}]",
            "zero",
        ),
        (
            "tests: [{name: a, events: [{at: 1m, event: {}}], until: 1s, expect: {messages: {}}}]",
            "behind the last",
        ),
        (
            "tests: [{name: a, events: [{event: {}}], expect: {messages: {a: [{}]}}}]",
            "messages.a[0]: expected at",
        ),
        (
            "tests: [{name: a, event: {}, expect: &x {dropped: true}}, {name: a, event: {}, expect: *x}]",
            "tests[1].name: expected a name that no other test has",
        ),
        ("tests: [{name: a, events: [{event: 5}], expect: {messages: {}}}]", "events[0].event: expected"),
        (
            "tests: [{name: a, events: [{event: {}, at: 9000y}], expect: {messages: {}}}]",
            "tests[0].events[0]: expected events this side of the year 9000",
        ),
        (
            "tests: [{name: a, events: [{event: {}}], until: 9000y, expect: {messages: {}}}]",
            "this side of the year 9000",
        ),
        (
            "tests: [{name: a, time: 9999-12-31T23:59:59Z, event: {}, expect: {dropped: true}}]",
            "of the years 1970 to 8999",
        ),
        ('tests: [{name: a, recorded: "a\\0", expect: {dropped: true}}]', "null byte"),
        ("tests: [", "line 1"),
    ],
)
def test_what_is_no_test_is_refused_with_its_place(check: Run, tests: str, says: str) -> None:
    ran = check(tests)
    assert ran.code == 1
    assert ran.out == ""
    assert says.replace("`", "") in ran.err
    assert all(line.startswith("rules.tests.yaml: ") for line in ran.err.splitlines())


def test_receivers_that_the_rules_do_not_have_are_named(check: Run) -> None:
    ran = check("""
tests:
  - {name: a, events: [{event: {reason: Pulled}}], without_resolved: [male], expect: {messages: {chta: []}}}
""")
    expected = "expected a receiver of the rules, one of chat, mail; did you mean"
    assert ran.out.splitlines()[1:] == [
        f'    without_resolved: {expected} mail?, found "male"',
        f'    messages: {expected} chat?, found "chta"',
    ]


def test_tests_that_are_not_there_are_named(run: Run) -> None:
    Path("rules.yaml").write_text(RULES)
    assert run("test", "rules.yaml").err == "rules.tests.yaml: No such file or directory\n"
