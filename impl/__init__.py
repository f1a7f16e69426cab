"""How to compute it: NumPy functions, one module per topic."""

if __name__ != "lemmata.impl":
    raise ImportError("import lemmata.impl; the folder impl is not a package of its own")
