"""The table, line by line as the trials end, and what the figures have to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from bench.exporter import dated
from bench.exporter.cases import Case
from bench.exporter.contenders import FLOOR, PLAIN
from bench.exporter.trial import Result

HEAD = (
    f"  {'':26} {'delivered':>9} {'lost':>6} {'dupl.':>6} {'events/s':>9} {'CPU s/1,000':>11} {'% core':>7}"
    f" {'peak MiB':>8} {'p50 s':>8} {'p99 s':>8}"
)

Results = Mapping[tuple[str, str], Sequence[Result]]
"""By name of the case and of the contender, one for each round."""


class Bound(NamedTuple):
    """A figure and what it has to be."""

    what: str
    figure: float
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether it is."""
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit

    def line(self) -> str:
        """As it is printed."""
        sign = "≥" if self.at_least else "≤"
        verdict = "met" if self.met else "MISSED"
        return f"  {verdict:6}  {self.figure:10,.3f} {sign} {self.limit:<8,g} {self.what}"


def row(name: str, results: Sequence[Result]) -> str:
    """Of one contender in one case: the medians of its rounds, and the worst of what must not happen."""
    accounts = [result.account for result in results]
    core = median(result.share_of_core for result in results)
    return (
        f"  {name:26} {min(account.delivered for account in accounts):9,}"
        f" {max(account.lost for account in accounts):6,}"
        f" {max(account.duplicated for account in accounts):6,}"
        f" {median(result.per_second for result in results):9,.0f}"
        f" {median(result.cpu_per_thousand for result in results):11.3f} {core:7.1%}"
        f" {max(result.peak_mebibytes for result in results):8.1f}"
        f" {_seconds(account.median for account in accounts):>8}"
        f" {_seconds(account.p99 for account in accounts):>8}"
    )


def dated_row(case: Case) -> str | None:
    """The predecessor's, from another day."""
    figures = dated.FIGURES.get(case.name)
    return f"  {dated.NAME}, NOT of this run but of {dated.MEASURED}: {figures}" if figures else None


def bounds(results: Results) -> Iterator[Bound]:
    """What has to be met, as far as the cases were run."""
    for case, latency, peer, times in (
        ("burst-50k", "0 ms", dated.NEAR_PER_SECOND, 5),
        ("burst-50k-15ms", "15 ms", dated.FAR_PER_SECOND, 200),
    ):
        ours = results.get((case, PLAIN.name))
        floor = results.get((case, FLOOR.name))
        if ours and floor:
            both = list(zip(ours, floor, strict=True))
            speed = median(our.per_second / other.per_second for our, other in both)
            cost = median(our.cpu_per_thousand / other.cpu_per_thousand for our, other in both)
            yield Bound(f"events/s over the bare loop's, 50,000 at {latency}", speed, 0.5, at_least=True)
            yield Bound(f"CPU per 1,000 over the bare loop's, 50,000 at {latency}", cost, 2.5)
        if ours:
            goal = median(result.per_second for result in ours) / peer
            yield Bound(
                f"goal: events/s over {dated.NAME}'s of {dated.MEASURED} at {latency}",
                goal,
                times,
                at_least=True,
            )
    ours_only = {key: found for key, found in results.items() if key[1].startswith("ours")}
    if ours_only:
        worst = max(ours_only, key=lambda key: _peak(ours_only[key]))
        yield Bound(f"MiB at most, ours ({', '.join(worst)})", _peak(ours_only[worst]), 100)
        lost = sum(result.account.lost for found in ours_only.values() for result in found)
        yield Bound("events lost, ours, all cases", lost, 0)
    for (case, name), found in ours_only.items():
        if case == "steady":
            p99 = max(result.account.p99 or float("inf") for result in found)
            yield Bound(f"seconds from event to receipt, p99 at 100/s, {name}", p99, 1)
            share = max(result.share_of_core for result in found) * 100
            yield Bound(f"percent of one core at 100/s, {name}", share, 5)


def _peak(results: Sequence[Result]) -> float:
    return max(result.peak_mebibytes for result in results)


def _seconds(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{median(known):.3f}" if known else "-"
