"""Fictional suppliers with a stage panel: the demo, and the world the tests live in. Nothing here is real."""
