"""One file per engine; the word before the colon of ``index:`` is the file's name."""
