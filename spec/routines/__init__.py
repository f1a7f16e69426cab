"""The definitions of the audit: what code is asked to compute, one module per topic, with its conventions."""
