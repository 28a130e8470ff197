"""Authentication and transport: the official client's, with the answers sorted by what helps."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

import pytest

from exporter.watch.answers import Object
from exporter.watch.credentials import credentials
from exporter.watch.errors import (
    ApiServerError,
    Conflict,
    Denied,
    Expired,
    NotFound,
    Throttled,
    UnexpectedAnswer,
    Unreachable,
)
from exporter.watch.resource_api import ResourceApi, core_path
from exporter.watch.transport import Patience, Transport
from sandbox.cluster.server import KUBECONFIG
from tests.fixtures.cluster import Answer, ScriptedApiServer, Watch, list_page, refusal

RECORDING = Path(__file__).parents[2] / "recording"


def transport_for(kubeconfig: Path) -> Transport:
    return Transport(credentials(str(kubeconfig), None), Patience(connect=1.0))


def events_api(transport: Transport) -> ResourceApi[Object]:
    return ResourceApi(transport, core_path("events"), Object, lambda _raw: Object())


@pytest.mark.parametrize(
    ("code", "recorded", "expected"),
    [
        (401, "error-401.json", Denied),
        (403, "error-403.json", Denied),
        (410, "410-list-continue.json", Expired),
        (504, "future-rv-list-core.json", Unreachable),
        (500, "bad-rv-watch-core.json", UnexpectedAnswer),
        (400, "bad-continue-list-core.json", UnexpectedAnswer),
        (429, "error-401.json", Throttled),
        (404, "error-403.json", NotFound),
        (409, "error-403.json", Conflict),
    ],
)
def test_recorded_answers_are_sorted_by_what_helps(
    api_server: ScriptedApiServer, tmp_path: Path, code: int, recorded: str, expected: type[ApiServerError]
) -> None:
    body = (RECORDING / recorded).read_bytes()
    api_server.answers(refusal(code)._replace(body=body))
    with pytest.raises(expected) as caught:
        events_api(transport_for(api_server.kubeconfig(tmp_path / "kubeconfig"))).list_page(500)
    assert str(caught.value).startswith(f"{code} ")
    assert len(str(caught.value)) <= 301


def test_the_page_of_a_proxy_becomes_one_short_line(api_server: ScriptedApiServer, tmp_path: Path) -> None:
    page = "<html>\n<b>Service\r\n unavailable</b>" + "x" * 100_000
    api_server.answers(refusal(502)._replace(body=page.encode()))
    with pytest.raises(Unreachable) as caught:
        events_api(transport_for(api_server.kubeconfig(tmp_path / "kubeconfig"))).list_page(500)
    text = str(caught.value)
    assert text.startswith("502 <html> <b>Service unavailable</b>xxx")
    assert len(text) < 400


def test_a_token_that_was_replaced_is_read_again(api_server: ScriptedApiServer, tmp_path: Path) -> None:
    # GIVEN a token in a file, as a kubeconfig or a Pod has it
    token = tmp_path / "token"
    token.write_text("first")
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(
        KUBECONFIG.format(url=api_server.url, token="").replace('token: ""', f"tokenFile: {token}")
    )
    api_server.tokens = {"first"}
    api_server.answers(list_page(version=1), list_page(version=2))
    api = events_api(transport_for(kubeconfig))
    assert api.list_page(1).version == "1"
    # WHEN it is rotated, and the old one is refused
    token.write_text("second")
    api_server.tokens = {"second"}
    with pytest.raises(Denied, match="401 Unauthorized"):
        api.list_page(1)
    # THEN the next request carries the new one
    assert api.list_page(1).version == "2"


def test_a_token_may_end_in_a_newline_as_files_do(api_server: ScriptedApiServer, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first\n")
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(
        KUBECONFIG.format(url=api_server.url, token="").replace('token: ""', f"tokenFile: {token}")
    )
    api_server.tokens = {"first"}
    api_server.answers(list_page(version=1))
    assert events_api(transport_for(kubeconfig)).list_page(1).version == "1"


@pytest.mark.parametrize("text", ["fir\nst", "fir\rst", "first→", "fir\x00st"])
def test_a_token_that_no_header_can_carry_is_refused_and_not_shown(
    api_server: ScriptedApiServer, tmp_path: Path, text: str
) -> None:
    # GIVEN
    token = tmp_path / "token"
    token.write_text(text, encoding="utf-8")
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(
        KUBECONFIG.format(url=api_server.url, token="").replace('token: ""', f"tokenFile: {token}")
    )
    api = events_api(transport_for(kubeconfig))
    with pytest.raises(Denied, match=r"^cannot use the token: it has characters that no token has$"):
        api.list_page(1)
    # WHEN it is repaired
    token.write_text("first")
    api_server.tokens = {"first"}
    api_server.answers(list_page(version=1))
    # THEN it is read again
    with pytest.raises(Denied):
        api.list_page(1)
    assert api.list_page(1).version == "1"


def test_a_host_without_an_address_is_said(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(KUBECONFIG.format(url="http://kubernetes.invalid", token="t"))
    with pytest.raises(Unreachable, match=r"no answer from http://kubernetes\.invalid: its name does not"):
        events_api(transport_for(kubeconfig)).list_page(1)


def test_requests_say_who_makes_them(api_server: ScriptedApiServer, tmp_path: Path) -> None:
    api_server.answers(list_page(version=1))
    events_api(transport_for(api_server.kubeconfig(tmp_path / "kubeconfig"))).list_page(1)
    assert api_server.asked[0].headers["User-Agent"].startswith("kube-events-exporter/")


def test_dead_connections_are_found_by_tcp_keep_alive(api_server: ScriptedApiServer, tmp_path: Path) -> None:
    api_server.answers(list_page(version=1))
    transport = transport_for(api_server.kubeconfig(tmp_path / "kubeconfig"))
    with closing(transport.get("/api/v1/events", {}, read_timeout=5)) as response:
        opened: socket.socket = response.connection.sock  # type: ignore[union-attr]
        assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
        assert opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 10
        assert opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT) == 3


def test_a_server_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        kubeconfig = tmp_path / "kubeconfig"
        kubeconfig.write_text(KUBECONFIG.format(url=url, token="t"))
        with pytest.raises(Unreachable, match=f"no answer from {url}: .*Connection refused"):
            events_api(transport_for(kubeconfig)).list_page(1)


def test_a_kubeconfig_that_is_missing_or_no_kubeconfig_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(Denied, match=r"cannot read kubeconfig .*/absent: No such file"):
        transport_for(tmp_path / "absent")
    broken = tmp_path / "broken"
    for content in ("{", "- a list", "kind: Config", "", "clusters: []\ncurrent-context: x\ncontexts: []"):
        broken.write_text(content)
        with pytest.raises(Denied, match="cannot read kubeconfig") as caught:
            transport_for(broken)
        assert "\n" not in str(caught.value)


def test_an_unknown_context_is_named(api_server: ScriptedApiServer, tmp_path: Path) -> None:
    kubeconfig = api_server.kubeconfig(tmp_path / "kubeconfig")
    with pytest.raises(Denied, match="elsewhere"):
        Transport(credentials(str(kubeconfig), "elsewhere"), Patience())


def test_without_a_kubeconfig_a_pod_uses_its_service_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    with pytest.raises(Denied, match="cannot read the service account of this Pod: Service token file"):
        Transport(credentials(None, None), Patience())


def test_a_body_is_sent_with_its_type_and_the_answer_is_read_to_its_end(
    api_server: ScriptedApiServer, tmp_path: Path
) -> None:
    api_server.answers(
        Answer(200, b'{"kind":"Lease"}'), Answer(201, b"{}"), refusal(409, "Conflict", "later")
    )
    transport = transport_for(api_server.kubeconfig(tmp_path / "kubeconfig"))
    path = "/apis/coordination.k8s.io/v1/namespaces/a/leases/b"
    assert transport.send("PUT", path, b'{"spec":{}}', read_timeout=5) == b'{"kind":"Lease"}'
    transport.send("POST", path, b"x", read_timeout=5, content_type="text/plain")
    with pytest.raises(Conflict, match="409 Conflict later"):
        transport.send("PUT", path, b"{}", read_timeout=5)
    first, second, _ = api_server.asked
    assert (first.method, first.path, first.body) == ("PUT", path, b'{"spec":{}}')
    assert first.headers["Content-Type"] == "application/json"
    assert (second.method, second.headers["Content-Type"]) == ("POST", "text/plain")


def test_an_answer_that_breaks_off_is_said(api_server: ScriptedApiServer, tmp_path: Path) -> None:
    api_server.answers(Watch((b'{"kind"',), end="cut"))
    with pytest.raises(Unreachable, match="broke off: ProtocolError"):
        transport_for(api_server.kubeconfig(tmp_path / "kubeconfig")).read("/version", {}, read_timeout=5)


def test_only_metadata_may_be_asked_for(api_server: ScriptedApiServer, tmp_path: Path) -> None:
    api_server.answers(Answer(200, b"{}"))
    wanted = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json"
    transport = transport_for(api_server.kubeconfig(tmp_path / "kubeconfig"))
    assert transport.read("/api/v1/namespaces/a/pods/b", {}, read_timeout=5, accept=wanted) == b"{}"
    assert api_server.asked[0].headers["Accept"] == wanted


def test_a_clone_has_the_same_credentials_and_connections_of_its_own(
    api_server: ScriptedApiServer, tmp_path: Path
) -> None:
    # GIVEN a watch that hangs on one transport
    transport = transport_for(api_server.kubeconfig(tmp_path / "kubeconfig"))
    clone = transport.clone()
    api_server.answers(Watch((), "silent"), Answer(200, b"{}"), Answer(200, b"{}"))
    with closing(transport.get("/api/v1/events", {}, read_timeout=60)):
        # THEN the other one is free, also when the first is interrupted
        assert clone.read("/version", {}, read_timeout=5) == b"{}"
        transport.interrupt()
        assert clone.read("/version", {}, read_timeout=5) == b"{}"


def test_an_interrupted_transport_refuses_until_it_is_resumed(
    api_server: ScriptedApiServer, tmp_path: Path
) -> None:
    transport = transport_for(api_server.kubeconfig(tmp_path / "kubeconfig"))
    api_server.answers(Answer(200, b"{}"), Answer(200, b"{}"))
    transport.interrupt()
    with pytest.raises(Unreachable, match="interrupted"):
        transport.read("/version", {}, read_timeout=5)
    transport.resume()
    assert transport.read("/version", {}, read_timeout=5) == b"{}"
