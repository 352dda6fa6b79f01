"""Sealed secrets. `web` seals and cannot open; the worker opens, and leaves a trace first."""
