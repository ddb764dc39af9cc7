"""Celery's side: each module is a queue, each task an address (STYLE §6)."""
