from __future__ import annotations

import pytest

from lambdas.notify.channels.dingtalk import signature, signed

LONG_SECRET = "SEC" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("timestamp", "secret", "expected"),
    [
        (1700000000000, "SECfoo", "AXVnfS4ubGK4L9bCMoZIzziD5riPAWQBqZKm4Jjuq2s="),
        (1763620419001, LONG_SECRET, "w/UkZFqlYPdSIK3GdmftgsPpAAA/Pcb+DXV051QkD7g="),
    ],
)
def test_the_signature_is_dingtalks(timestamp: int, secret: str, expected: str) -> None:
    # The vectors of reference protocols §1, made with Python's hmac and checked with openssl.
    assert signature(secret, timestamp) == expected


def test_the_signature_is_encoded_once() -> None:
    # An unencoded + would arrive as a blank, a twice encoded one as %2B.
    url = signed("https://oapi.example/robot/send?access_token=t", LONG_SECRET, 1763620419001)
    assert url == (
        "https://oapi.example/robot/send?access_token=t&timestamp=1763620419001"
        "&sign=w%2FUkZFqlYPdSIK3GdmftgsPpAAA%2FPcb%2BDXV051QkD7g%3D"
    )
    assert signed("https://oapi.example/hook", "SECfoo", 1).startswith(
        "https://oapi.example/hook?timestamp=1&sign="
    )
