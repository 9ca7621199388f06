"""TLS: whom a source's connections trust, and what exactly is wrong with a certificate."""

from __future__ import annotations

import os
import re
import socket
import ssl
from datetime import date, datetime
from functools import lru_cache

from .deadline import Deadline
from .errors import SourceError
from .guard import CONNECT_SECONDS
from .manners import Tls
from .stamp import VIETNAM

# What OpenSSL says of a certificate (X509_V_ERR_…) → our code. 20 and 21: nobody we trust has signed it and the chain
# was not sent; of real servers this is nearly always the intermediate certificate that the server forgets.
_CERTIFICATE = {
    9: "tls_early",
    10: "tls_expired",
    18: "tls_self_signed",
    19: "tls_private_ca",
    20: "tls_intermediate",
    21: "tls_intermediate",
    62: "tls_wrong_host",
    64: "tls_wrong_host",
}
_OLD = re.compile(
    "UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|DH_KEY_TOO_SMALL|EE_KEY_TOO_SMALL|CA_MD_TOO_WEAK|LEGACY|"
    "NO_PROTOCOLS|INSUFFICIENT_SECURITY|HANDSHAKE_FAILURE|NO_SHARED_CIPHER|WRONG_SIGNATURE|SSLV3_ALERT"
)
_PLAIN = re.compile("WRONG_VERSION_NUMBER|HTTP_REQUEST|RECORD_LAYER_FAILURE|PACKET_LENGTH_TOO_LONG")


def day(clock: float) -> date:
    """Return the day in Việt Nam at an epoch second: the operator's day."""
    return datetime.fromtimestamp(clock, VIETNAM).date()


def secured(connection: socket.socket, host: str, tls: Tls, today: date, deadline: Deadline) -> ssl.SSLSocket:
    """Make a connection a TLS one and verify the other side's certificate for ``host``.

    Raises SourceError with what is wrong (tls_…), OSError where the other side breaks off or hangs.
    """
    verify = tls.verifies(today)
    context = _context(verify, tls.ca_file, _written(tls.ca_file))
    connection.settimeout(deadline.left(CONNECT_SECONDS))  # bounds the whole handshake, not each of its steps
    try:
        return context.wrap_socket(connection, server_hostname=host)
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
        raise ConnectionResetError from error
    except ssl.SSLError as error:
        code, facts = told_apart(error)
        if verify and not tls.verify and isinstance(error, ssl.SSLCertVerificationError):
            code, facts = "tls_exception_over", {**facts, "until": tls.insecure_until}
        raise SourceError(code, where=host, **facts) from error


def told_apart(error: ssl.SSLError) -> tuple[str, dict[str, object]]:
    """Name what is wrong with a handshake: a code of messages and its facts."""
    if isinstance(error, ssl.SSLCertVerificationError):
        code = _CERTIFICATE.get(error.verify_code, "tls")
        if code == "tls_intermediate" and not _has_roots():
            code = "tls_no_roots"
        return code, {"detail": error.verify_message}
    reason = error.reason or str(error)
    if _PLAIN.search(reason):
        return "tls_plain", {"detail": reason}
    return ("tls_old" if _OLD.search(reason) else "tls"), {"detail": reason}


def _has_roots() -> bool:
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile) or bool(paths.capath and os.listdir(paths.capath))


def _written(ca_file: str) -> int:
    try:
        return os.stat(ca_file).st_mtime_ns if ca_file else 0
    except OSError as error:
        raise SourceError("ca_file", file=ca_file, detail=error.strerror or str(error)) from error


@lru_cache(maxsize=256)  # loading the machine's certificates costs 20 ms
def _context(verify: bool, ca_file: str, written: int) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    # Python 3.13 refuses, by default, certificates without key identifiers: old private CAs make such.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise SourceError("ca_file", file=ca_file, detail=str(error)) from error
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
