"""What a killed writer leaves behind, and how the next one clears it away."""

from __future__ import annotations

from pathlib import Path

import tantivy

_NOTHING = "~nothing"  # a key that no document has


def mend(writer: tantivy.IndexWriter, folder: Path) -> None:
    """Clear away what a killed commit left behind; both faults of Tantivy 0.27 were found by killing it at every call.

    Its files must go: the next commit would want to create a list of deleted documents of the same name, and fail on
    it for ever. And the first deletion of a writer bears the number of the last commit: a merge that was killed and
    begins again meanwhile takes it for done, and the document that it should replace stays. So the first one is of a
    key that no document has.
    """
    writer.garbage_collect_files()
    for path in folder.glob(".tmp*"):  # written to be renamed; nobody else writes while we hold the writer's lock
        path.unlink()
    writer.delete_documents_by_term("key", _NOTHING)
