"""The constants of step size control, used by compiled and interpreted runs. Generated modules contain copies."""

# If the error is a share e of what is allowed, the next step is SAFETY·e^(−1/order) times as long as this one, at least
# SHRINK and at most GROW times. A step shorter than SMALLEST·max(1, |t|) cannot be told from rounding.
SAFETY, SHRINK, GROW, SMALLEST = 0.9, 0.2, 5.0, 1e-13
# Shares of the run: the precision of an event's moment, and the longest step while an event waits for a condition.
MOMENT, LONGEST = 1e-10, 1 / 200
