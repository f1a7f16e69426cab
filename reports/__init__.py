"""What was found: one file per format."""

if __name__ != "lemmata.reports":
    raise ImportError("import lemmata.reports; the folder reports is not a package of its own")
