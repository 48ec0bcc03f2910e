"""Manifests of a round's files, and the proof that nothing was altered since.

Takes a folder, gives the faults found in it. Standard library only, and nothing else of this
package: a court can be handed this one file with its folder and run ``python evidence.py FOLDER``.

A manifest is canonical JSON: its own bytes are a function of its content, and its content holds
its own hash, so that any flipped byte shows. A round's manifest holds the hashes of its courts'
manifests and of the round before. Whoever can rewrite every file can also rewrite the hashes:
against that stands the signature, made where a key is given and ``cryptography`` is installed.
"""

import base64
import binascii
import hashlib
import importlib.util
import json
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "MANIFEST",
    "Fault",
    "canonical_bytes",
    "hash_bytes",
    "hash_file",
    "hash_tree",
    "links_not_checked",
    "seal_manifest",
    "signer_of",
    "verify_round",
]

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
LOG = "log"


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with a round's files.

    Attributes
    ----------
    path : text, relative to the folder that was verified
    code : ``altered``, ``missing``, ``added``, ``unreadable``, ``broken_link``, ``bad_signature``,
        ``not_checked`` (a signature, where ``cryptography`` is not installed) or ``no_manifest``
    detail : text, in English, for the log
    """

    path: str
    code: str
    detail: str = ""


def hash_bytes(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal.

    Examples
    --------
    >>> hash_bytes(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(data).hexdigest()


def hash_file(path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def hash_tree(folder, skip=()) -> dict[str, str]:
    """Return relative path → SHA-256 of every file under a folder, sorted by path.

    Parameters
    ----------
    folder : path
    skip : names of files or folders directly in `folder` that are left out
    """
    folder = Path(folder)
    return {
        name: hash_file(folder / name)
        for name, kind in sorted(_walk(folder))
        if kind == "file" and name.split("/")[0] not in skip
    }


def _walk(folder: Path, inside: str = ""):
    """Yield (relative path, ``file`` or ``other``); links are not followed."""
    with os.scandir(folder / inside) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            name = f"{inside}/{entry.name}" if inside else entry.name
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                yield from _walk(folder, name)
            else:
                yield name, "file" if stat.S_ISREG(mode) else "other"


def canonical_bytes(content: dict) -> bytes:
    r"""Return the only form in which a manifest's content is written.

    Examples
    --------
    >>> canonical_bytes({"b": 1, "a": "法"}).decode()
    '{\n "a": "法",\n "b": 1\n}\n'
    """
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return text.encode() + b"\n"


def seal_manifest(content: dict) -> bytes:
    """Return a manifest's bytes, its own hash inside as ``sha256``."""
    content = {key: value for key, value in content.items() if key != "sha256"}
    return canonical_bytes(content | {"sha256": hash_bytes(canonical_bytes(content))})


def read_manifest(path) -> dict | None:
    """Return a manifest's content, or ``None`` when it is not exactly as it was sealed."""
    try:
        data = Path(path).read_bytes()
        content = json.loads(data)
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or not isinstance(content.get("outputs"), dict):
        return None
    return content if seal_manifest(content) == data else None


def verify_round(folder, public_key: str | None = None) -> list[Fault]:
    """Compare a round's folder, or one court's, with its manifests.

    Parameters
    ----------
    folder : ``OUT/<round>`` or ``OUT/<round>/<court_code>``
    public_key : path of the PEM file of the key with which it should be signed; without it a
        signature is checked against the key that it names itself

    Returns
    -------
    list of Fault, sorted; empty when every file is what was produced

    Notes
    -----
    Whether an unsigned or self-named key proves anything is for the reader to judge: see
    :func:`signer_of`. A court's folder alone carries no signature; the round's manifest, which is
    signed, holds the hash of its manifest.

    Examples
    --------
    >>> verify_round("no such folder")[0].code
    'no_manifest'
    """
    folder = Path(folder)
    content = read_manifest(folder / MANIFEST)
    if content is None:
        there = (folder / MANIFEST).exists()
        faults = [
            Fault(MANIFEST, "altered", "it is not as it was sealed")
            if there
            else Fault(MANIFEST, "no_manifest", "there is no manifest in this folder")
        ]
        if there:
            faults += _verify_courts_alone(folder)
        return sorted(set(faults))
    faults = _compare(folder, content)
    for court, entry in sorted(content.get("courts", {}).items()):
        faults += _verify_court(folder, court, entry)
    faults += _verify_link(folder, content)
    faults += _verify_signature(folder, content, public_key)
    return sorted(set(faults))


def _verify_courts_alone(folder: Path) -> list[Fault]:
    """Say what the courts' own manifests tell, when the round's is of no use."""
    faults = []
    for path in sorted(folder.glob(f"*/{MANIFEST}")):
        faults += _prefixed(path.parent.name, verify_round(path.parent))
    return faults


