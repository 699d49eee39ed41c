"""Keys and encryption of what identifies a person.

Each person has a data key; the data key is wrapped by the deployment's master key and stored with
the person. Contact details are sealed with AES-256-GCM (NIST SP 800-38D) under the data key, and
found again by a blind index, the HMAC-SHA-256 of the normalised value. Destroying the wrapped key
makes every sealed value of that person unreadable, in backups too once they are rotated.
"""

from __future__ import annotations

import hmac
import os
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
BLIND_BYTES = 16


class Unreadable(ValueError):
    """A sealed value that this key does not open: another person's, altered, or another master."""


def read_or_make_secret(path: Path) -> bytes:
    """Returns the 32 secret bytes kept in `path`, making them on first use, readable by the owner.

    Two processes that start at once agree on one secret: the file appears whole or not at all.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        with draft.open("wb") as stream:
            stream.write(os.urandom(KEY_BYTES))
            stream.flush()
            os.fsync(stream.fileno())  # what it seals must not outlive it in a power cut
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    secret = path.read_bytes()
    if len(secret) != KEY_BYTES:
        raise ValueError(f"{path} should hold {KEY_BYTES} bytes and holds {len(secret)}.")
    return secret


class Keyring:
    """Wraps data keys and makes blind indexes under one master key.

    Args:
        master: 32 secret bytes. Losing them loses every contact detail: back them up apart.
    """

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise ValueError(f"a master key has {KEY_BYTES} bytes, not {len(master)}")
        self._wrap = AESGCM(_derive(master, b"wrap"))
        self._blind = _derive(master, b"blind index")

    def new_wrapped_key(self) -> bytes:
        """A fresh data key, wrapped: what is stored with a person."""
        return _seal(self._wrap, AESGCM.generate_key(bit_length=256), b"data key")

    def data_key(self, wrapped: bytes | memoryview) -> DataKey:
        """Opens a wrapped data key."""
        return DataKey(_open(self._wrap, bytes(wrapped), b"data key"))

    def blind(self, kind: str, value: str) -> bytes:
        """A 16-byte index of `value` that tells nothing without the master key.

        `kind` keeps a phone and a card number with the same digits apart.
        """
        mac = hmac.new(self._blind, f"{kind}\x1f{value}".encode(), sha256)
        return mac.digest()[:BLIND_BYTES]


class DataKey:
    """One person's key. Values are sealed for a `place` and open only for the same one."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, place: str, text: str) -> bytes:
        return _seal(self._cipher, text.encode(), place.encode())

    def open(self, place: str, sealed: bytes | memoryview) -> str:
        return _open(self._cipher, bytes(sealed), place.encode()).decode()


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(master)


def _seal(cipher: AESGCM, content: bytes, place: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, content, place)


def _open(cipher: AESGCM, sealed: bytes | memoryview, place: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
    except (InvalidTag, ValueError) as error:
        raise Unreadable("this value was sealed under another key or has been altered") from error


@lru_cache(maxsize=1)
def keyring() -> Keyring:
    """The deployment's keyring."""
    from django.conf import settings

    return Keyring(settings.MASTER_KEY)
