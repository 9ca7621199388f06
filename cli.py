"""The ``kho`` command: global options and a group that opens a command's file only when it is asked for."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

_COMMANDS = Path(__file__).parent / "commands"
_HELP = """Kho: gom siêu dữ liệu học liệu số Việt Nam về một nơi tìm được.

Kho: brings the metadata of Vietnamese learning resources into one searchable place.

\b
Mã thoát / exit codes: 0 tốt · 1 lỗi lạ · 2 sai cách gọi · 3 sai cấu hình · 4 có nguồn trục trặc ·
5 không nguồn nào trọn · 6 kho hay chỉ mục không dùng được · 7 tiến trình khác đang làm · 8 kiểm tra thấy lỗi ·
130/143 bị ngắt, đã lưu chỗ dừng.

\b
Ví dụ / examples:
  kho init thu-vien && cd thu-vien && kho harvest
  kho search phương trình bậc hai --facet grade
"""


class Lazy(click.Group):
    """A group whose commands are the files of ``commands/``, found by their names."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the nouns."""
        return sorted(file.stem for file in _COMMANDS.glob("[a-z]*.py"))

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Open one noun's file; an unknown one is answered with what was probably meant."""
        if name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"commands.{name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Suggest the nearest command for a typing mistake."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            names = self.list_commands(ctx)
            raise click.exceptions.NoSuchCommand(args[0], possibilities=names, ctx=error.ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show each command with the first line of its file, without importing it."""
        rows = [(name, _first_line(_COMMANDS / f"{name}.py")) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _first_line(file: Path) -> str:
    return file.read_text(encoding="utf-8").partition('"""')[2].partition("\n")[0].rstrip('"').strip()


@click.group(cls=Lazy, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--sources", type=click.Path(path_type=Path), envvar="KHO_SOURCES", help="sources.yaml (KHO_SOURCES)")
@click.option("--lang", type=click.Choice(["vi", "en"]), help="ngôn ngữ / language (KHO_LANG)")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="màu / colour (NO_COLOR)")
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", help="nhật ký / log lines")
@click.option("-q", "--quiet", is_flag=True, help="không kể tiến độ và lý do / no progress, no reasons")
@click.option("-v", "--verbose", count=True, help="kể nhiều hơn / tell more")
@click.option("--debug", is_flag=True, help="hiện traceback / show tracebacks")
@click.option("--no-backup", is_flag=True, help="nâng cấp kho không sao lưu / upgrade the store without a backup")
@click.version_option(package_name="kho", message="kho %(version)s")
@click.pass_context
def kho(ctx: click.Context, /, **options: Any) -> None:
    """Keep the global options; the commands build what they need from them."""
    ctx.obj = options
    _refuse_broken_words(ctx, sys.argv[1:])


def _refuse_broken_words(ctx: click.Context, words: list[str]) -> None:
    """Refuse what is no UTF-8 but the name of a file: no source, record or question is written so."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            if not os.path.lexists(word):
                raise click.UsageError(f"'{os.fsencode(word).decode(errors='replace')}' is not UTF-8.", ctx) from None


def main() -> None:
    """Run the command line and turn every known fault into one clear message and its exit code."""
    debug = "--debug" in sys.argv
    try:
        ended = kho.main(standalone_mode=False, prog_name="kho")  # click returns the code of an Exit
        sys.exit(ended if isinstance(ended, int) else 0)
    except click.ClickException as error:
        from commands._usage import tell_usage

        sys.exit(tell_usage(error))
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:  # the reader of a pipe has seen enough
        from commands._output import drop_output

        drop_output()
        sys.exit(0)
    except Exception as error:
        if debug:
            raise
        from commands._desk import report

        sys.exit(report(error))


if __name__ == "__main__":
    main()
