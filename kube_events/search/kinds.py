"""Kinds as kubectl takes them: `pods`, `po`, `deploy`. Anything else is a kind of its own."""

from __future__ import annotations

_SHORT = {
    "certificatesigningrequests": "csr",
    "configmaps": "cm",
    "cronjobs": "cj",
    "daemonsets": "ds",
    "deployments": "deploy",
    "endpoints": "ep",
    "horizontalpodautoscalers": "hpa",
    "ingresses": "ing",
    "jobs": "",
    "leases": "",
    "limitranges": "limits",
    "namespaces": "ns",
    "networkpolicies": "netpol",
    "nodes": "no",
    "persistentvolumeclaims": "pvc",
    "persistentvolumes": "pv",
    "poddisruptionbudgets": "pdb",
    "pods": "po",
    "replicasets": "rs",
    "replicationcontrollers": "rc",
    "resourcequotas": "quota",
    "secrets": "",
    "serviceaccounts": "sa",
    "services": "svc",
    "statefulsets": "sts",
    "storageclasses": "sc",
}
"""`kubectl api-resources`: names, and their short ones."""


def _singular(plural: str) -> str:
    if plural == "endpoints":
        return plural
    if plural.endswith("ies"):
        return plural[:-3] + "y"
    return plural[:-2] if plural.endswith("sses") else plural[:-1]


_KINDS = {name: _singular(plural) for plural, short in _SHORT.items() for name in (plural, short) if name}


def kind_of(name: str) -> str:
    """The kind in small letters for a name or a short name of Kubernetes' own; else what was given."""
    return _KINDS.get(name.lower(), name)
