"""Pure rules of the reference context."""

from collections.abc import Iterable
from decimal import Decimal

from kexiang.reference.types import SharingThreshold, ThresholdHit


def must_share(
    funding_source: str, value_wan: Decimal, thresholds: Iterable[SharingThreshold]
) -> list[ThresholdHit]:
    """Judge one instrument against every threshold in force, side by side.

    ``value_wan`` is the original value in 万元; a value equal to the threshold is inside
    (003 一(二) "10萬元及以上"; requirements A-02, A-03; domain.md §13.1, §13.39). Whoever paid from
    other sources shares of his own will (A-04).
    """
    hits = []
    for threshold in thresholds:
        limit = f"{threshold.value_wan.normalize():f}"
        if funding_source not in threshold.funding:
            hits.append(
                ThresholdHit(
                    threshold, False, f"{threshold.label}:资金来源不在应共享范围,可自愿开放。"
                )
            )
        elif value_wan < threshold.value_wan:
            hits.append(
                ThresholdHit(
                    threshold, False, f"{threshold.label}:原值低于 {limit} 万元,可自愿开放。"
                )
            )
        else:
            hits.append(
                ThresholdHit(
                    threshold, True, f"{threshold.label}:原值达到 {limit} 万元,应当开放共享。"
                )
            )
    return hits
