"""Runs the application; the only place that knows the server."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette


def serve(application: Starlette, host: str, port: int, told: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; ``told`` hears the address. Raises OSError where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    shown = f"[{host}]" if ":" in host else host
    told(f"http://{shown}:{listening.getsockname()[1]}/")
    # Words of a search stand in addresses: the access log stays off.
    config = uvicorn.Config(application, access_log=False, log_level="warning", server_header=False)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        listening.close()
