"""The sender against either service over HTTP, which fails in every way that it documents."""

from __future__ import annotations

import json
import logging

import pytest
from botocore.config import Config

from exporter.logs import JsonFormatter
from exporter.ship import aws, sender
from exporter.ship.event_bridge import EventBridgeSink
from exporter.ship.kinesis import KinesisSink
from exporter.ship.record import Record
from tests.exporter.conftest import Behaviour, Refusal, Shipping, StreamEndpoint, record

RECORDS = [record(f'{{"number":{number}}}') for number in range(10)]
DATA = [each.data.decode() for each in RECORDS]

TRANSIENT = [
    "ProvisionedThroughputExceededException",
    "InternalFailure",
    "ThrottlingException",
    "InternalException",
]


def taking_only(taken: str) -> Behaviour:
    return lambda data: None if data == taken else TRANSIENT[0]


@pytest.mark.parametrize("code", TRANSIENT)
def test_exactly_the_records_that_failed_are_sent_again(
    shipping: Shipping, endpoint: StreamEndpoint, code: str
) -> None:
    # GIVEN a service that is too busy for some records, and next time for fewer
    endpoint.behaviours += [
        lambda data: code if data in DATA[2:6] else None,
        lambda data: code if data == DATA[4] else None,
    ]
    # WHEN
    shipping.send(*RECORDS)
    # THEN
    assert endpoint.calls == [DATA, DATA[2:6], [DATA[4]]]
    assert sorted(endpoint.accepted) == DATA
    assert shipping.counts.snapshot()["sent"] == 10
    assert shipping.counts.snapshot()["retried"] == 5
    assert len(shipping.pauses) == 2


def test_a_service_that_refuses_most_of_each_call_is_asked_less_and_less_often_but_every_two_seconds(
    shipping: Shipping, endpoint: StreamEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a shard that takes one record of each call, and no luck with the jitter
    monkeypatch.setattr(sender, "BUSY", sender.BUSY._replace(draw=lambda: 1.0))
    endpoint.behaviours += [taking_only(taken) for taken in DATA]
    # WHEN
    shipping.send(*RECORDS)
    # THEN once it takes half of a call, it is asked soon again
    assert endpoint.accepted == DATA
    assert shipping.pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0, 0.1]


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal("ProvisionedThroughputExceededException"),
        Refusal("ThrottlingException"),
        Refusal("KMSThrottlingException"),
        Refusal("InternalFailure", 500),
        Refusal("ServiceUnavailable", 503),
    ],
)
def test_a_whole_call_that_is_throttled_or_failed_is_sent_again_soon(
    shipping: Shipping, endpoint: StreamEndpoint, refusal: Refusal
) -> None:
    endpoint.behaviours += [refusal, refusal]
    shipping.send(*RECORDS)
    assert endpoint.calls == [DATA, DATA, DATA]
    assert endpoint.accepted == DATA
    assert all(pause <= 0.2 for pause in shipping.pauses)


def test_a_connection_that_is_cut_is_made_anew(shipping: Shipping, endpoint: StreamEndpoint) -> None:
    endpoint.behaviours.append("cut")
    shipping.send(*RECORDS)
    assert endpoint.accepted == DATA
    assert shipping.counts.snapshot()["sent"] == 10


