"""Sinks of kube-eventer, case by case: what they take, and what is said of them."""

from __future__ import annotations

from typing import Any

import pytest

from kube_events.errors import CommandError
from kube_events.rule_import.eventer_import import import_eventer
from kube_events.rule_import.imported import Imported
from tests.kube_events.rule_import.deciding import ruleset, tells

ROBOT = "https://oapi.dingtalk.com/robot/send?access_token=hidden"
HOOK = "https://hooks.example.com/in/hidden?"
WECOM = "?corp_id=hidden&corp_secret=hidden&agent_id=1"


def imported(*sinks: str, left_out: tuple[str, ...] = (), **variables: str) -> Imported:
    return import_eventer(sinks, variables=variables, left_out=left_out)


def event(kind: str = "Pod", namespace: str = "shop", **fields: Any) -> dict[str, Any]:
    involved = {"kind": kind} if kind == "Node" else {"kind": kind, "namespace": namespace}
    return {"metadata": {"namespace": namespace}, "involvedObject": involved, **fields}


def taken(sink: str, raw: dict[str, Any]) -> bool:
    return bool(tells(ruleset(imported(sink)), raw))


WARNING = event(type="Warning", reason="BackOff")
NORMAL = event(type="Normal", reason="Pulled")
ODD = event(type="Odd", reason="Odd")
NODE = event("Node", "default", type="Warning", reason="NodeNotReady")


@pytest.mark.parametrize(
    ("sink", "takes"),
    [
        (f"dingtalk:{ROBOT}", [WARNING, NODE]),
        (f"dingtalk:{ROBOT}&level=Warning", [WARNING, NODE]),
        (f"dingtalk:{ROBOT}&level=Normal", [WARNING, NORMAL, NODE]),
        (f"dingtalk:{ROBOT}&level=normal", [WARNING, NORMAL, ODD, NODE]),
        (f"dingtalk:{ROBOT}&namespaces=shop,bank", [WARNING]),
        (f"dingtalk:{ROBOT}&namespaces=default", [NODE]),
        (f"dingtalk:{ROBOT}&namespaces=sho", []),
        (f"dingtalk:{ROBOT}&namespaces=", [WARNING, NODE]),
        (f"dingtalk:{ROBOT}&kinds=Node,Job", [NODE]),
        (f"dingtalk:{ROBOT}&kinds=Node&kinds=Pod", [NODE]),
        (f"wechat:{WECOM}&level=Normal&kinds=Pod", [WARNING, NORMAL]),
        (f"wechat:{WECOM}&to_user=", [WARNING, NODE]),
        (f"webhook:{HOOK}", [WARNING, NORMAL, ODD, NODE]),
        (f"webhook:{HOOK}&level=Normal", [WARNING, NORMAL, NODE]),
        (f"webhook:{HOOK}&level=warning", [WARNING, NODE]),
        (f"webhook:{HOOK}&namespaces=shop", [WARNING, NORMAL, ODD]),
        (f"webhook:{HOOK}&namespaces=default", []),
        (f"webhook:{HOOK}&namespaces=", []),
        (f"webhook:{HOOK}&kinds=", []),
        (f"webhook:{HOOK}&reason=", []),
        (f"webhook:{HOOK}&reason=Back", [WARNING]),
        (f"webhook:{HOOK}&reason=^Back$,Node.*Ready", [NODE]),
        (f"webhook:{HOOK}&reason=Back&reason=Pulled", [WARNING]),
        (f"webhook:{HOOK}&reason=[^Failed*]", [WARNING, NORMAL, ODD, NODE]),
        (f"webhook:{HOOK}&reason=(?!Back),Odd", [ODD]),
        (f"webhook:{HOOK}&reason=.*", [WARNING, NORMAL, ODD, NODE]),
        (f"webhook:{HOOK}&level=Warning&kinds=Pod&reason=%42ackOff", [WARNING]),
        (f"webhook:{HOOK}#&level=Warning", [WARNING, NORMAL, ODD, NODE]),
        (f"webhook:{HOOK}&level=War;ning", [WARNING, NORMAL, ODD, NODE]),
        ("kafka:?brokers=a:9092&eventstopic=t", [WARNING, NORMAL, ODD, NODE]),
        ("mysql:?root:hidden@tcp(db:3306)/k8s?charset=utf8", [WARNING, NORMAL, ODD, NODE]),
        ("elasticsearch:http://es:9200?index=a&esUserSecret=hidden", [WARNING, NORMAL, ODD, NODE]),
        (
            "sls:https://sls.example.com?project=p&logStore=l&accessKeySecret=hidden",
            [WARNING, NORMAL, ODD, NODE],
        ),
        ("log", [WARNING, NORMAL, ODD, NODE]),
        ("pigeon:https://a", []),
        ("webhook:?level=Normal", []),
    ],
)
def test_a_sink_takes_what_it_took(sink: str, takes: list[Any]) -> None:
    assert [raw for raw in (WARNING, NORMAL, ODD, NODE) if taken(sink, raw)] == takes


def test_an_event_without_a_reason_never_got_through_a_list_of_reasons() -> None:
    assert not taken(f"webhook:{HOOK}&reason=.*,^$", event(type="Warning"))


