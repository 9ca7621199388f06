"""The hostile town: every fault, by its rule. ``python -m tests.town.hostile`` prints its page for the docs."""

from __future__ import annotations

from tests.town import faults_dates, faults_http, faults_protocol, faults_tokens, faults_xml
from tests.town.fault import Fault

HOSTILE: tuple[Fault, ...] = (
    *faults_tokens.FAULTS,
    *faults_dates.FAULTS,
    *faults_http.FAULTS,
    *faults_xml.FAULTS,
    *faults_protocol.FAULTS,
)
