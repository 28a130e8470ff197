"""The whole pipeline on one machine: an AWS stand-in, a real OpenSearch, a replayed or real cluster, chat receivers."""
