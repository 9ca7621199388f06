"""Found to people and machines: the search API and the search pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harvester import door

if TYPE_CHECKING:
    from .parameters import PARAMETERS as PARAMETERS
    from .server import serve as serve
    from .website import application as application

__getattr__ = door("portal", {"application": "website", "PARAMETERS": "parameters", "serve": "server"})
