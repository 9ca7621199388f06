"""How one source is asked: frozen values, from sources.yaml to the connection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from .guard import Network


class Tls(msgspec.Struct, frozen=True):
    """How a source's certificate is judged: always verified, but for an exception with a reason and an end.

    ``ca_file`` adds certificates to those of this machine (a missing intermediate one, a CA of one's own).
    """

    verify: bool = True
    ca_file: str = ""
    insecure_until: str = ""
    reason: str = ""

    def verifies(self, today: date) -> bool:
        """Say whether the certificate is verified on this day; the last day of an exception belongs to it."""
        return self.verify or not self.insecure_until or today > date.fromisoformat(self.insecure_until)


class Auth(msgspec.Struct, frozen=True):
    """Basic authentication (RFC 7617): references to the variables that hold user and password."""

    user: str = ""
    password: str = ""


class Manners(msgspec.Struct, frozen=True, kw_only=True):
    """How one source is asked: seconds, bytes, networks; the defaults stand in ``source/model.py``.

    ``url`` is the registered address: redirects stay with its host, and only it is told headers and passwords, which
    are references here (``credentials.py``).
    """

    timeout: float
    patience: float
    pause: float
    max_page: int
    networks: tuple[Network, ...] = ()
    contact: str = ""
    source: str = ""
    url: str = ""
    tls: Tls = Tls()
    headers: Mapping[str, str] = {}
    auth: Auth = Auth()
    proxy: str = ""
