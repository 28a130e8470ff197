"""What is kept of Terraform's machine-readable output."""

from __future__ import annotations

import json

from sandbox.terraform.messages import Messages
from sandbox.terraform.project import clean_environ


def line(kind: str, *, level: str = "info", **fields: object) -> str:
    return json.dumps({"@level": level, "type": kind, **fields})


def test_progress_counts_what_was_planned() -> None:
    # GIVEN two resources to make, and one to read
    heard: list[str] = []
    messages = Messages(heard.append)
    for action, address in (("create", "a.one"), ("create", "a.two"), ("read", "data.b")):
        messages.take(line("planned_change", change={"action": action, "resource": {"addr": address}}))
    # WHEN
    messages.take(line("apply_complete", hook={"action": "read", "resource": {"addr": "data.b"}}))
    messages.take(line("apply_complete", hook={"action": "create", "resource": {"addr": "a.one"}}))
    # THEN
    assert heard == ["1/2 a.one"]
    assert messages.planned == ("create a.one", "create a.two")


def test_errors_say_where_and_why_in_one_line_each() -> None:
    messages = Messages(lambda _: None)
    diagnostic = {"summary": "creating queue", "address": "aws_sqs_queue.this", "detail": "no\n  such thing"}
    messages.take(line("diagnostic", level="error", diagnostic=diagnostic))
    messages.take(line("diagnostic", level="warn", diagnostic={"summary": "a warning"}))
    assert messages.errors() == "creating queue (aws_sqs_queue.this): no such thing"


def test_what_is_no_json_is_an_error_of_terraform_itself() -> None:
    messages = Messages(lambda _: None)
    messages.take("panic: out of luck\n")
    assert messages.errors() == "panic: out of luck"


def test_nothing_of_another_account_or_project_gets_in() -> None:
    theirs = {"PATH": "/bin", "AWS_PROFILE": "prod", "TF_VAR_name": "x", "TF_CLI_CONFIG_FILE": "/nowhere"}
    assert clean_environ(theirs) == {"PATH": "/bin", "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
