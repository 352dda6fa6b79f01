"""The shipped prior: what each step of each facet weighs, in log-odds, before a workspace has taught anything.

Fitted by `python -m tests.core.matching.fitting` on 64,000 pairs of thirteen invented companies (45,000 payments): logistic
regression with ridge 0.5 on pairs, 1.5 on sums, then on the links chosen for what confidence says of them. No step knows a name.
A step that was never seen weighs nothing. What `confidence.design` lists is what CONFIDENCE weighs.
"""

from __future__ import annotations

PAIRS: dict[str, list[float]] = {
    "base": [-3.33],
    "amount": [-7.42, 3.60, 3.24, 3.52, -1.77, -1.17],
    "who": [-0.74, -0.94, 0.98, -0.61, 1.00, -1.77, 2.27, -1.55, 1.36, -2.20, 2.21, 0.0],
    "party": [0.54, 0.56, -1.10, 0.0],
    "alias": [-1.21, -0.64, -0.52, 0.0, 1.46, 0.0, -0.48, 0.0, 0.89, 0.0, 0.52, 0.0],
    "number": [0.56, 1.60, -2.95, 0.79],
    "proof": [-1.60, -1.98, 3.58],
    "card_days": [
        -0.67,
        0.0,
        2.44,
        -3.47,
        2.08,
        -4.28,
        2.78,
        0.17,
        2.81,
        0.36,
        3.93,
        -0.01,
        3.79,
        0.02,
        3.60,
        -0.07,
        3.76,
        0.13,
        1.63,
        -0.43,
        0.11,
        -4.09,
        -0.03,
        -4.67,
        -1.28,
        -8.58,
    ],
    "due_days": [
        0.67,
        0.0,
        -0.46,
        -4.22,
        -0.13,
        -5.74,
        0.03,
        -5.58,
        0.56,
        -3.34,
        2.83,
        -0.75,
        4.35,
        0.73,
        4.13,
        0.33,
        3.41,
        0.51,
        3.33,
        -0.21,
        4.04,
        -0.80,
        1.48,
        -5.15,
    ],
    "rate": [-1.12, 0.20, 0.54, 0.47, 0.22, 0.30, 0.27, -0.88],
    "channel": [2.49, 0.0, -1.69, -0.81],
    "habit": [0.11, 1.23, 0.69, 0.28, -2.31],
    "refund": [-2.37, 2.49, -0.13],
}

GROUPS: dict[str, list[float]] = {
    "base": [-0.67],
    "sum": [0.38, 0.08, -0.46],
    "size": [-0.90, 0.35, 0.38, 0.17],
    "credit": [-0.09, 0.09],
    "numbers": [-0.46, 1.19, -0.34, -0.39],
    "due": [1.48, -1.62, 0.14],
    "spread": [1.07, 1.35, 0.33, -0.65, -2.10],
    "late": [-0.32, 2.10, 1.42, 0.94, -1.66, -2.48],
    "rivals": [2.44, -0.54, -0.84, -1.07],
    "parts": [-0.03, 0.03],
    "rate": [-0.33, -0.42, 0.04, 1.03, 0.47, 0.23, -0.44, -0.58],
    "named": [-0.34, 0.19, 0.15],
    "room": [1.29, -0.04, -0.30, -0.95],
    "even": [0.09, -0.09],
}

#: See `confidence.design`.
CONFIDENCE: list[float] = [0.09, 0.61, 0.69, 0.81, -0.66, -0.73]
#: Slope and intercept over a sum's log-odds.
GROUP_CONFIDENCE: tuple[float, float] = (0.34, 4.40)
