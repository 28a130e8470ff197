# What follows from the variables alone. Their checks use some of it, and tests/variables holds them without asking AWS.

locals {
  kinesis    = var.transport == "kinesis"
  searchable = var.search.mode != "none"
  consumers  = local.searchable ? ["filter_events", "index_events"] : ["filter_events"]
  functions  = concat(["filter_events", "notify"], local.searchable ? ["index_events", "setup_index"] : [])

  # The compiled rules lie beside their source. What cannot be read is reported by the checks of var.rules_file.
  compiled_file = replace(var.rules_file, "/\\.ya?ml$/", ".compiled.json")
  compiled      = try(jsondecode(file(local.compiled_file)), null)
}
