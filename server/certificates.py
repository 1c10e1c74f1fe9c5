"""The server's self-made TLS certificate.

Owns making it and its fingerprint; leaves pinning to the invitation that carries the fingerprint. Invariant: the
private key never leaves the data directory.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=10 * 365)
"""Devices trust the pinned fingerprint, not the date; a new certificate means a new invitation for each device."""

CLOCK_SLACK = timedelta(days=2)
"""A device's clock may be behind."""


@dataclass(frozen=True, slots=True)
class MadeCertificate:
    """A certificate and its private key, both PEM."""

    certificate: bytes
    private_key: bytes


def make_certificate(host: str, now: datetime) -> MadeCertificate:
    """A self-signed P-256 certificate for one host name or IP address (RFC 5280)."""
    key = ec.generate_private_key(ec.SECP256R1())
    # A neutral name: who reads the handshake on the line learns nothing from it.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SLACK)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName([_subject(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return MadeCertificate(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def fingerprint(certificate: bytes) -> str:
    """SHA-256 over the DER form of a PEM certificate, hexadecimal, as the invitation carries it."""
    der = x509.load_pem_x509_certificate(certificate).public_bytes(serialization.Encoding.DER)
    return hashlib.sha256(der).hexdigest()


def _subject(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
