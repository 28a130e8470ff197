# What is said wrong about search is said in the plan, with what is allowed; one mistake at a time.

variables {
  artifacts  = { bucket = "releases", prefix = "kube-events/0.1.0/" }
  rules_file = "tests/fixtures/rules/good.yaml"
  receivers = {
    ops-mail     = { type = "sns", mail = ["ops@example.com"] }
    sre-dingtalk = { type = "dingtalk" }
  }
}

run "a_collection_of_opensearch_serverless" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { mode = "existing", endpoint = "https://abcdefghijklmnop.eu-central-1.aoss.amazonaws.com", domain_arn = "arn:aws:es:eu-central-1:123456789012:domain/ops" }
  }

  expect_failures = [var.search]
}

run "the_roles_of_a_domain_made_here_left_to_nobody" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { access = { manage = false } }
  }

  expect_failures = [var.search]
}

run "people_for_roles_that_nobody_maps" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { mode = "existing", endpoint = "https://search.example.com", domain_arn = "arn:aws:es:eu-central-1:123456789012:domain/ops", access = { reader_roles = ["arn:aws:iam::123456789012:role/sre"] } }
  }

  expect_failures = [var.search]
}

run "administrators_of_somebody_elses_domain" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { mode = "existing", endpoint = "https://search.example.com", domain_arn = "arn:aws:es:eu-central-1:123456789012:domain/ops", access = { manage = true, admin_roles = ["arn:aws:iam::123456789012:role/sre"] } }
  }

  expect_failures = [var.search]
}

run "a_writer_whose_name_is_in_the_secret_only" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { mode = "existing", endpoint = "https://search.example.com", auth = "basic", secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:search-AbCdEf", access = { manage = true } }
  }

  expect_failures = [var.search]
}

run "a_user_of_iam_for_a_role" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { access = { reader_roles = ["arn:aws:iam::123456789012:user/sre"] } }
  }

  expect_failures = [var.search]
}

run "a_group_without_an_identity_provider" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { access = { reader_roles = ["developers"] } }
  }

  expect_failures = [var.search]
}

run "a_way_to_sign_in_that_does_not_exist" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { dashboards_login = "ldap" }
  }

  expect_failures = [var.search]
}

run "a_new_way_to_sign_in_to_somebody_elses_domain" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { mode = "existing", endpoint = "https://search.example.com", domain_arn = "arn:aws:es:eu-central-1:123456789012:domain/ops", dashboards_login = "internal" }
  }

  expect_failures = [var.search]
}

run "cognito_without_its_pools" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { dashboards_login = "cognito", access = { reader_roles = ["arn:aws:iam::123456789012:role/people"] } }
  }

  expect_failures = [var.search]
}

run "pools_that_nobody_signs_in_with" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { cognito = { user_pool_id = "eu-central-1_AbCdEfGhI", identity_pool_id = "eu-central-1:11111111-2222-3333-4444-555555555555" }, access = { reader_roles = ["arn:aws:iam::123456789012:role/people"] } }
  }

  expect_failures = [var.search]
}

run "cognito_that_lets_in_nobody" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { dashboards_login = "cognito", cognito = { user_pool_id = "eu-central-1_AbCdEfGhI", identity_pool_id = "eu-central-1:11111111-2222-3333-4444-555555555555" } }
  }

  expect_failures = [var.search]
}

run "saml_that_lets_in_nobody" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { dashboards_login = "saml", saml = { entity_id = "https://idp.example.com", metadata = "<EntityDescriptor/>", roles_key = "groups" } }
  }

  expect_failures = [var.search]
}

run "a_secret_for_a_password_that_nobody_uses" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { internal = { secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:master-AbCdEf" } }
  }

  expect_failures = [var.search]
}

run "dashboards_that_nobody_can_find" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { mode = "existing", endpoint = "https://search.example.com", domain_arn = "arn:aws:es:eu-central-1:123456789012:domain/ops", dashboards = { import = true } }
  }

  expect_failures = [var.search]
}

run "warm_indices_without_nodes_for_them" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { warm_after_days = 10, domain = { instance_type = "r7g.large.search", dedicated_masters = {} } }
  }

  expect_failures = [var.search]
}

run "warm_nodes_of_a_domain_without_masters" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { warm_after_days = 10, domain = { instance_type = "r7g.large.search", warm = {} } }
  }

  expect_failures = [var.search]
}

run "warm_nodes_beside_burstable_ones" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { warm_after_days = 10, domain = { dedicated_masters = {}, warm = {} } }
  }

  expect_failures = [var.search]
}

run "cold_before_warm" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { warm_after_days = 10, cold_after_days = 10, domain = { instance_type = "r7g.large.search", dedicated_masters = {}, warm = {} } }
  }

  expect_failures = [var.search]
}

run "warm_when_it_is_deleted_already" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { warm_after_days = 30, domain = { instance_type = "r7g.large.search", dedicated_masters = {}, warm = {} } }
  }

  expect_failures = [var.search]
}

run "instances_without_encryption" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { domain = { instance_type = "t2.small.search" } }
  }

  expect_failures = [var.search]
}

run "elasticsearch" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { domain = { engine_version = "Elasticsearch_7.10" } }
  }

  expect_failures = [var.search]
}

run "two_masters" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { domain = { dedicated_masters = { instance_count = 2 } } }
  }

  expect_failures = [var.search]
}

run "logs_that_opensearch_does_not_write" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { domain = { logs = ["GC_LOGS"] } }
  }

  expect_failures = [var.search]
}

run "replicas_that_are_a_number" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { replicas = "2" }
  }

  expect_failures = [var.search]
}

run "an_index_for_each_of_no_clusters" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    index_name = "kube-events-{cluster}"
  }

  expect_failures = [var.index_name]
}

run "a_place_for_a_cluster_that_is_not_there" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    clusters          = ["prod-eu"]
    cluster_locations = { prod-us = { region = "us-east-1" } }
  }

  expect_failures = [var.cluster_locations]
}
