"""Signing a round's manifest with Ed25519, where ``cryptography`` is installed."""

import base64
import os
import stat
from pathlib import Path

from audit_lib.errors import AuditError, cause, say

__all__ = ["BadKey", "load_private_key", "sign"]


class BadKey(AuditError):
    """The file given as key is no usable private key."""


def load_private_key(path):
    """Read an Ed25519 private key.

    Parameters
    ----------
    path : PEM file without a password, readable by its owner alone

    Raises
    ------
    BadKey
        It is missing, of another kind, readable by others, or ``cryptography`` is not installed.
    """
    path = Path(path)
    try:
        mode = path.stat().st_mode
        data = path.read_bytes()
    except OSError as error:
        raise BadKey(
            say("key_unreadable", "The key `{path}` cannot be read: {why}.", path=path,
                why=cause(error))
        ) from None  # fmt: skip
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadKey(
            say("key_open", "The key `{path}` can be read by others (rights {rights}).\nNothing "
                "was signed. Close it with: chmod 600 {path}", path=path,
                rights=f"{stat.S_IMODE(mode):03o}")
        )  # fmt: skip
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError:
        raise BadKey(
            say("no_cryptography", "Signing needs the library `cryptography`, which is not "
                "installed.")
        ) from None  # fmt: skip
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey(
            say("no_key", "`{path}` is no private key without a password: {why}", path=path,
                why=str(error))
        ) from None  # fmt: skip
    if not isinstance(key, Ed25519PrivateKey):
        raise BadKey(
            say("other_key", "`{path}` is a key of another kind; an Ed25519 key is needed.",
                path=path)
        )  # fmt: skip
    return key


def sign(key, data: bytes) -> bytes:
    """Return the signature of some bytes, as the one line of ``manifest.sig``."""
    return base64.b64encode(key.sign(data)) + b"\n"