def _verify_court(folder: Path, court: str, entry: dict) -> list[Fault]:
    path = folder / court / MANIFEST
    if not path.exists():
        return [Fault(f"{court}/{MANIFEST}", "missing")]
    faults = []
    if hash_file(path) != entry.get("manifest"):
        faults.append(Fault(f"{court}/{MANIFEST}", "altered", "not the one the round recorded"))
    return faults + _prefixed(court, verify_round(path.parent))


def _prefixed(court: str, faults: list[Fault]) -> list[Fault]:
    return [Fault(f"{court}/{f.path}", f.code, f.detail) for f in faults]


def _compare(folder: Path, content: dict) -> list[Fault]:
    """Compare the files with the outputs listed; courts and the log have their own say."""
    outputs, courts = content["outputs"], content.get("courts", {})
    apart = set(courts) | ({LOG} if content.get("kind") == "round" else set())
    faults, seen = [], set()
    for name, kind in _walk(folder):
        if name.split("/")[0] in apart and "/" in name:
            continue
        if name in (MANIFEST, SIGNATURE):
            continue
        seen.add(name)
        if name not in outputs or kind != "file":
            faults.append(Fault(name, "added"))
            continue
        try:
            same = hash_file(folder / name) == outputs[name]
        except OSError as error:
            faults.append(Fault(name, "unreadable", str(error)))
            continue
        if not same:
            faults.append(Fault(name, "altered"))
    faults += [Fault(name, "missing") for name in outputs if name not in seen]
    return faults


def _verify_link(folder: Path, content: dict) -> list[Fault]:
    """Check the hash of the round before, where that round still stands beside this one."""
    before = content.get("previous")
    if not before:
        return []
    path = folder.resolve().parent / before["round"] / MANIFEST
    if not path.exists():
        return []
    if hash_file(path) != before["manifest"]:
        return [Fault(MANIFEST, "broken_link", f"round {before['round']} is not the one linked to")]
    return []


def links_not_checked(folder) -> list[str]:
    """Return the earlier rounds that a round links to and that do not stand beside it."""
    content = read_manifest(Path(folder) / MANIFEST) or {}
    before = content.get("previous")
    there = before and (Path(folder).resolve().parent / before["round"] / MANIFEST).exists()
    return [before["round"]] if before and not there else []


def signer_of(folder) -> str | None:
    """Return the public key that a round says it was signed with (base64), if any."""
    content = read_manifest(Path(folder) / MANIFEST) or {}
    named = content.get("signed_by")
    return named if isinstance(named, str) else None


def _verify_signature(folder: Path, content: dict, public_key: str | None) -> list[Fault]:
    path = folder / SIGNATURE
    if not path.exists():
        if content.get("signed_by") or (public_key and content.get("kind") == "round"):
            return [Fault(SIGNATURE, "missing", "the round says that it was signed")]
        return []
    if not content.get("signed_by"):
        return [Fault(SIGNATURE, "added", "the round does not say that it was signed")]
    try:
        signature = base64.b64decode(path.read_bytes().rstrip(b"\n"), validate=True)
        if path.read_bytes() != base64.b64encode(signature) + b"\n":
            return [Fault(SIGNATURE, "altered")]
        raw_key = base64.b64decode(content["signed_by"], validate=True)
    except (OSError, binascii.Error, ValueError):
        return [Fault(SIGNATURE, "altered")]
    if len(signature) != 64:
        return [Fault(SIGNATURE, "altered")]
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        # Whoever asks for a certain key must not be told that all is well.
        return [Fault(SIGNATURE, "not_checked")] if public_key else []
    if public_key:
        try:
            key = serialization.load_pem_public_key(Path(public_key).read_bytes())
            expected = key.public_bytes_raw()
        except (OSError, ValueError, TypeError, AttributeError) as error:
            return [Fault(SIGNATURE, "bad_signature", f"the key given cannot be used: {error}")]
        if expected != raw_key:
            return [Fault(SIGNATURE, "bad_signature", "signed with another key")]
    try:
        data = (folder / MANIFEST).read_bytes()
        Ed25519PublicKey.from_public_bytes(raw_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return [Fault(SIGNATURE, "bad_signature")]
    return []


# Filled in where this file is handed out (`audit verify --hand-out`): code → words for a reader.
WORDS: dict[str, str] = {}


def main(arguments: list[str]) -> int:
    """Verify one folder and say what was found; 0 when nothing is wrong."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if len(arguments) not in (1, 2):
        print("usage: python FILE FOLDER [PUBLIC_KEY.pem]", file=sys.stderr)
        return 2
    faults = verify_round(*arguments)
    for fault in faults:
        words = WORDS.get(fault.code, "")
        print(f"{fault.code}\t{fault.path}\t{words} {fault.detail}".rstrip(), file=sys.stderr)
    for name in links_not_checked(arguments[0]):
        print(f"not checked: round {name} is not beside this one")
    if signer_of(arguments[0]) and importlib.util.find_spec("cryptography") is None:
        print("not checked: the signature (cryptography is not installed)")
    if not faults:
        print(WORDS.get("done", "every file is what was produced"))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
