"""Pure rules of the reference context."""

from collections.abc import Iterable
from decimal import Decimal

from kexiang.reference.types import Duty, SharingThreshold, ThresholdHit


def must_share(
    funding_source: str, value_wan: Decimal, thresholds: Iterable[SharingThreshold]
) -> list[ThresholdHit]:
    """Judge one instrument against every threshold in force, side by side.

    ``value_wan`` is the original value in 万元; a value equal to the threshold is inside
    (003 "10萬元及以上"; requirements A-02, A-03; domain.md §13.1, §13.39). Whoever paid from
    other sources shares of his own will (A-04).
    """
    return [ThresholdHit(one, _duty(funding_source, value_wan, one)) for one in thresholds]


def _duty(funding_source: str, value_wan: Decimal, threshold: SharingThreshold) -> Duty:
    if funding_source not in threshold.funding:
        return Duty.OTHER_FUNDS
    return Duty.REACHED if value_wan >= threshold.value_wan else Duty.BELOW
