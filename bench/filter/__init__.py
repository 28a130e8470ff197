"""What filter_events takes of a processor before it calls AWS."""
