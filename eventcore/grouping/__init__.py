"""Groups: what the events of a route become before somebody is told. Pure; docs/routing.md is its manual."""
