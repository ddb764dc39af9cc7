"""The HTTP interfaces, a module each."""