def test_every_sink_is_asked() -> None:
    result = imported(f"dingtalk:{ROBOT}", f"webhook:{HOOK}&level=Normal", f"dingtalk:{ROBOT}&level=Normal")
    rules = ruleset(result)
    assert tells(rules, WARNING) == ["dingtalk-1", "webhook", "dingtalk-3"]
    assert tells(rules, NORMAL) == ["webhook", "dingtalk-3"]


@pytest.mark.parametrize(
    ("sink", "said"),
    [
        (f"dingtalk:{ROBOT}&level=high", "level: broken in the source: 'high' is neither Normal nor Warning"),
        (f"dingtalk:{ROBOT}&kinds=Pod, Node", "kinds: broken in the source: ' Node' has a blank in it"),
        (f"dingtalk:{ROBOT}&kinds=Pod&kinds=Node", "kinds: broken in the source: given 2 times"),
        (
            f"dingtalk:{ROBOT}&label=prod",
            "label: no counterpart: messages name the cluster by the exporter's --cluster",
        ),
        (f"dingtalk:{ROBOT}&msg_type=card", "msg_type: broken in the source: neither text nor markdown"),
        (
            f"dingtalk:{ROBOT}&cluster_id=c1&region=cn",
            "region: no counterpart: messages have links of their own",
        ),
        (
            f"dingtalk:{ROBOT}&sign=hidden",
            'the key of `sign` as "secret" into the secret that Terraform makes',
        ),
        (f"dingtalk:{ROBOT}&exclude=x", "exclude: broken in the source: dingtalk has no such option"),
        (f"dingtalk:{ROBOT}&key=$NOT_SET", "1 references to variables ($NAME) not set here"),
        ("dingtalk:https://oapi.dingtalk.com/robot/send", "access_token: broken in the source: missing"),
        (f"wechat:{WECOM}", "wechat: no counterpart: wechat is no channel yet. wechat is a placeholder"),
        (f"webhook:{HOOK}", "level: broken in the source: not given: the documentation says Warning"),
        (f"webhook:{HOOK}&namespaces=a", "events about Nodes and other objects without one were never sent"),
        (f"webhook:{HOOK}&kinds=", "kinds: broken in the source: empty, which lets no event through"),
        (
            f"webhook:{HOOK}&reason=(?!a)",
            "reason: broken in the source: '(?!a)' is no regular expression of Go",
        ),
        (f"webhook:{HOOK}&reason=a(b,c)", "a comma inside of one cut it in two"),
        (f"webhook:{HOOK}&reason=a,,b", "an empty expression in the list, which every reason meets"),
        (
            f"webhook:{HOOK}&header=Authorization=hidden",
            "header: no counterpart: messages are sent as their channel",
        ),
        (
            f"webhook:{HOOK}&custom_body_configmap=c",
            "custom_body_configmap: no counterpart: messages have the form",
        ),
        (f"webhook:{HOOK}#&level=Normal", "a # ends the address, so the options behind it had no effect"),
        (f"webhook:{HOOK}&level=%ZZ", "1 options with a ; or a lone % are not read"),
        (f"webhook:{ROBOT}", "for you to do: put the whole address, with its token"),
        ("webhook:https://open.feishu.cn/open-apis/bot/v2/hook/hidden", "feishu is a placeholder"),
        ("webhook:http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hidden", "wecom is a placeholder"),
        ("webhook:https://hooks.slack.com/services/hidden", "slack is a placeholder"),
        ("mysql:?root:hidden@tcp(db:3306)/k8s", "leave it out with --without mysql"),
        ("pigeon:https://hidden", "pigeon: broken in the source: kube-eventer has no sink of this type"),
    ],
)
def test_what_becomes_of_an_option_is_reported_and_no_secret_is(sink: str, said: str) -> None:
    result = imported(sink)
    assert any(line.startswith("--sink 1: ") and said in line for line in result.report), result.report
    assert "hidden" not in result.rules + result.receivers + "\n".join(result.report)


def test_two_sinks_on_one_robot_are_noticed() -> None:
    report = imported(f"dingtalk:{ROBOT}", f"webhook:{ROBOT}&level=Normal").report
    assert any("--sink 2: webhook: translated: the same robot as --sink 1" in line for line in report)


def test_variables_of_the_environment_are_put_in() -> None:
    result = imported(f"dingtalk:{ROBOT}&namespaces=$SPACE", SPACE="bank")
    assert tells(ruleset(result), event(namespace="bank", type="Warning")) == ["dingtalk"]


def test_a_sink_is_left_out_by_its_name() -> None:
    result = imported(f"dingtalk:{ROBOT}", "log", left_out=("log",))
    assert tells(ruleset(result), WARNING) == ["dingtalk"]
    assert "log" not in result.receivers


@pytest.mark.parametrize(
    ("sinks", "error"),
    [
        ((), "at least one --sink"),
        (("https//hidden",), "--sink 1: expected TYPE:URI"),
        (("log", ":hidden"), "--sink 2: expected TYPE:URI"),
        (("webhook:https://a\nhidden",), "--sink 1 (webhook): a URI without control characters"),
    ],
)
def test_what_is_no_sink_is_refused_without_being_repeated(sinks: tuple[str, ...], error: str) -> None:
    with pytest.raises(CommandError) as caught:
        imported(*sinks)
    assert error in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_leaving_out_what_is_not_there_is_refused_with_what_is() -> None:
    with pytest.raises(CommandError, match="--without: lgo is no receiver of this file; there are log"):
        imported("log", left_out=("lgo",))
