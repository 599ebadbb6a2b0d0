"""The measurements: `python -m bench`. Ratios inside one run; never part of the tests' verdict."""
