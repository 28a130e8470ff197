"""Writing to a server that throttles, refuses, blocks or is not there. It is played over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from eventcore.backoff import Backoff
from lambdas.common.opensearch.auth import SignInError
from lambdas.common.opensearch.client import OpenSearchClient
from lambdas.common.time_budget import TimeBudget
from lambdas.index_events.bulk_writer import BLOCKED_SECONDS, MAX_ATTEMPTS, BulkWriter
from lambdas.index_events.document import Document
from lambdas.index_events.triage import Finding, Verdict
from tests.fixtures.aws import LambdaContext

CREATED = {"status": 201}
THERE = {"status": 409, "error": {"type": "version_conflict_engine_exception", "reason": "already exists"}}
THROTTLED = {"status": 429, "error": {"type": "rejected_execution_exception", "reason": "queue is full"}}
BLOCKED = {"status": 403, "error": {"type": "cluster_block_exception", "reason": "index write (api)"}}
NOT_ALLOWED = {"status": 403, "error": {"type": "security_exception", "reason": "no permissions"}}
MAPPING = {"status": 400, "error": {"type": "mapper_parsing_exception", "reason": "failed to parse [count]"}}

Reply = Callable[[list[str]], Response]


def items(**by_id: dict[str, Any]) -> Reply:
    """HTTP 200 with these results; a document that is not named is created."""

    def reply(ids: list[str]) -> Response:
        return Response(json.dumps({"items": [{"create": by_id.get(each, CREATED)} for each in ids]}))

    return reply


def whole(status: int, error_type: str = "exception") -> Reply:
    """The whole request is answered with this."""
    body = json.dumps({"error": {"type": error_type, "reason": "because"}, "status": status})
    return lambda ids: Response(body, status=status)


class Server:
    """Plays one reply after the other, the last one for ever, and remembers which documents were sent."""

    def __init__(self, http: HTTPServer) -> None:
        self.requests: list[list[str]] = []
        self.replies: list[Reply] = [items()]
        self.context = LambdaContext(60)
        self.slept: list[float] = []
        self._url = http.url_for("/")
        http.expect_request("/_bulk", method="POST").respond_with_handler(self._handle)

    def answers(self, *replies: Reply) -> None:
        self.replies = list(replies)

    def write(self, *ids: str, auth: Any = None) -> dict[str, Finding]:
        documents = [Document.holding(b"{}", named=each, index="kube-events-2026.11.21") for each in ids]
        writer = BulkWriter(
            OpenSearchClient(self._url, auth or NoAuth()),
            backoff=Backoff(base=1.0, cap=8.0, draw=lambda: 1.0),
            sleep=self._sleep,
        )
        findings = writer.write(documents, TimeBudget(self.context, reserve=0))
        return dict(zip(ids, findings, strict=True))

    def _handle(self, request: Request) -> Response:
        ids = [json.loads(line)["create"]["_id"] for line in request.get_data().splitlines()[::2]]
        reply = self.replies[min(len(self.requests), len(self.replies) - 1)]
        self.requests.append(ids)
        return reply(ids)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.context.seconds -= seconds


class NoAuth:
    def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        return {}

    def refused(self) -> bool:
        return False


@pytest.fixture
def server(httpserver: HTTPServer) -> Server:
    return Server(httpserver)


def verdicts(findings: dict[str, Finding]) -> dict[str, Verdict]:
    return {each: finding.verdict for each, finding in findings.items()}


def test_each_document_gets_its_own_verdict(server: Server) -> None:
    server.answers(items(b=THERE, c=MAPPING, d=NOT_ALLOWED))
    findings = server.write("a", "b", "c", "d")
    assert verdicts(findings) == {
        "a": Verdict.WRITTEN,
        "b": Verdict.ALREADY_THERE,
        "c": Verdict.REFUSED,
        "d": Verdict.FORBIDDEN,
    }
    assert findings["c"].reason == "400 mapper_parsing_exception: failed to parse [count]"
    assert server.requests == [["a", "b", "c", "d"]]


def test_the_reason_of_a_refusal_names_its_cause(server: Server) -> None:
    refusal = {"type": "mapper_parsing_exception", "reason": "failed to parse"}
    server.answers(items(a={"status": 400, "error": refusal | {"caused_by": {"reason": "Duplicate field"}}}))
    assert server.write("a")["a"].reason == "400 mapper_parsing_exception: failed to parse (Duplicate field)"


def test_only_what_was_throttled_is_sent_again(server: Server) -> None:
    server.answers(items(b=THROTTLED, c=THROTTLED), items(c=THROTTLED), items())
    assert set(verdicts(server.write("a", "b", "c")).values()) == {Verdict.WRITTEN}
    assert server.requests == [["a", "b", "c"], ["b", "c"], ["c"]]
    assert server.slept == [1.0, 2.0]


def test_what_is_blocked_is_tried_once_more_after_a_while(server: Server) -> None:
    # GIVEN a document whose index is blocked, and one that is throttled at first
    server.answers(items(b=THROTTLED, c=BLOCKED), items(), items(c=BLOCKED))
    # WHEN
    findings = server.write("a", "b", "c")
    # THEN the others do not wait for it
    assert verdicts(findings) == {"a": Verdict.WRITTEN, "b": Verdict.WRITTEN, "c": Verdict.BLOCKED}
    assert server.requests == [["a", "b", "c"], ["b"], ["c"]]
    assert server.slept == [1.0, BLOCKED_SECONDS]


@pytest.mark.parametrize("reply", [items(a=BLOCKED, b=BLOCKED), whole(429, "cluster_block_exception")])
def test_a_blocked_cluster_is_asked_twice_an_invocation(server: Server, reply: Reply) -> None:
    server.answers(reply)
    assert set(verdicts(server.write("a", "b")).values()) == {Verdict.BLOCKED}
    assert server.requests == [["a", "b"], ["a", "b"]]
    assert server.slept == [BLOCKED_SECONDS]


def test_a_block_that_is_lifted_meanwhile_costs_no_delivery(server: Server) -> None:
    server.answers(items(a=BLOCKED), items())
    assert server.write("a")["a"].verdict is Verdict.WRITTEN


def test_what_is_blocked_is_left_without_waiting_where_there_is_no_time(server: Server) -> None:
    server.context.seconds = BLOCKED_SECONDS
    server.answers(items(a=BLOCKED))
    assert server.write("a")["a"].verdict is Verdict.BLOCKED
    assert len(server.requests) == 1


def test_what_stays_throttled_is_left_for_later(server: Server) -> None:
    server.answers(items(b=THROTTLED))
    findings = server.write("a", "b")
    assert verdicts(findings) == {"a": Verdict.WRITTEN, "b": Verdict.LATER}
    assert len(server.requests) == MAX_ATTEMPTS


def test_waiting_ends_with_the_time_of_the_invocation(server: Server) -> None:
    # GIVEN 3 seconds and back-offs of 1 and 2
    server.context.seconds = 3
    server.answers(items(a=THROTTLED))
    # WHEN
    findings = server.write("a")
    # THEN the second back-off is not begun: it would leave nothing for the request behind it
    assert findings["a"].verdict is Verdict.LATER
    assert server.slept == [1.0]


def test_without_any_time_one_request_is_still_tried(server: Server) -> None:
    server.context.seconds = 0
    assert server.write("a")["a"].verdict is Verdict.WRITTEN


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_throttled_request_is_sent_again_as_a_whole(server: Server, status: int) -> None:
    server.answers(whole(status), items())
    assert set(verdicts(server.write("a", "b")).values()) == {Verdict.WRITTEN}
    assert server.requests == [["a", "b"], ["a", "b"]]


def test_a_blocked_cluster_is_not_taken_for_a_missing_role(server: Server) -> None:
    server.answers(whole(403, "cluster_block_exception"))
    assert server.write("a")["a"].verdict is Verdict.BLOCKED


@pytest.mark.parametrize("status", [302, 401, 403, 404, 405])
def test_a_refused_sign_in_or_a_wrong_endpoint_is_not_tried_again(server: Server, status: int) -> None:
    server.answers(whole(status, "security_exception"))
    findings = server.write("a", "b")
    assert set(verdicts(findings).values()) == {Verdict.FORBIDDEN}
    assert findings["a"].reason == (
        f"the whole request was answered with HTTP {status}: security_exception: because"
    )
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [400, 413])
def test_one_bad_document_does_not_refuse_the_others(server: Server, status: int) -> None:
    # GIVEN a server that refuses every request with "bad" in it
    def reply(ids: list[str]) -> Response:
        return whole(status, "illegal_argument_exception")(ids) if "bad" in ids else items()(ids)

    server.answers(reply)
    # WHEN
    findings = server.write("a", "b", "bad", "c", "d")
    # THEN
    assert findings["bad"] == Finding(
        Verdict.REFUSED, f"refused with HTTP {status}: illegal_argument_exception: because"
    )
    assert [each for each, finding in findings.items() if finding.verdict is Verdict.WRITTEN] == [
        "a",
        "b",
        "c",
        "d",
    ]


PLAIN_HTTP = "<html><h1>400 Bad Request</h1>The plain HTTP request was sent to HTTPS port</html>"


def page(status: int) -> Reply:
    """Something in front of OpenSearch answers."""
    return lambda ids: Response(PLAIN_HTTP, status=status)


@pytest.mark.parametrize("ids", ["a", "abc"])
def test_a_400_that_is_not_opensearch_speaking_is_a_wrong_endpoint(server: Server, ids: str) -> None:
    server.answers(page(400))
    findings = server.write(*ids)
    assert set(verdicts(findings).values()) == {Verdict.FORBIDDEN}
    assert "The plain HTTP request was sent to HTTPS port" in findings["a"].reason
    assert len(server.requests) == 1


@pytest.mark.parametrize("reply", [whole(400), whole(413), page(413)])
def test_an_endpoint_that_refuses_every_document_alike_is_a_wrong_endpoint(
    server: Server, reply: Reply
) -> None:
    server.answers(reply)
    findings = server.write("a", "b", "c")
    assert set(verdicts(findings).values()) == {Verdict.FORBIDDEN}
    assert findings["a"].reason.startswith("nothing is accepted, each document is refused with HTTP 4")


def test_a_single_document_is_told_from_its_endpoint_by_who_refuses_it(server: Server) -> None:
    server.answers(page(413))
    assert server.write("a")["a"].verdict is Verdict.FORBIDDEN
    server.answers(whole(400))
    assert server.write("a")["a"].verdict is Verdict.REFUSED


def test_documents_that_are_refused_for_reasons_of_their_own_are_all_refused(server: Server) -> None:
    def reply(ids: list[str]) -> Response:
        return whole(400, f"no_good_{ids[0]}_exception")(ids)

    server.answers(reply)
    assert set(verdicts(server.write("a", "b")).values()) == {Verdict.REFUSED}


def test_a_proxy_with_a_limit_of_its_own_gets_smaller_requests(server: Server) -> None:
    server.answers(lambda ids: page(413)(ids) if len(ids) > 2 or "big" in ids else items()(ids))
    findings = server.write("a", "b", "big", "c", "d")
    assert findings.pop("big").verdict is Verdict.REFUSED
    assert set(verdicts(findings).values()) == {Verdict.WRITTEN}


def test_time_that_runs_out_while_halving_sets_nothing_aside(server: Server) -> None:
    # GIVEN an endpoint that refuses everything, and takes a second each time
    def reply(ids: list[str]) -> Response:
        server.context.seconds -= 1
        return whole(400)(ids)

    server.context.seconds = 4
    server.answers(reply)
    # WHEN
    findings = server.write("a", "b", "c", "d")
    # THEN
    assert set(verdicts(findings).values()) == {Verdict.FORBIDDEN, Verdict.LATER}


def test_bisecting_goes_on_in_the_order_of_the_stream(server: Server) -> None:
    # Lambda delivers again from the lowest record that failed, so what is done first must be what came first.
    server.answers(lambda ids: whole(413)(ids) if len(ids) > 1 else items()(ids))
    server.write("a", "b", "c")
    assert [ids for ids in server.requests if len(ids) == 1] == [["a"], ["b"], ["c"]]


@pytest.mark.parametrize(
    "body",
    [
        "<html>ok</html>",
        "{}",
        '{"items": []}',
        '{"items": [{"create": {"status": 201}}]}',
        '{"items": [{"create": {}}, {"create": {}}]}',
        '{"errors": true, "items": [{"index": {"status": 400}}, 1]}',
    ],
)
def test_a_200_that_is_no_bulk_answer_is_no_success(server: Server, body: str) -> None:
    server.answers(lambda ids: Response(body))
    assert set(verdicts(server.write("a", "b")).values()) == {Verdict.FORBIDDEN}


def test_an_unreachable_server_leaves_everything_for_later(server: Server, httpserver: HTTPServer) -> None:
    writer = BulkWriter(OpenSearchClient("http://127.0.0.1:1", NoAuth()), sleep=server.slept.append)
    documents = [Document.holding(b"{}", named=each, index="kube-events-2026.11.21") for each in "ab"]
    findings = writer.write(documents, TimeBudget(server.context))
    assert [finding.verdict for finding in findings] == [Verdict.LATER, Verdict.LATER]
    assert "http://127.0.0.1:1" in findings[0].reason
    assert server.slept == []


def test_missing_credentials_are_a_matter_of_configuration(server: Server) -> None:
    class NoCredentials(NoAuth):
        def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
            raise SignInError("the secret is gone")

    findings = server.write("a", auth=NoCredentials())
    assert findings["a"] == Finding(Verdict.FORBIDDEN, "the secret is gone")


def test_nothing_to_write_asks_nothing(server: Server) -> None:
    assert server.write() == {}
    assert server.requests == []