def test_a_call_that_is_never_answered_is_given_up_and_made_again(
    endpoint: StreamEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a stream that takes the connection and says nothing, and patience of less than the usual 15 s
    monkeypatch.setattr(aws, "CALLS", aws.CALLS.merge(Config(read_timeout=0.2)))
    shipping = Shipping(KinesisSink("kube-events", "eu-west-1"))
    endpoint.let_go.clear()
    # WHEN it answers from the second call on
    shipping.on_pause = endpoint.let_go.set
    shipping.send(*RECORDS)
    # THEN
    assert set(endpoint.accepted) == set(DATA)
    assert len(endpoint.calls) == 2
    assert shipping.counts.calls(False).seconds > 0


@pytest.mark.parametrize(
    "code",
    [
        "AccessDeniedException",
        "ResourceNotFoundException",
        "UnrecognizedClientException",
        "ExpiredTokenException",
        "KMSDisabledException",
        "SomethingNewException",
    ],
)
def test_what_somebody_has_to_repair_is_tried_again_slowly_and_said_as_an_error(
    shipping: Shipping, endpoint: StreamEndpoint, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    # GIVEN a stream that cannot be written to, until somebody repairs it after the third attempt
    endpoint.always = Refusal(code)

    def repair() -> None:
        if len(endpoint.calls) == 3:
            endpoint.always = lambda _data: None

    shipping.on_pause = repair
    # WHEN
    with caplog.at_level(logging.INFO):
        shipping.send(*RECORDS)
    # THEN nothing was lost
    assert endpoint.accepted == DATA
    assert len(shipping.pauses) == 3
    assert [entry.levelname for entry in caplog.records] == ["ERROR"] * 3
    assert code in vars(caplog.records[0])["reason"]
    assert "kube-events in eu-west-1" in vars(caplog.records[0])["reason"]


def test_one_record_that_the_service_calls_invalid_is_given_up_by_name_and_the_others_arrive(
    shipping: Shipping, endpoint: StreamEndpoint, caplog: pytest.LogCaptureFixture
) -> None:
    # GIVEN a service that refuses every call that holds a certain record
    endpoint.invalid = {DATA[7]}
    # WHEN
    with caplog.at_level(logging.ERROR):
        shipping.send(*RECORDS)
    # THEN
    assert endpoint.accepted == [each for each in DATA if each != DATA[7]]
    assert shipping.counts.snapshot()["sent"] == 9
    assert shipping.counts.snapshot()["refused"] == 1
    (entry,) = caplog.records
    assert vars(entry)["observation"] == RECORDS[7].identity
    assert shipping.pauses == []
    # THEN the log is its dead letter: it can be put onto the stream from there
    assert "ValidationException" in vars(entry)["reason"]
    line = json.loads(JsonFormatter("demo").format(entry))
    assert line["record"] == DATA[7]


@pytest.mark.parametrize("code", ["ValidationException", "InvalidArgumentException"])
@pytest.mark.parametrize("records", [RECORDS, RECORDS[:1]])
def test_calls_that_are_all_refused_alike_wait_for_a_repair_and_lose_nothing(
    shipping: Shipping,
    endpoint: StreamEndpoint,
    code: str,
    records: list[Record],
    caplog: pytest.LogCaptureFixture,
) -> None:
    # GIVEN a service that calls everything invalid, until somebody repairs it after the second round
    endpoint.always = Refusal(code)

    def repair() -> None:
        if len(shipping.pauses) == 2:
            endpoint.always = lambda _data: None

    shipping.on_pause = repair
    # WHEN
    with caplog.at_level(logging.INFO):
        shipping.send(*records)
    # THEN
    assert sorted(endpoint.accepted) == [each.data.decode() for each in records]
    assert shipping.counts.snapshot()["refused"] == 0
    assert [entry.levelname for entry in caplog.records] == ["ERROR"] * 2
    assert code in vars(caplog.records[0])["reason"]


def test_a_record_larger_than_any_call_is_given_up_by_name_without_a_call(
    shipping: Shipping, endpoint: StreamEndpoint, caplog: pytest.LogCaptureFixture
) -> None:
    # GIVEN one that cutting could not make small enough, the first record ever
    huge = record("x" * shipping.sink.limits.bytes)
    # WHEN
    shipping.send(RECORDS[0], huge, RECORDS[1])
    # THEN it is not asked about for ever, and the others arrive
    assert sorted(endpoint.accepted) == DATA[:2]
    counts = shipping.counts.snapshot()
    assert (counts["sent"], counts["refused"]) == (2, 1)
    (entry,) = caplog.records
    assert vars(entry)["observation"] == huge.identity
    assert shipping.pauses == []


def test_each_call_is_counted_by_whether_it_was_answered(
    shipping: Shipping, endpoint: StreamEndpoint
) -> None:
    endpoint.behaviours += [Refusal("InternalFailure", 500), "cut", lambda data: "InternalFailure"]
    shipping.send(*RECORDS)
    failed, answered = shipping.counts.calls(False), shipping.counts.calls(True)
    assert (sum(failed.by_bound), sum(answered.by_bound)) == (2, 2)


def test_a_term_that_is_lost_while_it_waits_for_the_stream_makes_no_further_call(
    shipping: Shipping, endpoint: StreamEndpoint
) -> None:
    # GIVEN a stream that is down
    endpoint.always = Refusal("ServiceUnavailable", 503)
    # WHEN the Lease is lost between two attempts
    buffer = shipping.buffer(*RECORDS)
    shipping.on_pause = buffer.abandon
    shipping.run(buffer)
    # THEN
    assert len(endpoint.calls) == 1
    assert buffer.held_records == len(RECORDS)


def test_a_term_that_is_lost_in_the_middle_of_a_batch_makes_no_further_call(
    shipping: Shipping, endpoint: StreamEndpoint
) -> None:
    # GIVEN a batch that is throttled in part, or that the service calls invalid
    for behaviour in (
        lambda data: "InternalFailure" if data == DATA[0] else None,
        Refusal("ValidationException"),
    ):
        buffer = shipping.buffer(*RECORDS)
        shipping.leads = iter((True, False)).__next__
        shipping.on_pause = buffer.abandon
        calls = len(endpoint.calls)
        endpoint.behaviours.append(behaviour)
        shipping.run(buffer)
        assert len(endpoint.calls) == calls + 1


def test_a_sender_that_hangs_is_found_and_one_that_waits_for_events_is_none(
    shipping: Shipping, endpoint: StreamEndpoint
) -> None:
    # GIVEN an hour in which a call does not return
    seen: list[dict[str, float]] = []

    def look() -> None:
        shipping.time += 3600
        seen.append(shipping.pulse.overdue())

    endpoint.behaviours.append(Refusal("ServiceUnavailable", 503))
    shipping.on_pause = look
    shipping.send(*RECORDS)
    assert list(seen[0]) == ["sender"]
    # WHEN it has ended, and another waits for something to send
    waiting = shipping.buffer()
    waiting.close()
    shipping.run(waiting)
    shipping.time += 3600
    assert shipping.pulse.overdue() == {}


def test_a_single_invalid_record_is_given_up_once_the_stream_has_accepted_others(
    shipping: Shipping, endpoint: StreamEndpoint
) -> None:
    shipping.send(RECORDS[0])
    endpoint.invalid = {DATA[1]}
    shipping.send(RECORDS[1])
    assert shipping.counts.snapshot()["refused"] == 1
    assert shipping.pauses == []


def test_an_entry_that_eventbridge_will_never_take_is_given_up_and_the_others_arrive(
    endpoint: StreamEndpoint,
) -> None:
    shipping = Shipping(EventBridgeSink("kube-events", "eu-west-1"))
    endpoint.behaviours.append(lambda data: "MalformedDetail" if data == DATA[3] else None)
    shipping.send(*RECORDS)
    assert endpoint.calls == [DATA]
    assert len(endpoint.accepted) == 9
    assert shipping.counts.snapshot()["refused"] == 1


def test_an_entry_that_lacks_a_permission_waits_for_it(endpoint: StreamEndpoint) -> None:
    shipping = Shipping(EventBridgeSink("kube-events", "eu-west-1"))
    endpoint.behaviours += [lambda _data: "NotAuthorizedForSourceException"] * 2
    shipping.send(*RECORDS)
    assert endpoint.accepted == DATA
    assert shipping.counts.snapshot()["refused"] == 0
