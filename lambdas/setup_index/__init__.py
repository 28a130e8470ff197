"""OpenSearch is prepared for the documents."""
