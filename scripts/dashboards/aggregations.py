"""Buckets and measures as the aggregations of a `visState`.

The names are those of OpenSearch Dashboards' `src/plugins/data/common/search/aggs`, the same in 2.x and 3.x.
"""

from __future__ import annotations

from typing import Any, Literal

from scripts.dashboards.parts import TIME_FIELD, Bucket, Counted, Measure, SourceError, measure

Aggregation = dict[str, Any]

Schema = Literal["metric", "segment", "group", "bucket"]
"""What an aggregation is for: a figure, the x-axis or a slice, the series, a row of a table."""

DQL = "kuery"
"""What OpenSearch Dashboards calls DQL inside."""

MOST = 9
"""Dashboards looks the measure that orders up by the beginning of its id: 1 would be found for 10."""


def aggregations(counted: list[Counted], *buckets: tuple[Schema, Bucket]) -> list[Aggregation]:
    """Measures with the ids from 1, then the buckets: each inside of those before it.

    Raises:
        SourceError: an order by a measure that is not there or cannot order, or more than nine in all.
    """
    measures = [measure(one) for one in counted]
    if len(measures) + len(buckets) > MOST:
        raise SourceError(f"at most {MOST} measures and buckets together")
    return [
        *(_numbered(number, "metric", *_measured(one)) for number, one in enumerate(measures, start=1)),
        *(
            _numbered(number, schema, *_divided(bucket, measures))
            for number, (schema, bucket) in enumerate(buckets, start=len(measures) + 1)
        ),
    ]


def _numbered(number: int, schema: Schema, type_: str, params: dict[str, Any]) -> Aggregation:
    return {"id": str(number), "enabled": True, "type": type_, "schema": schema, "params": params}


def _measured(one: Measure) -> tuple[str, dict[str, Any]]:
    label = {"customLabel": one.label}
    if one.count:
        return "count", label
    if one.last:
        newest = {"aggregate": "concat", "size": 1, "sortField": TIME_FIELD, "sortOrder": "desc"}
        return "top_hits", {"field": one.last, **newest, **label}
    if one.distinct:
        return "cardinality", {"field": one.distinct, **label}
    if one.oldest:
        return "min", {"field": one.oldest, **label}
    return "max", {"field": one.newest or one.greatest, **label}


def _divided(bucket: Bucket, measures: list[Measure]) -> tuple[str, dict[str, Any]]:
    if bucket.time:
        return "date_histogram", _intervals(bucket, bucket.time)
    if bucket.filters:
        return "filters", {"filters": _filters(bucket)}
    if not 1 <= bucket.by <= len(measures) or not measures[bucket.by - 1].can_order:
        raise SourceError(f"the values of {bucket.top} cannot be ordered by measure {bucket.by}")
    return "terms", _values(bucket)


def _values(bucket: Bucket) -> dict[str, Any]:
    return {
        "field": bucket.top,
        "orderBy": str(bucket.by),
        "order": bucket.order,
        "size": bucket.size,
        "otherBucket": False,
        "otherBucketLabel": "Other",
        "missingBucket": bool(bucket.missing),
        "missingBucketLabel": bucket.missing or "Missing",
        **({"customLabel": bucket.label} if bucket.label else {}),
    }


def _intervals(bucket: Bucket, field: str) -> dict[str, Any]:
    return {
        "field": field,
        "useNormalizedOpenSearchInterval": True,
        "scaleMetricValues": False,
        "interval": bucket.interval,
        "drop_partials": False,
        "min_doc_count": 1,
        "extended_bounds": {},
        **({"customLabel": bucket.label} if bucket.label else {}),
    }


def _filters(bucket: Bucket) -> list[dict[str, Any]]:
    queries = dict(bucket.filters)
    if bucket.otherwise:
        queries[bucket.otherwise] = "not (" + " or ".join(f"({query})" for query in queries.values()) + ")"
    return [{"input": {"query": query, "language": DQL}, "label": label} for label, query in queries.items()]
