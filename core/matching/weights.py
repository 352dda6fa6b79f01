"""The shipped prior: what each step of each facet weighs, in log-odds, before a workspace has taught anything.

Fitted by `python -m tests.core.matching.fitting` on 64,000 pairs of thirteen invented companies (45,000 payments): logistic
regression with ridge 0.5 on pairs, 1.5 on sums, then on the links chosen for what confidence says of them. No step knows a name.
A step that was never seen weighs nothing. What `confidence.design` lists is what CONFIDENCE weighs.
"""

from __future__ import annotations

PAIRS: dict[str, list[float]] = {
    "base": [-2.43],
    "amount": [-7.44, 3.61, 3.24, 3.53, -1.81, -1.12],
    "who": [-0.07, -0.35, 1.09, -1.55, -0.11, -1.26, 2.25, -1.60, 1.34, -2.12, 2.38, 0.0],
    "party": [0.69, 0.68, -1.37, 0.0],
    "alias": [-0.07, -0.48, 0.43, 0.0, 0.44, 0.0, -0.66, 0.0, 0.49, 0.0, -0.15, 0.0],
    "number": [0.52, 1.64, -3.07, 0.91],
    "proof": [-1.64, -1.98, 3.62],
    "card_days": [
        -0.69,
        0.0,
        2.36,
        -3.49,
        2.24,
        -4.34,
        2.88,
        0.16,
        3.06,
        0.50,
        4.04,
        0.01,
        3.78,
        0.08,
        3.64,
        0.01,
        3.65,
        0.24,
        1.67,
        -0.32,
        -0.02,
        -4.28,
        -0.10,
        -4.71,
        -1.71,
        -8.67,
    ],
    "due_days": [
        0.69,
        0.0,
        -0.49,
        -4.30,
        -0.15,
        -5.72,
        -0.25,
        -5.11,
        0.17,
        -4.01,
        2.92,
        -0.45,
        4.37,
        0.66,
        4.22,
        0.22,
        3.40,
        0.45,
        3.39,
        -0.05,
        4.43,
        -0.71,
        1.46,
        -5.12,
    ],
    "rate": [-1.11, 0.15, 0.49, 0.42, 0.14, 0.28, 0.21, -0.60],
    "channel": [2.05, 0.0, -1.15, -0.90],
    "habit": [0.50, 1.18, 0.66, 0.07, -2.40],
    "refund": [-3.14, 3.36, -0.22],
}

GROUPS: dict[str, list[float]] = {
    "base": [-0.29],
    "sum": [-0.10, 0.41, -0.30],
    "size": [-0.93, 0.52, 0.39, 0.02],
    "credit": [0.26, -0.26],
    "numbers": [-0.59, 1.42, -0.49, -0.33],
    "due": [1.33, -1.36, 0.03],
    "spread": [1.42, 1.03, 0.23, -0.51, -2.18],
    "late": [-0.97, 1.86, 1.17, 1.09, -1.15, -2.00],
    "rivals": [2.80, -0.54, -0.72, -1.55],
    "parts": [0.07, -0.07],
    "rate": [-0.45, 0.01, 0.15, 0.99, -0.08, 0.40, -0.68, -0.34],
    "named": [-0.13, 0.19, -0.06],
    "room": [1.19, -0.27, -0.09, -0.84],
    "even": [-0.24, 0.24],
}

#: See `confidence.design`.
CONFIDENCE: list[float] = [0.07, 0.68, 0.6, 0.7, -0.34, -0.9]
#: Slope and intercept over a sum's log-odds.
GROUP_CONFIDENCE: tuple[float, float] = (0.57, 3.12)
