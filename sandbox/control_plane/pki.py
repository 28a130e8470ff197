"""Who is who: the API server's certificate, the key of service account tokens, the administrator's token."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=365)

NAMES: tuple[x509.GeneralName, ...] = (
    x509.DNSName("localhost"),
    x509.DNSName("kubernetes.default.svc"),
    x509.IPAddress(IPv4Address("127.0.0.1")),
)


class Pki:
    """The files in one folder, readable by their owner alone."""

    def __init__(self, folder: Path) -> None:
        self.ca = folder / "ca.crt"
        """Vouches for the API server."""
        self.server = folder / "server.crt"
        self.server_key = folder / "server.key"
        self.signing_key = folder / "service-accounts.key"
        """Signs the tokens of service accounts."""
        self.signing_public_key = folder / "service-accounts.pub"
        self.tokens = folder / "tokens.csv"
        """Tokens that hold without a service account: the administrator's."""
        self.admin_token = folder / "admin.token"

    def make(self) -> None:
        """Write all of them anew."""
        self.ca.parent.mkdir(parents=True, mode=0o700)
        ca_key, server_key, signing_key = (generate_private_key(SECP256R1()) for _ in range(3))
        ca = _certificate("control-plane-ca", ca_key, None)
        self.ca.write_bytes(ca.public_bytes(Encoding.PEM))
        server = _certificate("kube-apiserver", server_key, (ca, ca_key))
        self.server.write_bytes(server.public_bytes(Encoding.PEM))
        for path, key in ((self.server_key, server_key), (self.signing_key, signing_key)):
            _write_secret(
                path,
                key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode(),
            )
        self.signing_public_key.write_bytes(
            signing_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        token = secrets.token_hex(24)
        _write_secret(self.admin_token, token)
        _write_secret(self.tokens, f"{token},admin,admin,system:masters\n")


def _certificate(
    name: str,
    key: EllipticCurvePrivateKey,
    issuer: tuple[x509.Certificate, EllipticCurvePrivateKey] | None,
) -> x509.Certificate:
    """A server's certificate from its issuer, or without one a certificate authority's own.

    With all that Python 3.13's VERIFY_X509_STRICT asks for.
    """
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_usage(authority=issuer is None), critical=True)
    )
    if issuer:
        issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer[1].public_key())
        builder = (
            builder.add_extension(issuer_key, critical=False)
            .add_extension(x509.SubjectAlternativeName(NAMES), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        )
    return builder.sign(issuer[1] if issuer else key, SHA256())


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write_secret(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
