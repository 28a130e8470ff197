"""SNS: mail subscriptions get their mail."""

from __future__ import annotations

from typing import Any

from moto.sns.models import Subscription

from sandbox.aws.neighbours import Neighbours
from sandbox.aws.patches.replace import replace


def apply(neighbours: Neighbours) -> None:
    """Put the patches in."""

    def with_mail(publish: Any) -> Any:
        """moto takes subscriptions of the protocol `email` and never sends anything to them."""

        def publishing(
            self: Any,
            message: str,
            message_id: str,
            subject: str | None = None,
            message_attributes: dict[str, Any] | None = None,
            group_id: str | None = None,
            deduplication_id: str | None = None,
            message_structure: str | None = None,
        ) -> None:
            if self.protocol != "email":
                publish(
                    self,
                    message,
                    message_id,
                    subject=subject,
                    message_attributes=message_attributes,
                    group_id=group_id,
                    deduplication_id=deduplication_id,
                    message_structure=message_structure,
                )
                return
            wanted = self._filter_policy_matcher
            if wanted is not None and not wanted.matches(message_attributes, message):
                return
            body = self._parse_message_structure(message, "email") if message_structure == "json" else message
            # SNS' own subject, where the message has none.
            neighbours.mail(
                to=self.endpoint,
                subject=subject or "AWS Notification Message",
                body=body,
                topic=self.topic.arn,
            )

        return publishing

    replace(Subscription, "publish", with_mail)
