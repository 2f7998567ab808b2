"""E-mail leaves encrypted, to the server that it is meant for: certificate and name are verified."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from royalties.adapters.mailer import Mailer, MailError, MailServerError
from tests.builders.post import PostOffice, free_port


def certificate_for(name: str, folder: Path) -> Path:
    """A certificate that nobody but its own file vouches for, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + made.public_bytes(Encoding.PEM)
    )
    return path


class Server:
    """A mail server with a certificate of its own, and the passwords that it saw."""

    def __init__(self, certificate: Path | None) -> None:
        self.office, self.passwords = PostOffice(), list[bytes]()
        context = None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        self.port = free_port()
        self._controller = Controller(
            self.office,
            hostname="127.0.0.1",
            port=self.port,
            tls_context=context,
            authenticator=self._see,
            auth_require_tls=False,
        )
        self._controller.start()

    def _see(self, *words: object) -> AuthResult:
        self.passwords.append(getattr(words[-1], "password", b""))
        return AuthResult(success=True)

    def stop(self) -> None:
        self._controller.stop()


@pytest.fixture
def right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server whose certificate is known and names it."""
    certificate = certificate_for("localhost", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    made = Server(certificate)
    yield made
    made.stop()


def send(url: str) -> None:
    Mailer(url, "desk@example.org").send("ada@example.org", "Hello", "Hello", "")


def test_password_goes_over_a_verified_connection(right: Server) -> None:
    send(f"smtp://desk:secret@localhost:{right.port}")
    assert right.passwords == [b"secret"]
    assert len(right.office.taken) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_password_is_not_sent_to_a_server_without_a_valid_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    unknown = host == "localhost"
    certificate = certificate_for("localhost" if unknown else "another.example.org", tmp_path)
    if not unknown:  # known, but of another name
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = Server(certificate)
    try:
        with pytest.raises(MailError, match="CERTIFICATE_VERIFY_FAILED"):
            send(f"smtp://desk:secret@{host}:{server.port}")
    finally:
        server.stop()
    assert (server.passwords, server.office.taken) == ([], [])


def test_password_that_smtp_cannot_carry_is_reported(right: Server) -> None:
    with pytest.raises(MailServerError, match="ROYALTIES_SMTP_URL cannot be used"):
        send(f"smtp://desk:s%C3%A9cret@localhost:{right.port}")
    assert right.passwords == []


def test_password_is_not_sent_without_encryption() -> None:
    server = Server(None)
    try:
        with pytest.raises(MailError, match="offers no encryption"):
            send(f"smtp://desk:secret@localhost:{server.port}")
        send(f"smtp://localhost:{server.port}")
    finally:
        server.stop()
    assert server.passwords == []
    assert len(server.office.taken) == 1


def test_server_on_this_machine_needs_no_certificate_without_a_password(tmp_path: Path) -> None:
    server = Server(certificate_for("another.example.org", tmp_path))
    try:
        send(f"smtp://localhost:{server.port}")
    finally:
        server.stop()
    assert len(server.office.taken) == 1
