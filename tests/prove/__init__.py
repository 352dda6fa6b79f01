"""The campaigns: a whole farm is mistreated many times, and the portals' own counters are the witness.

`python -m tests.prove kill --n 100 --seed 1`, `python -m tests.prove canary`: the result goes into `docs/numbers.md`.
"""
