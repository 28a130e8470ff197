# Where Firehose files a record of the wire: kind of record, date, cluster.
#
# The date is that of eventcore.identity.document_time, so that a day of the archive holds what a day of the index holds:
# lastSeen, not before creationTimestamp and not after the last write (where that is not known: the receipt). Times as the
# wire has them, RFC 3339 in UTC, sort as text up to the second, which is enough for a date.
#
# A record without identity, or that is neither an event nor a heartbeat, is an error: Firehose puts it under errors/.
# A cluster's name is its exporter's choice; what may not stand in a key is percent-encoded.
{
  record: (
    if .record == "heartbeat" then "heartbeat"
    elif .record == "event" and ([.metadata.uid, .metadata.resourceVersion] | all(type == "string" and . != "")) then "event"
    else error("neither an event with an identity nor a heartbeat") end
  ),
  date: (
    if .record == "heartbeat" then [.time]
    else
      [([.lastSeen, .metadata.creationTimestamp] | max), ([.metadata.creationTimestamp, (.writtenAt // .receivedAt)] | max)]
    end
    | min | if type == "string" then .[0:10] else error("no time") end | strptime("%Y-%m-%d") | strftime("%Y-%m-%d")
  ),
  cluster: (.cluster.name | if type == "string" and . != "" then @uri else error("no cluster") end)
}
