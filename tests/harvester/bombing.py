"""One visit to a hostile address in a process of its own: prints what was said, the seconds, and the peak of memory.

``python -m tests.harvester.bombing URL FOLDER``; without FOLDER the answer is asked for and not read. The memory of a
process only ever grows, so each bomb gets its own.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def main() -> None:
    os.environ["KHO_ALLOW_LOOPBACK"] = "1"
    begun, worked = time.monotonic(), time.process_time()
    said = visited(sys.argv[1], Path(sys.argv[2])) if len(sys.argv) > 2 else asked(sys.argv[1])
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024  # ru_maxrss begins with what the parent had in use
    seconds, cpu = round(time.monotonic() - begun, 2), round(time.process_time() - worked, 2)
    print(json.dumps({**said, "seconds": seconds, "cpu": cpu, "megabytes": peak}))


def visited(url: str, folder: Path) -> dict[str, object]:
    """Visit the address as a source."""
    from harvester import Night, Wish, open_store
    from harvester.record import Format
    from harvester.source import Source

    store = open_store(f"sqlite:///{folder}/kho.db")
    formats = (Format("oai_dc", ("http://www.openarchives.org/OAI/2.0/oai_dc/",), 40),)
    result = Night(store, formats).visit([Source(id="bom", name="Bom", url=url, patience=0)], Wish())[0]
    store.close()
    ledger = result.ledger
    return {"outcome": result.outcome, "code": result.code, "fetched": ledger.fetched, "rejected": ledger.rejected}


def asked(url: str) -> dict[str, object]:
    """Ask one question."""
    from harvester.web import Manners, Web

    web = Web(Manners(timeout=180, patience=0, pause=0, max_page=64 << 20))
    size = len(web.get(url, {"verb": "ListRecords"}).content)
    web.close()
    return {"bytes": size}


if __name__ == "__main__":
    main()
