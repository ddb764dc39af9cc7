"""Measures the execution path against its bare ceiling."""
