"""How many of the numbers seen fell between which bounds: what a histogram is made of."""

from bisect import bisect_left
from collections.abc import Sequence


class Distribution:
    """`bounds`: upper ones, ascending; a last bucket holds what is above all of them."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.count = 0
        self.sum = 0.0

    def add(self, number: float) -> None:
        self.counts[bisect_left(self.bounds, number)] += 1
        self.count += 1
        self.sum += number
