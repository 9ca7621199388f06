"""What can be wrong with an index: each error says it in a sentence, and names the command that helps on."""

from __future__ import annotations


class IndexUnreachableError(Exception):
    """An index cannot be opened or written now: its address and why. The next update catches up."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"{address}: {why}")
        self.address, self.why = address, why

    @property
    def code(self) -> str:
        """The name of what is wrong."""
        return "index_unreachable"

    @property
    def next(self) -> str:
        """The command that helps on."""
        return "kho index update"

    def sentence(self, language: str) -> str:
        """Say what is wrong, in ``vi`` or ``en``."""
        vi, en = "Chưa dùng được chỉ mục {0}: {1}", "The index {0} cannot be used now: {1}"
        return (en if language == "en" else vi).format(self.address, self.why)


class IndexDamagedError(IndexUnreachableError):
    """Files of an index are damaged: no update mends them, it has to be built anew."""

    @property
    def code(self) -> str:
        """The name of what is wrong."""
        return "index_damaged"

    @property
    def next(self) -> str:
        """The command that helps on."""
        return "kho index rebuild"

    def sentence(self, language: str) -> str:
        """Say what is wrong, in ``vi`` or ``en``."""
        vi = "Tệp của chỉ mục {0} bị hỏng ({1}); dựng lại là xong, không mất bản ghi nào."
        en = "Files of the index {0} are damaged ({1}); build it anew, no record is lost."
        return (en if language == "en" else vi).format(self.address, self.why)


class NoRoomError(IndexUnreachableError):
    """The disk has no room for another generation: bytes that are free, and that are needed."""

    def __init__(self, address: str, free: int, needed: int) -> None:
        super().__init__(address, f"{megabytes(free)} free, {megabytes(needed)} needed")
        self.free, self.needed = free, needed

    @property
    def code(self) -> str:
        """The name of what is wrong."""
        return "index_no_room"

    @property
    def next(self) -> str:
        """The command that helps on."""
        return "kho index generations"

    def sentence(self, language: str) -> str:
        """Say what is wrong, in ``vi`` or ``en``."""
        vi = "Đĩa không đủ chỗ để dựng {0} bên cạnh bản đang dùng: còn {1}, cần {2}. Chỉ mục đang dùng không đổi."
        en = "No room on the disk to build the index {0} beside the present one: {1} free, {2} needed. It is unchanged."
        free, needed = megabytes(self.free), megabytes(self.needed)
        return (en if language == "en" else vi).format(self.address, free, needed)


class NoGenerationError(IndexUnreachableError):
    """There is no such generation any more: of that name, or none to go back to ("")."""

    def __init__(self, address: str, generation: str = "") -> None:
        super().__init__(address, f"no generation {generation}" if generation else "no earlier generation")
        self.generation = generation

    @property
    def code(self) -> str:
        """The name of what is wrong."""
        return "index_no_generation"

    @property
    def next(self) -> str:
        """The command that helps on."""
        return "kho index generations"

    def sentence(self, language: str) -> str:
        """Say what is wrong, in ``vi`` or ``en``."""
        if self.generation:
            vi, en = "Chỉ mục {0} không còn giữ thế hệ {1}.", "The index {0} keeps no generation {1} any more."
        else:
            vi = "Chỉ mục {0} không có thế hệ trước nào dùng được để quay về; không có gì thay đổi."
            en = "The index {0} has no earlier generation that can be used to go back to; nothing has changed."
        return (en if language == "en" else vi).format(self.address, self.generation)


class NotVerifiedError(IndexUnreachableError):
    """A generation that was built is not what the store says, and was not put in its place: how many faults."""

    def __init__(self, address: str, faults: int, example: str) -> None:
        super().__init__(address, f"{faults} faults in what was built, such as {example}")
        self.faults, self.example = faults, example

    @property
    def code(self) -> str:
        """The name of what is wrong."""
        return "index_not_verified"

    @property
    def next(self) -> str:
        """The command that helps on."""
        return "kho index rebuild"

    def sentence(self, language: str) -> str:
        """Say what is wrong, in ``vi`` or ``en``."""
        vi = (
            "Thế hệ mới của {0} không khớp với kho ({1} chỗ, như {2}) nên không được thay vào; bản đang dùng không đổi."
        )
        en = "What was built of {0} is not what the store says ({1} faults, as {2}): not put in place, nothing changed."
        return (en if language == "en" else vi).format(self.address, self.faults, self.example)


def megabytes(size: int) -> str:
    """Write a number of bytes for people: at least 1 MB, from 10 GB on in GB."""
    return f"{size / 1e9:.0f} GB" if size >= 10e9 else f"{max(size / 1e6, 1):.0f} MB"
