"""Xuất học liệu thành NDJSON / export resources as NDJSON."""

from __future__ import annotations

import click

from ._desk import desk, origins
from ._output import line
from .show import public


@click.command("export", short_help="xuất NDJSON / export NDJSON")
@click.argument("selection", nargs=-1)
@click.option("--raw", is_flag=True, help="kèm bản gốc / with what the source said")
@click.option("--all", "everything", is_flag=True, help="cả bản đã gỡ và cách ly / withdrawn and quarantined ones too")
@click.pass_context
def command(ctx: click.Context, selection: tuple[str, ...], raw: bool, everything: bool) -> None:
    """Mỗi dòng một học liệu; bản bị ẩn không bao giờ được xuất / one resource a line; suppressed ones never.

    \b
    Ví dụ / examples:
      kho export > hoc-lieu.ndjson
      kho export province:40 --all
    """
    from mappings import map_record

    here = desk(ctx)
    federation = here.federation()
    chosen = {source.id for source in here.chosen(federation, selection)} if selection else None
    with here.store(federation) as store:
        known = origins(federation, store)
        for name in sorted(known):
            if chosen is not None and name not in chosen:
                continue
            for change in store.log.every_record(name):
                if change.suppressed:
                    continue
                if change.raw is None:
                    if everything:
                        head = {"key": change.key, "source": name, "identifier": change.identifier}
                        gone = change.presence == "withdrawn"
                        line(
                            {
                                **head,
                                **({"status": "withdrawn"} if gone else {"status": "quarantined", "reason": "erased"}),
                            }
                        )
                    continue
                row = public(change, map_record(change.raw, known[name]))
                if row["status"] != "shown" and not everything:
                    continue
                if raw:
                    row["raw"] = change.raw.body.decode("utf-8", "replace")
                line(row)
