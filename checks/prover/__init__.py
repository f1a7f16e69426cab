"""The algebra of indexed sums of symbolic length: terms, signs, normal form, zero test, derivative."""
