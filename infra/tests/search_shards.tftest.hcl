# How many shards the index will have, against what the domain bears; and what the functions are told about the index.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "made-up"
  secret_key                  = "made-up"
  max_retries                 = 1
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

variables {
  artifacts  = { bucket = "releases", prefix = "kube-events/0.1.0/" }
  rules_file = "tests/fixtures/rules/good.yaml"
  receivers = {
    ops-mail     = { type = "sns", mail = ["ops@example.com"] }
    sre-dingtalk = { type = "dingtalk" }
  }
}

run "the_default_fits_the_domain_that_is_made_by_default" {
  command = plan

  assert {
    # 30 days and a week are six weeks, one more is being written to; 1 GiB of heap.
    condition     = output.index_shards == { wanted = 7, recommended = 25, limit = 1000, reserve = 50 }
    error_message = "Seven weeks without replicas."
  }
}

run "single_days_are_more_than_amazon_recommends_for_a_small_domain" {
  command = plan

  variables {
    index_period = "day"
  }

  expect_failures = [check.shards_are_few_enough]
}

run "a_larger_domain_keeps_a_year_of_days" {
  command = plan

  variables {
    index_period   = "day"
    retention_days = 365
    search         = { domain = { instance_type = "r7g.2xlarge.search", instance_count = 3, volume_gib = 500 } }
  }

  assert {
    # 64 GiB each, of which half is the heap: 2000 a node from 2.17 on.
    condition     = output.index_shards == { wanted = 734, recommended = 2400, limit = 6000, reserve = 100 }
    error_message = "367 days, each with a replica."
  }
}

run "older_versions_bear_a_thousand_a_node" {
  command = plan

  variables {
    search = { domain = { engine_version = "OpenSearch_2.15", instance_type = "r7g.2xlarge.search", instance_count = 3 } }
  }

  assert {
    condition     = output.index_shards.limit == 3000
    error_message = "1000 for each of three nodes, whatever their memory."
  }
}

run "in_ultrawarm_an_index_is_on_no_data_node" {
  command = plan

  variables {
    index_period   = "day"
    retention_days = 365
    search = {
      warm_after_days = 10
      cold_after_days = 90
      domain          = { instance_type = "r7g.large.search", instance_count = 3, dedicated_masters = {}, warm = {} }
    }
  }

  assert {
    condition     = output.index_shards == { wanted = 24, recommended = 600, limit = 3000, reserve = 100 }
    error_message = "Twelve days, each with a replica."
  }

  assert {
    condition     = module.setup_index[0].environment["WARM_AFTER_DAYS"] == "10" && module.setup_index[0].environment["COLD_AFTER_DAYS"] == "90" && module.index_events[0].environment["WARM_AFTER_DAYS"] == "10"
    error_message = "Both functions know when an index cannot be written any more."
  }
}

run "an_index_of_each_clusters_own_multiplies_them" {
  command = plan

  variables {
    clusters       = ["prod-eu", "prod-us", "test-eu", "test-us"]
    index_name     = "kube-events-{cluster}"
    index_period   = "day"
    retention_days = 365
    search         = { domain = { instance_type = "r7g.large.search", instance_count = 2, volume_gib = 500 } }
  }

  # 367 x 4 x 2 = 2936 on two nodes of 1000.
  expect_failures = [output.index_shards, check.shards_are_few_enough]
}

run "replicas_count_as_far_as_there_are_nodes_for_them" {
  command = plan

  variables {
    search = { replicas = "0-2", domain = { instance_type = "r7g.large.search", instance_count = 2 } }
  }

  assert {
    condition     = output.index_shards.wanted == 7 * 2 && output.index_shards.reserve == 100
    error_message = "Two nodes hold two copies."
  }
}

run "a_domain_with_standby_zones_gets_three_copies" {
  command = plan

  variables {
    search = {
      mode       = "existing"
      endpoint   = "https://search.example.com"
      domain_arn = "arn:aws:es:eu-central-1:123456789012:domain/ops"
      replicas   = "0-2"
    }
  }

  assert {
    condition     = output.index_shards.wanted == 7 * 3 && output.index_shards.reserve == 150 && module.setup_index[0].environment["REPLICAS"] == "0-2"
    error_message = "Seven weeks of three copies, and the template says so."
  }
}

run "without_replicas_there_is_one_copy_on_three_nodes" {
  command = plan

  variables {
    search = { replicas = "0-0", domain = { instance_type = "r7g.large.search", instance_count = 3 } }
  }

  assert {
    # What OpenSearch keeps for itself has its replicas all the same.
    condition     = output.index_shards.wanted == 7 && output.index_shards.reserve == 100
    error_message = "A shard a week."
  }
}

run "months_of_them_fit" {
  command = plan

  variables {
    clusters       = ["prod-eu", "prod-us", "test-eu", "test-us"]
    index_name     = "kube-events-{cluster}"
    index_period   = "month"
    retention_days = 365
    search         = { domain = { instance_type = "r7g.large.search", instance_count = 2, volume_gib = 500 } }
  }

  assert {
    condition     = output.index_shards.wanted == 14 * 4 * 2
    error_message = "Fourteen months of four clusters, each with a replica."
  }

  assert {
    condition     = module.index_events[0].environment["INDEX_NAME"] == "kube-events-{cluster}" && module.index_events[0].environment["RETENTION_DAYS"] == "365"
    error_message = "The function fills in the cluster, and knows what is too old."
  }
}

run "what_an_existing_domain_bears_has_to_be_said" {
  command = plan

  variables {
    index_period   = "day"
    retention_days = 365
    search = {
      mode       = "existing"
      endpoint   = "https://search.example.com"
      domain_arn = "arn:aws:es:eu-central-1:123456789012:domain/ops"
    }
  }

  assert {
    condition     = output.index_shards.wanted == 734 && output.index_shards.limit == null && output.index_shards.recommended == null
    error_message = "The number is told, and nothing is known to hold it against."
  }
}

run "said_it_is_held_against_it" {
  command = plan

  variables {
    index_period   = "day"
    retention_days = 365
    search = {
      mode       = "existing"
      endpoint   = "https://search.example.com"
      domain_arn = "arn:aws:es:eu-central-1:123456789012:domain/ops"
      max_shards = 800
    }
  }

  # 734, and 100 of OpenSearch itself.
  expect_failures = [output.index_shards]
}

run "what_comes_late_is_refused_by_ultrawarm" {
  command = plan

  variables {
    stream = { retention_hours = 168 }
    search = {
      warm_after_days = 3
      domain          = { instance_type = "r7g.large.search", instance_count = 3, dedicated_masters = {}, warm = {} }
    }
  }

  expect_failures = [check.warm_waits_for_the_stream]
}
