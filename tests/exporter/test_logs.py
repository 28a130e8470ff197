"""Log lines have the field names of Powertools."""

import json
import logging
import sys
from io import StringIO

import pytest
from aws_lambda_powertools import Logger

from exporter.logs import JsonFormatter


def line(**extra: object) -> dict[str, object]:
    record = logging.LogRecord("exporter.run", logging.INFO, "run.py", 7, "listed %s", ("all",), None, "run")
    vars(record).update(extra)
    fields: dict[str, object] = json.loads(JsonFormatter("prod-eu").format(record))
    return fields


def test_a_line_is_json_with_the_fields_that_the_functions_use() -> None:
    fields = line(events=3, codes={"InternalFailure": 1})
    assert isinstance(fields.pop("timestamp"), str)
    assert fields == {
        "level": "INFO",
        "location": "exporter.run.run:7",
        "message": "listed all",
        "service": "kube-events-exporter",
        "cluster": "prod-eu",
        "events": 3,
        "codes": {"InternalFailure": 1},
    }


def test_an_exception_is_in_fields_of_its_own_and_the_line_stays_one_line() -> None:
    try:
        raise ValueError("no\nway")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "died", (), sys.exc_info(), "f")
    text = JsonFormatter("prod-eu").format(record)
    assert "\n" not in text
    assert json.loads(text)["exception_name"] == "ValueError"
    assert "Traceback" in json.loads(text)["exception"]


def test_what_is_not_json_is_shown_as_text() -> None:
    assert line(what=ValueError("x"))["what"] == "x"


@pytest.mark.parametrize("failing", [False, True])
def test_the_names_are_those_of_powertools_and_the_cluster(failing: bool) -> None:
    # GIVEN the same thing said by a function
    stream = StringIO()
    powertools = Logger(service=f"function-{failing}", stream=stream)
    ours = logging.LogRecord("x", logging.INFO, "x.py", 1, "said", (), None, "f")
    try:
        if failing:
            raise ValueError("no")
        powertools.info("said", seconds=1)
    except ValueError:
        powertools.exception("said", seconds=1)
        ours.exc_info = sys.exc_info()
    vars(ours)["seconds"] = 1
    # THEN one query finds both; stack_trace is the exception once more, in pieces
    names = set(json.loads(JsonFormatter("prod-eu").format(ours)))
    assert names - {"cluster"} == set(json.loads(stream.getvalue())) - {"stack_trace"}


def test_a_credential_in_a_message_is_masked_but_a_record_that_was_given_up_is_whole() -> None:
    record = '{"record":"event","message":"Bearer in the event itself"}'
    fields = line(reason="Invalid header value b'Bearer s3cret\\n'", record=record)
    assert fields["reason"] == "Invalid header value b'Bearer ***\\n'"
    assert fields["record"] == record
