"""What was measured: by scenario and server the figures of every round, and statistics on them."""

import json
import statistics
from dataclasses import dataclass
from pathlib import Path


def short(value):
    """Three digits that count, without an exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


@dataclass(frozen=True)
class Spread:
    """The median of some rounds, and the least and the most."""
    median: float
    least: float
    most: float

    def text(self, unit=""):
        middle = f"{short(self.median)} {unit}".strip()
        if self.least == self.most:
            return middle
        return f"{middle} ({short(self.least)} to {short(self.most)})"

    @staticmethod
    def of(values):
        return Spread(statistics.median(values), min(values), max(values)) if values else None


class Results:
    """`rounds[scenario][server]` is a list of the generator's reports, or of {"error": ...}."""

    def __init__(self, content=None):
        self.content = content or {"rounds": {}}

    @staticmethod
    def read(path):
        return Results(json.loads(Path(path).read_text()))

    def write(self, path):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(json.dumps(self.content, indent=1) + "\n")

    @property
    def rounds(self):
        return self.content["rounds"]

    def add(self, scenario, server, report):
        self.rounds.setdefault(scenario, {}).setdefault(server, []).append(report)

    def reports(self, scenario, server):
        return self.rounds.get(scenario, {}).get(server, [])

    def errors(self, scenario, server):
        return [one["error"] for one in self.reports(scenario, server) if "error" in one]

    def values(self, scenario, server, figure):
        return [one.get(figure) for one in self.reports(scenario, server)]

    def spread(self, scenario, server, figure):
        return Spread.of([one for one in self.values(scenario, server, figure) if one is not None])

    def ratio(self, scenario, server, other, figure):
        """How many times as much `other` needs, round by round: both ran close to each other."""
        pairs = zip(self.values(scenario, server, figure), self.values(scenario, other, figure))
        return Spread.of([theirs / own for own, theirs in pairs if own and theirs is not None])

    def limits(self, scenario, server):
        """Who was the bottleneck, over the rounds."""
        return sorted({one["limit"] for one in self.reports(scenario, server) if "limit" in one})


class Asked(Results):
    """Results of nothing; notes what they are asked for."""

    def __init__(self):
        super().__init__()
        self.pairs = set()

    def reports(self, scenario, server):
        self.pairs.add((scenario, server))
        return []
