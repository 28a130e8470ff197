"""Whether an answer would draw anything."""

from __future__ import annotations

from typing import Any

Answer = dict[str, Any]


def something(aggregations: Answer) -> bool:
    """There is a way down through buckets that hold documents to figures that are none of them empty."""
    buckets = {name: answer for name, answer in aggregations.items() if "buckets" in answer}
    figures = {name: answer for name, answer in aggregations.items() if name not in buckets}
    return all(_says(figure) for figure in figures.values()) and all(
        any(_leads_on(bucket) for bucket in _listed(answer)) for answer in buckets.values()
    )


def empty_filters(aggregations: Answer) -> set[str]:
    """Filters that found nothing wherever they stand: wrong words, or documents that lack the case."""
    asked: set[str] = set()
    found: set[str] = set()
    todo = [aggregations]
    while todo:
        for answer in (one for one in todo.pop().values() if isinstance(one, dict) and "buckets" in one):
            if isinstance(answer["buckets"], dict):
                asked |= set(answer["buckets"])
                found |= {name for name, bucket in answer["buckets"].items() if bucket["doc_count"]}
            todo.extend(_listed(answer))
    return asked - found


def _listed(answer: Answer) -> list[Answer]:
    buckets = answer["buckets"]
    return list(buckets.values()) if isinstance(buckets, dict) else buckets


def _leads_on(bucket: Answer) -> bool:
    inside = {name: answer for name, answer in bucket.items() if isinstance(answer, dict)}
    return bucket["doc_count"] > 0 and something(inside)


def _says(figure: Answer) -> bool:
    if "hits" in figure:
        return any(hit["_source"] for hit in figure["hits"]["hits"])
    return bool(figure["value"])
