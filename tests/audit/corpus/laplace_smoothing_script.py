"""Smoothed unigram model of a text, from the command line."""

import argparse


def unigram(counts, alpha):
    total = sum(counts) + alpha * len(counts)
    return [(c + alpha) / total for c in counts]


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--corpus", required=True, help="a file with one sentence per line")
parser.add_argument("--alpha", type=float, default=1.0)
options = parser.parse_args()
print(unigram([1, 2, 3], options.alpha))
