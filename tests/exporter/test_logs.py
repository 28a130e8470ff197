"""Log lines have the field names of Powertools."""

import json
import logging
import sys

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
