"""Which of the replicas ships: a Lease that one holds at a time, as client-go's leader election does it."""
