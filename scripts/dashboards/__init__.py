"""The saved objects of OpenSearch Dashboards, built from opensearch/dashboards/*.yaml."""
