"""Mở trang tìm kiếm và API / serve the search page and the API."""

from __future__ import annotations

import click

from ._desk import Ended, desk, origins
from ._output import say
from .search import first_reachable


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="địa chỉ / address")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="cổng, 0 là tự chọn / port, 0 for any",
)
@click.pass_context
def command(ctx: click.Context, host: str, port: int) -> None:
    """Trang tìm kiếm ở /, API ở /api/v1/records / the page at /, the API at /api/v1/records.

    \b
    Ví dụ / examples:
      kho serve
      kho serve --host 0.0.0.0 --port 80
    """
    from portal import application, serve

    here = desk(ctx)
    federation = here.federation()
    engines = here.engines(federation)
    engine = first_reachable(here, engines) or engines[0]
    with here.store(federation) as store:
        app = application(engine, store.log, lambda: origins(federation, store))
        try:
            serve(app, host, port, lambda address: say(here.text(f"Kho đang ở {address}", f"Kho is at {address}")))
        except OSError as error:
            say(here.text(f"không mở được {host}:{port}: {error}", f"cannot open {host}:{port}: {error}"))
            raise Ended(6) from error
        finally:
            engine.close()
