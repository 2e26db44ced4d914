"""Certificates made for tests: one that its holder signed, and some that an authority did."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True, slots=True)
class Authority:
    """Who vouches for others; `file` is what those must know who are to believe it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    file: Path


def authority(folder: Path, name: str = "authority") -> Authority:
    """Make an authority of this name."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = _built(_name(name), _name(name), key, ca=True).sign(key, hashes.SHA256())
    return Authority(made, key, _written(folder / f"{name}.pem", made))


def issued(folder: Path, by: Authority, address: str) -> Path:
    """Return a file with a certificate for an address of this machine, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    built = _built(_name("smsc"), by.certificate.subject, key, ca=False)
    made = _named(built, address).sign(by.key, hashes.SHA256())
    return _written(folder / f"{address}-{by.file.stem}.pem", made, key)


def self_signed(folder: Path, address: str = "127.0.0.1") -> tuple[ssl.SSLContext, Path]:
    """Return a server's context and the file of its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    built = _built(_name("smsc"), _name("smsc"), key, ca=True)
    made = _named(built, address).sign(key, hashes.SHA256())
    file = _written(folder / "smsc.pem", made)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_written(folder / "smsc.key", made, key))
    return context, file


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _built(
    whose: x509.Name, by: x509.Name, key: ec.EllipticCurvePrivateKey, ca: bool
) -> x509.CertificateBuilder:
    now, day = datetime.now(UTC), timedelta(days=1)
    return (
        x509.CertificateBuilder(by, whose, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )


def _named(built: x509.CertificateBuilder, address: str) -> x509.CertificateBuilder:
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
    return built.add_extension(names, critical=False)


def _written(
    file: Path, made: x509.Certificate, key: ec.EllipticCurvePrivateKey | None = None
) -> Path:
    secret = b""
    if key:
        form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        secret = key.private_bytes(serialization.Encoding.PEM, *form)
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    file.chmod(0o600)
    return file
