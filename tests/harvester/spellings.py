"""Forbidden addresses, spelled in every way that a resolver or a careless reader of addresses would understand."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

V4 = (
    "127.0.0.1",
    "127.9.9.9",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # metadata of most clouds
    "100.100.100.200",  # Alibaba
    "168.63.129.16",  # Azure
    "192.0.0.192",  # Oracle
    "0.0.0.0",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
)
V6 = (
    "::1",
    "::",
    "0:0:0:0:0:0:0:1",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",  # AWS
    "fd20:ce::254",  # Google
    "ff02::1",
    "fec0::1",
    "2001:db8::1",
    "64:ff9b:1::7f00:1",
    "2001::7f00:1",
    "3fff::1",
    "100::1",
    "5f00::1",
)
NAMES = {
    "localhost": "127.0.0.1",
    "LOCALHOST": "127.0.0.1",
    "localhost.": "127.0.0.1",
    "localhost.localdomain": "127.0.0.1",
    "ip6-localhost": "::1",
    "metadata.google.internal": "169.254.169.254",
    "127.0.0.1.nip.example": "127.0.0.1",
    "noi-bo.truong.example": "10.1.2.3",
    "ｌｏｃａｌｈｏｓｔ": "127.0.0.1",
}
# Whole authorities that two readers may understand differently.
TRICKS = (
    "127.0.0.1\\@thu-vien.example",
    "thu-vien.example\\@127.0.0.1",
    "thu-vien.example@127.0.0.1",
    "thu-vien.example:80@127.0.0.1",
    "127.0.0.1%00.thu-vien.example",
    "%6cocalhost",
    "%31%32%37.0.0.1",
    "127.0.0.1%23.thu-vien.example",
    "[::1%25lo]",
    "[fe80::1%25eth0]",
    "[::ffff:127.0.0.1%25x]",
    "127.0.0.1 thu-vien.example",
    "\t127.0.0.1",
    "127.0.0.1\r\nHost: thu-vien.example",
)


def spellings() -> Iterator[str]:
    """Yield hosts as they stand in an address."""
    for address in V4:
        yield from _v4(address)
    yield from (f"[{address}]" for address in V6)
    yield from (f"[{address.upper()}]" for address in V6 if address.upper() != address)
    yield from NAMES


def _v4(address: str) -> Iterator[str]:
    a, b, c, d = (int(part) for part in address.split("."))
    number = int(ipaddress.ip_address(address))
    yield address
    yield address + "."
    yield f"{number}"
    yield f"{number:#x}"
    yield f"{number:#X}"
    yield f"0{number:o}"
    yield f"{a:#x}.{b:#x}.{c:#x}.{d:#x}"
    yield f"0{a:o}.0{b:o}.0{c:o}.0{d:o}"
    yield f"{a}.{b}.{c * 256 + d}"
    yield f"{a}.{(b * 256 + c) * 256 + d}"
    yield f"{a:#x}.{(b * 256 + c) * 256 + d}"
    yield address.replace(".", "。")  # IDNA takes it for a full stop
    yield "".join(chr(ord(mark) + 0xFEE0) if mark.isdigit() else mark for mark in address)  # full-width digits
    yield f"[::ffff:{address}]"
    yield f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]"
    yield f"[0:0:0:0:0:FFFF:{address}]"
    yield f"[::{address}]"
    yield f"[64:ff9b::{address}]"
    yield f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::]"
    yield f"[::ffff:0:{address}]"
