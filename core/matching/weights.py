"""The shipped prior: what each step of each facet weighs, in log-odds, before a workspace has taught anything.

Fitted by `python -m tests.core.matching.fitting` (logistic regression, ridge 0.5 on pairs, 1.5 on sums) on SEEN pairs of six
invented companies of three makers, none of which is in the tests; no step knows a name. A step that was never seen weighs nothing.
Confidence is a second regression, on the links that were chosen: `confidence.design` says of what.
"""

from __future__ import annotations

PAIRS: dict[str, list[float]] = {
    "base": [-3.94],
    "amount": [-8.24, 3.57, 3.27, 3.44, -1.25, -0.79],
    "who": [-0.89, -0.05, 0.74, 0.0, 0.46, -1.37, 1.90, -1.71, 1.30, -2.34, 1.95, 0.0],
    "party": [0.81, 0.38, -1.19, 0.0],
    "alias": [-0.97, -0.35, -0.63, 0.0, 1.15, 0.0, -0.46, 0.0, 0.64, 0.0, 0.63, 0.0],
    "number": [-0.51, 2.85, -2.50, 0.15],
    "card_days": [
        -1.07,
        0.0,
        2.35,
        -3.27,
        2.11,
        -3.77,
        2.88,
        0.13,
        2.60,
        0.16,
        3.86,
        0.12,
        3.55,
        0.07,
        3.45,
        -0.02,
        3.51,
        0.17,
        1.78,
        -0.15,
        0.08,
        -3.85,
        -0.14,
        -4.64,
        -1.62,
        -8.28,
    ],
    "due_days": [
        1.07,
        0.0,
        -0.34,
        -3.09,
        -0.10,
        -4.25,
        -0.38,
        -4.03,
        0.0,
        -0.35,
        0.0,
        -1.95,
        4.53,
        1.43,
        4.37,
        0.83,
        3.77,
        0.91,
        3.00,
        -1.64,
        0.86,
        -3.39,
        2.16,
        -3.43,
    ],
    "rate": [-1.03, 0.13, 0.52, 0.30, 0.13, 0.28, 0.27, -0.60],
    "channel": [1.86, 0.0, -0.81, -1.05],
    "habit": [0.33, 1.01, 0.63, 0.27, -2.24],
    "refund": [-2.35, 2.69, -0.34],
}

GROUPS: dict[str, list[float]] = {
    "base": [0.21],
    "sum": [0.11, 0.08, -0.19],
    "size": [-0.53, 0.52, -0.20, 0.21],
    "credit": [-0.20, 0.20],
    "numbers": [-0.48, 0.73, 0.01, -0.26],
    "due": [1.94, -1.56, -0.37],
    "spread": [0.44, 1.17, -0.10, -0.55, -0.96],
    "late": [0.33, 1.48, 0.91, 0.01, -1.68, -1.06],
    "rivals": [2.18, -0.78, -0.37, -1.02],
    "parts": [0.15, -0.15],
    "rate": [-0.27, -0.04, 0.30, 0.64, -0.09, -0.33, -0.16, -0.06],
    "named": [-0.50, 0.17, 0.32],
    "room": [0.66, 0.11, -0.04, -0.73],
    "even": [-0.10, 0.10],
}

#: See `confidence.design`.
CONFIDENCE: list[float] = [-0.9, 0.74, 0.58, 0.79, 0.11, 0.18]
#: Slope and intercept over a sum's log-odds.
GROUP_CONFIDENCE: tuple[float, float] = (0.71, 2.81)
