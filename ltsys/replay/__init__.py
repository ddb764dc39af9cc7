"""Plays a recording through the whole running system, in steps of the simulated clock."""
