"""One Vietnamese analysis for every engine, at write and at query time; highlights; the order of titles."""

from __future__ import annotations

from .analysis import TOKEN, analyse, analyse_fields, analyse_parts, composed, fold, fold_all
from .marking import Marker
from .ordering import order

__all__ = ["TOKEN", "Marker", "analyse", "analyse_fields", "analyse_parts", "composed", "fold", "fold_all", "order"]
