"""Breaks the running system on purpose, and proves that no order and no cent went missing."""
