"""What an import of kubernetes-event-exporter says, and what it never says."""

from __future__ import annotations

import re

import pytest

from tests.kube_events.rule_import.test_exporter_routes import EXAMPLE, imported


def lines(text: str, **variables: str) -> list[str]:
    return list(imported(text, **variables).report)


def about(place: str, text: str, **variables: str) -> str:
    """The lines of the report about one place, such as config.yaml:3."""
    return "\n".join(line for line in lines(text, **variables) if line.startswith(f"config.yaml:{place}: "))


def test_every_line_of_the_example_that_says_something_is_in_the_report() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    report = lines(text)
    numbers = {int(found[1]) for line in report if (found := re.match(r"config.yaml:([0-9]+): ", line))}
    # GIVEN the lines where a setting, a rule or a receiver begins
    settings = ("log", "max", "kube")
    said = {
        at
        for at, line in enumerate(text.splitlines(), 1)
        if line.startswith(settings) or (line.lstrip().startswith("- ") and not line.endswith(":"))
    }
    # THEN none of them is passed over
    assert len(said) > 15
    assert said - numbers == set()


def test_secrets_are_never_repeated() -> None:
    result = imported(EXAMPLE.read_text(encoding="utf-8"), STORE_KEY="not-to-be-seen-either")
    assert "not-to-be-seen" not in result.rules + result.receivers + "\n".join(result.report)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (
            'route: {drop: [{namespace: "*test*"}]}',
            1,
            "broken in the source: '*test*' is no regular expression of Go",
        ),
        (
            "route:\n  match:\n  - type: Warning\n  - receiver: a",
            4,
            "has no condition, and items of a match send by themselves",
        ),
        ("route: {drop: [{}], match: [{receiver: a}]}", 1, "matches every event, so this route tells nobody"),
        (
            "route: {drop: [{}], match: [{receiver: a}]}",
            1,
            "route.match[0]: broken in the source: never reached",
        ),
        (
            "route: {match: [{kind: '*'}], routes: [{}]}",
            1,
            "route.routes[0]: broken in the source: never reached",
        ),
        ("route: {drop: [{type: a, receiver: b}]}", 1, "the receiver 'b' of a drop rule is never told"),
        ("route: {match: [{type: Warning}]}", 1, "neither a receiver nor nested routes: it does nothing"),
        (
            "route: {match: [{name: x, receiver: a}]}",
            1,
            "route.match[0].name: broken in the source: no field of a rule",
        ),
        (
            "route: {receiver: a}",
            1,
            "route.receiver: broken in the source: a route has only drop, match, routes",
        ),
        ("rout: {}", 1, "rout: broken in the source: no setting of the exporter"),
        ("rout: {}", 1, "route: broken in the source: there is none, so nobody was ever told"),
        (
            "route: {match: [{minCount: 3, receiver: a}]}",
            1,
            "decides otherwise: the exporter saw an event only when",
        ),
        (
            "route: {match: [{component: x, receiver: a}]}",
            1,
            "decides otherwise: events of events.k8s.io/v1 have no source",
        ),
        (
            "route: {match: [{message: a.*b.*c.*d, receiver: a}]}",
            1,
            "stands for it, which matches more, so more is told",
        ),
        (
            "route: {drop: [{message: a.*b.*c.*d}], match: [{receiver: a}]}",
            1,
            "left out here, so what it dropped is told",
        ),
        ("route: {match: [{message: '\\pL', receiver: a}]}", 1, "nothing is asked instead, so more is told"),
        ("route: {match: [{receiver: a}, {receiver: a}]}", 1, "told 'a' a second time; here it is told once"),
        (
            "route:\n  match:\n  - receiver: $WHO",
            3,
            "$WHO: broken in the source: is no variable that is set here",
        ),
        ("throttlePeriod: 3", 1, "throttlePeriod: no counterpart: events older than 3 s were thrown away"),
        ("route: {}", 1, "maxEventAgeSeconds: no counterpart: events older than 5 s were thrown away"),
        ("throttlePeriod: 3\nmaxEventAgeSeconds: 3", 2, "the exporter does not start with both"),
        (
            "clusterName: prod",
            1,
            "clusterName: no counterpart: rules have none; what corresponds: the exporter's --cluster",
        ),
        (
            "omitLookup: true\nroute: {match: [{labels: {a: b}, receiver: x}]}",
            2,
            "with omitLookup there are none",
        ),
    ],
)
def test_what_is_broken_or_cannot_be_said_is_reported_with_its_line(text: str, place: int, said: str) -> None:
    assert said in about(str(place), text)


def test_the_report_says_how_to_run_the_exporter_for_labels_and_annotations() -> None:
    text = "route: {match: [{labels: {app: x}, annotations: {team: y, who: z}, receiver: a}]}"
    assert (
        "for you to do: rules ask for app, team, who of the involved object: run the exporter with --enrich"
        in about("1", text)
    )
    assert "--enrich-annotations team,who" in about("1", text)


RECEIVERS = """
route: {match: [receiver: Mail Ops!, receiver: robot, receiver: room, receiver: gone, receiver: two]}
receivers:
- {name: Mail Ops!, sns: {topicARN: "arn:aws:sns:eu-west-1:123456789012:ops", layout: {a: b}}}
- {name: robot, webhook: {endpoint: "https://oapi.dingtalk.com/robot/send?access_token=hidden"}}
- {name: room, webhook: {endpoint: "https://hooks.chime.aws/incomingwebhooks/hidden"}}
- {name: two, slack: {token: hidden}, teams: {endpoint: hidden}}
- {name: two, stdout: {}}
- {name: idle, file: {path: a}}
"""


def test_receivers_are_declared_as_terraform_wants_them() -> None:
    assert imported(RECEIVERS).receivers.splitlines() == [
        "receivers = {",
        '  mail-ops = { type = "sns", topic_arn = "arn:aws:sns:eu-west-1:123456789012:ops" }',
        '  robot    = { type = "dingtalk" } # its address goes into the secret that Terraform makes',
        '  room     = { type = "chime" } # its address goes into the secret that Terraform makes',
        '  # gone     = { type = "sns", topic_arn = "arn:…" } # placeholder: the source does not declare it',
        "  # two: stdout keeps events and tells nobody; import with --without two",
        "}",
    ]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (4, "'Mail Ops!' is called mail-ops here"),
        (4, "layout: messages have the form of their channel"),
        (5, "for you to do: put the address into the secret that Terraform makes for robot"),
        (7, "a later receiver has the same name 'two'"),
        (9, "no route sends to 'idle'; left out"),
        (2, "receiver 'gone': broken in the source: not declared, so the exporter told nobody"),
    ],
)
def test_receivers_are_reported(place: int, said: str) -> None:
    report = about(str(place), RECEIVERS)
    assert said in report
    assert "hidden" not in report


def test_a_receiver_that_several_routes_tell_is_said_to_get_several_messages() -> None:
    text = "route: {match: [{receiver: a}], routes: [{match: [{receiver: a}]}]}"
    assert any("receiver a: decides otherwise: 2 routes tell it" in line for line in lines(text))


def test_the_rule_file_says_where_each_route_comes_from() -> None:
    rules = imported("route:\n  match:\n  - type: Warning\n    receiver: a\n").rules
    assert "# config.yaml:3: route.match[0]\n    - match: {type: [{wildcard: '*Warning*'}]}" in rules
