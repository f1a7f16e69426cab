"""Does it hold: one file per method of evidence."""

if __name__ != "lemmata.checks":
    raise ImportError("import lemmata.checks; the folder checks is not a package of its own")
