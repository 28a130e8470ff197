"""Saved objects of OpenSearch Dashboards: their rules, and what they ask the server."""
