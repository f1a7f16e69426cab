"""What is true: the language of claims, and the topics written in it."""

if __name__ != "lemmata.spec":
    raise ImportError("import lemmata.spec; the folder spec is not a package of its own")
