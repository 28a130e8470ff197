"""Where to look while everything is left running."""

from __future__ import annotations

from sandbox.demo.documents import ALIAS
from sandbox.demo.run import Run


def where_to_look(run: Run) -> str:
    """The addresses, and three queries that can be pasted into a shell."""
    search = f"{run.parts.search.url}/{ALIAS}/_search?pretty&q=cluster.name:{run.cluster_name}"
    fields = "_source=@timestamp,reason,count,involvedObject.name,message"
    reasons = '{"size": 0, "aggs": {"reasons": {"terms": {"field": "reason"}}}}'
    return f"""
Everything is still running; Ctrl-C ends it.

inbox        {run.parts.receivers.url}
             every message as its chat would show it
OpenSearch   {run.parts.search.url}
AWS          AWS_ENDPOINT_URL={run.parts.aws.endpoint} (any credentials)

what went wrong last:
  curl -s '{search}+AND+type:Warning&size=5&sort=@timestamp:desc&{fields}'
the commonest reasons:
  curl -s '{search}' -H 'content-type: application/json' -d '{reasons}'
the story of one namespace, in the order of time:
  curl -s '{search}+AND+involvedObject.namespace:shop&size=20&sort=@timestamp&{fields}'
"""
