"""One file per way of asking an institution; the word after ``connector:`` in sources.yaml is the file's name."""
