"""`python -m lemmata.cli`."""

from . import main

main()
