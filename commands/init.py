"""Bắt đầu một liên hợp mới / start a new federation."""

from __future__ import annotations

from pathlib import Path

import click

from ._desk import desk
from ._output import say
from ._tables import FOLDER

_SAMPLE = """# Liên hợp học liệu / the federation: mỗi nguồn ba dòng là đủ / three lines a source are enough
kho:
  store: sqlite:///data/kho.db
  index: tantivy:data/index
  contact: thuvien@truong.example        # ghi trong User-Agent / goes into the User-Agent
sources:
  # - id: thu-vien-truong
  #   name: Thư viện số của trường
  #   url: http://thuvien.truong.example/oai/request
"""
_TABLES = """# tables/

Tệp ở đây mang tên bảng có sẵn và thêm hay thay từng dòng của nó; không có tệp nào thì Kho dùng các bảng có sẵn. /
A file here has the name of a shipped table and adds lines to it or overrules them.

    tables/vocabularies/type.yaml      - {id: bai_giang_dien_tu, variants: [Bài giảng số]}
    tables/crosswalks/oai_dc.yaml      fields: {description: {from: [note], parser: description}}
    tables/titles.yaml                 school: [trường em]

Cách viết / how: docs/mapping.md. Thử trước / try first: `kho mapping diff`, `kho map TỆP --explain`.
"""


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.pass_context
def command(ctx: click.Context, folder: Path) -> None:
    """Tạo sources.yaml mẫu trong một thư mục / write a sample sources.yaml into a folder.

    \b
    Ví dụ / examples:
      kho init
      kho init thu-vien
    """
    here = desk(ctx)
    target = folder / "sources.yaml"
    if target.exists():
        raise click.UsageError(here.text(f"{target} đã có, không ghi đè", f"{target} exists and is not overwritten"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise click.UsageError(here.text(f"{folder} không phải thư mục", f"{folder} is no folder")) from error
    target.write_text(_SAMPLE, encoding="utf-8")
    tables = folder / FOLDER
    if not tables.exists():
        tables.mkdir()
        (tables / "README.md").write_text(_TABLES, encoding="utf-8")
    say(
        here.text(
            f"đã viết {target}; thêm nguồn rồi gõ: kho harvest", f"wrote {target}; add a source, then: kho harvest"
        )
    )
