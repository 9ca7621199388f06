"""Wrong calls in the caller's language, and groups that say each of their commands in full."""

from __future__ import annotations

import re
import traceback

import click

from ._desk import spoken
from ._output import harmless, say

# What click says in English: pattern, Vietnamese. Words of the caller stay as they are.
_CLICK = [
    (re.compile(pattern, re.DOTALL), said)
    for pattern, said in (
        (r"'(.*)' is not a valid (?:integer|float)( range)?\.", r"“\1” không phải là số"),
        (r"'(.*)' is not one of (.*)\.", r"không có “\1”; chọn một trong: \2"),
        (r"(\S+) is not in the range (.*)\.", r"\1 nằm ngoài khoảng \2"),
        (r"(?:File|Path) '(.*)' does not exist\.", r"không có tệp “\1”"),
        (r"Directory '(.*)' does not exist\.", r"không có thư mục “\1”"),
        (r"(?:File|Path) '(.*)' is a directory\.", r"“\1” là một thư mục, không phải tệp"),
        (r"Directory '(.*)' is a file\.", r"“\1” là một tệp, không phải thư mục"),
        (r"(?:File|Path|Directory) '(.*)' is not readable\.", r"không được phép đọc “\1”"),
        (r"Option '(.*)' requires an argument\.", r"sau \1 còn thiếu giá trị"),
        (r"Option '(.*)' does not take a value\.", r"\1 không nhận giá trị"),
        (r"Got unexpected extra arguments? \((.*)\)", r"thừa: \1"),
        (r"No such option:? '?(.*?)'?\.?", r"không có tuỳ chọn \1"),
        (r"No such command '(.*?)'\.", r"không có lệnh “\1”"),
        (r"'(.*)' is not UTF-8\.", r"“\1” không phải UTF-8"),
    )
]


class Verbs(click.Group):
    """A group that tells of each command all that its first paragraph says: it ends with the English half."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without cutting it short."""
        rows = [(name, command.get_short_help_str(limit=400)) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(sorted(rows))


def tell_usage(error: click.ClickException) -> int:
    """Tell a wrong call like every other fault: what is wrong, and the command that says how it is called."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return error.exit_code
    context = getattr(error, "ctx", None) or _context_of(error)
    language = (context.find_root().params.get("lang") if context is not None else None) or spoken()
    said = error.format_message() if language == "en" else _sentence(error)
    say(f"kho: error[usage]: {harmless(said)}")
    say(f"  → {context.command_path if context is not None else 'kho'} --help")
    return error.exit_code


def _context_of(error: BaseException) -> click.Context | None:
    """Return where a call was read when it proved wrong: of options without a value click itself does not say it."""
    found = (frame.f_locals.get("ctx") for frame, _ in traceback.walk_tb(error.__traceback__))
    return next((each for each in reversed(list(found)) if isinstance(each, click.Context)), None)


def _sentence(error: click.ClickException) -> str:
    if isinstance(error, click.MissingParameter):
        return f"thiếu {_named(error)}"
    said, near = in_vietnamese(error.message), getattr(error, "possibilities", None)
    if near:
        said += f" (ý bạn là {', '.join(near)}?)"
    return f"{_named(error)}: {said}" if isinstance(error, click.BadParameter) and _named(error) else said


def _named(error: click.BadParameter) -> str:
    """Name an option or an argument as the help does."""
    hint = error.param_hint
    if hint is None and error.param is not None:
        hint = error.param.opts if isinstance(error.param, click.Option) else [error.param.human_readable_name]
    return hint if isinstance(hint, str) else " / ".join(hint or ())


def in_vietnamese(message: str) -> str:
    """Say in Vietnamese what click says in English; sentences of our own stay as they are."""
    found = ((pattern.fullmatch(message), said) for pattern, said in _CLICK)
    return next((match.expand(said) for match, said in found if match is not None), message)
