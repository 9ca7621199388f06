"""What a source wants to know of us: headers and passwords, only ever named in sources.yaml, read when they are sent.

A reference ``${NAME}`` names an environment variable. Its value is put into a request to the registered address and
nowhere else: no message, log, table or store ever holds it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from .errors import SourceError
from .manners import Auth
from .urls import Place

REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_WHOLE = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]* )?" + REFERENCE.pattern)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
# Headers that say how a request is framed or understood: they are ours alone.
_OURS = frozenset(
    [
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "accept",
        "accept-encoding",
        "proxy-authorization",
        "range",
        "user-agent",
    ]
)


def is_reference(text: str) -> bool:
    """Say whether a text is ``${NAME}``, or one word before it: ``Bearer ${NAME}``."""
    return _WHOLE.fullmatch(text) is not None


def is_own_header(name: str) -> bool:
    """Say whether a source may have a header of this name."""
    return _HEADER_NAME.fullmatch(name) is not None and name.lower() not in _OURS


def header_lines(headers: Mapping[str, str], auth: Auth, environ: Mapping[str, str]) -> str:
    """Return a source's own headers as lines of a request.

    Raises SourceError secret_missing, secret_unusable: they name the variable, never its value.
    """
    lines = [f"{name}: {_filled(text, environ)}\r\n" for name, text in headers.items()]
    if auth.user or auth.password:
        pair = f"{_filled(auth.user, environ)}:{_filled(auth.password, environ)}"
        lines.append(f"Authorization: Basic {base64.b64encode(pair.encode()).decode()}\r\n")
    return "".join(lines)


def may_know(place: Place, registered: Place) -> bool:
    """Say whether an address may be told what only the registered one should know: no other host, no lower scheme."""
    upgraded = registered.scheme == "http" and place.scheme == "https"
    return place.host == registered.host and (upgraded or place.origin == registered.origin)


def _filled(text: str, environ: Mapping[str, str]) -> str:
    return REFERENCE.sub(lambda found: _value(found[1], environ), text)


def _value(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "")
    if not value:
        raise SourceError("secret_missing", variable=name)
    if any(mark < " " or mark == "\x7f" for mark in value):
        raise SourceError("secret_unusable", variable=name)
    return value
