"""Who may use the page: names and passwords in a file of lines ``NAME:HASH``.

In: the file, or a name and a password. Out: whether they belong together, or a new line for the file. Only salted
scrypt hashes are kept, never a password. ``#`` begins a comment; blank lines are allowed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import stat
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

COST, BLOCK, PARALLEL = 2**15, 8, 3  # 32 MiB and about a quarter of a second: what OWASP advises for scrypt
MOST_MEMORY = 2**28  # bytes; a line that asks for more is refused, so that no file can exhaust the machine
SALT, KEY = 16, 32  # bytes
SHORTEST = 8  # characters of a password
LONGEST = 1000
LONGEST_NAME = 64


class AccountError(ValueError):
    """The file, a name or a password cannot be used; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Hash:
    """A salted scrypt hash, with what it cost."""

    cost: int
    block: int
    parallel: int
    salt: bytes
    key: bytes

    @classmethod
    def of(cls, password: str) -> Hash:
        """A new hash, with a salt of its own."""
        salt = secrets.token_bytes(SALT)
        return cls(COST, BLOCK, PARALLEL, salt, _derive(password, salt, COST, BLOCK, PARALLEL))

    @classmethod
    def read(cls, text: str) -> Hash:
        """The hash that `str` wrote; ValueError where it is none."""
        kind, cost, block, parallel, salt, key = text.split("$")
        numbers = int(cost), int(block), int(parallel)
        if kind != "scrypt" or min(numbers) < 1 or numbers[0] & (numbers[0] - 1) or numbers[0] < 2:
            raise ValueError(text)
        if 128 * numbers[1] * (numbers[0] + numbers[2]) > MOST_MEMORY or numbers[2] > 16:
            raise ValueError(text)
        return cls(*numbers, _bytes(salt, SALT), _bytes(key, KEY))

    def __str__(self) -> str:
        salt, key = (base64.b64encode(part).decode() for part in (self.salt, self.key))
        return f"scrypt${self.cost}${self.block}${self.parallel}${salt}${key}"

    def fits(self, password: str) -> bool:
        """Whether it is the hash of this password, compared in constant time."""
        derived = _derive(password, self.salt, self.cost, self.block, self.parallel)
        return hmac.compare_digest(derived, self.key)


class Accounts:
    """Names with their hashes; a pair that was right once is known again without the work."""

    def __init__(self, hashes: dict[str, Hash]) -> None:
        self._hashes = hashes
        self._nobody = Hash.of(secrets.token_hex())  # an unknown name costs as much time as a known one
        self._secret = secrets.token_bytes(32)
        self._known: dict[str, bytes] = {}

    @classmethod
    def read(cls, path: str | Path) -> Accounts:
        """The accounts of a file; warns on standard error where others on this machine can read it.

        Raises:
            AccountError: the file is missing, unreadable or empty, or a line is malformed.
        """
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8")
            mode = path.stat().st_mode
        except FileNotFoundError as error:
            raise AccountError(f"There is no password file '{path}'; 'vlms password USER' makes its lines.") from error
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise AccountError(f"The password file '{path}' cannot be read: {why}.") from error
        hashes: dict[str, Hash] = {}
        for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
            if line.strip() and not line.lstrip().startswith("#"):
                name, hashed = _account(line.strip(), f"The password file '{path}', line {number},")
                if name in hashes:
                    raise AccountError(f"The password file '{path}', line {number}, names '{name}' a second time.")
                hashes[name] = hashed
        if not hashes:
            raise AccountError(f"The password file '{path}' names nobody; 'vlms password USER' makes its lines.")
        if os.name == "posix" and mode & (stat.S_IROTH | stat.S_IWOTH):
            print(f"The password file '{path}' is open to everybody on this machine; chmod 600 it.", file=sys.stderr)
        return cls(hashes)

    def knows(self, name: str, password: str) -> bool:
        """Whether this pair was found right before; quick."""
        return hmac.compare_digest(self._known.get(name, b""), self._digest(name, password))

    def verify(self, name: str, password: str) -> bool:
        """Whether the password is that of the name; slow, by design."""
        known = self._hashes.get(name)
        right = (known or self._nobody).fits(password) and known is not None
        if right:
            self._known[name] = self._digest(name, password)
        return right

    def _digest(self, name: str, password: str) -> bytes:
        """What stands in memory for a pair that was right: nothing by which the password could be told."""
        said = f"{name}\0{_normal(password)}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._secret, said, "sha256")


def account_line(name: str, password: str) -> str:
    """A line for the file.

    Raises:
        AccountError: the name or the password cannot be used.
    """
    check_name(name)
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(f"A password has {SHORTEST} to {LONGEST:,} characters, this one has {len(password):,}.")
    if not password.isprintable():
        raise AccountError("A password holds no control characters.")
    return f"{name}:{Hash.of(password)}"


def check_name(name: str) -> None:
    """Raise AccountError where a name cannot stand in the file or in HTTP Basic authentication."""
    if not name or len(name) > LONGEST_NAME or name != name.strip() or ":" in name or not name.isprintable():
        raise AccountError(
            f"A user name has 1 to {LONGEST_NAME} printable characters, no colon and no spaces at its ends."
        )
    if name.startswith("#"):
        raise AccountError("A user name does not begin with '#', which begins a comment.")


def _account(line: str, where: str) -> tuple[str, Hash]:
    name, colon, hashed = line.partition(":")
    try:
        if not colon:
            raise ValueError(line)
        check_name(name)
        return name, Hash.read(hashed)
    except ValueError as error:
        raise AccountError(f"{where} is not of the form USER:HASH that 'vlms password USER' prints.") from error


def _bytes(text: str, size: int) -> bytes:
    try:
        decoded = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error
    if len(decoded) != size:
        raise ValueError(text)
    return decoded


def _normal(password: str) -> str:
    """One form for letters that keyboards and browsers compose differently."""
    return unicodedata.normalize("NFC", password)


def _derive(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    said = _normal(password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(said, salt=salt, n=cost, r=block, p=parallel, maxmem=2 * MOST_MEMORY, dklen=KEY)
