"""The whole pipeline on one machine: AWS stand-in, OpenSearch, a replayed or real cluster, receivers."""
