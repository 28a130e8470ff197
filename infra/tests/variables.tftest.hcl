# What is said wrong is said in the plan, with what is allowed.

variables {
  artifacts  = { bucket = "releases", prefix = "kube-events/0.1.0/" }
  rules_file = "tests/fixtures/rules/good.yaml"
  receivers = {
    ops-mail     = { type = "sns", mail = ["ops@example.com"] }
    sre-dingtalk = { type = "dingtalk" }
  }
}

run "neither_rules_nor_the_address_of_a_domain_are_there" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    rules_file = "tests/fixtures/rules/missing.yaml"
    search     = { mode = "existing", domain_arn = "arn:aws:es:eu-central-1:123456789012:domain/ops" }
  }

  expect_failures = [var.rules_file, var.search]
}

run "rules_that_were_not_compiled_and_a_domain_that_no_policy_can_name" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    rules_file = "tests/fixtures/rules/uncompiled.yaml"
    search     = { mode = "existing", endpoint = "https://search.example.com" }
  }

  expect_failures = [var.rules_file, var.search]
}

run "rules_that_were_changed_after_they_were_compiled_and_a_password_without_its_secret" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    rules_file = "tests/fixtures/rules/stale.yaml"
    search     = { mode = "existing", endpoint = "https://search.example.com", auth = "basic" }
  }

  expect_failures = [var.rules_file, var.search]
}

run "rules_that_another_version_compiled_and_zips_in_two_places" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    rules_file = "tests/fixtures/rules/future.yaml"
    artifacts  = { directory = "tests/fixtures/zips", bucket = "releases" }
  }

  expect_failures = [var.rules_file, var.artifacts]
}

run "zips_that_are_not_there_names_and_numbers_out_of_bounds" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    artifacts          = { directory = "tests/fixtures/rules" }
    name               = "kube-events-of-the-whole-company"
    transport          = "kafka"
    batching           = { index_events = { window = 0 } }
    log_retention_days = 13
    function_options   = { archive = { memory_size = 512 } }
  }

  expect_failures = [var.artifacts, var.name, var.transport, var.batching, var.log_retention_days, var.function_options]
}

run "a_secret_by_its_name" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { mode = "existing", endpoint = "https://search.example.com", auth = "basic", secret_arn = "search" }
  }

  expect_failures = [var.search]
}

run "events_for_ever_and_indices_that_nothing_is_put_for" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    retention_days = 3651
    index_name     = "events"
  }

  expect_failures = [var.retention_days, var.index_name]
}

run "three_instances_in_one_subnet" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { domain = { instance_type = "r7g.large.search", instance_count = 3 } }
    vpc    = { subnet_ids = ["subnet-0a"], security_group_ids = ["sg-0a"] }
  }

  expect_failures = [var.vpc]
}

run "a_network_of_nothing" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { mode = "existing", endpoint = "https://search.example.com", domain_arn = "arn:aws:es:eu-central-1:123456789012:domain/ops" }
    vpc    = { subnet_ids = [], security_group_ids = ["sg-0a"] }
  }

  expect_failures = [var.vpc]
}

run "an_address_for_a_domain_that_is_made_here" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    search = { endpoint = "https://search.example.com" }
  }

  expect_failures = [var.search]
}

# Receivers, one mistake at a time.
run "a_receiver_that_the_rules_name_and_nobody_declares" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    receivers = { ops-mail = { type = "sns", mail = ["ops@example.com"] } }
  }

  expect_failures = [var.receivers]
}

run "a_type_of_receiver_that_does_not_exist" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    receivers = { ops-mail = { type = "sns", mail = ["ops@example.com"] }, sre-dingtalk = { type = "pager" } }
  }

  expect_failures = [var.receivers]
}

run "a_receiver_whose_name_cannot_be_part_of_a_queues_name" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    receivers = { ops-mail = { type = "sns", mail = ["ops@example.com"] }, sre-dingtalk = { type = "dingtalk" }, "Ops Team" = { type = "dingtalk" } }
  }

  expect_failures = [var.receivers]
}

run "a_receiver_whose_queue_would_be_the_dead_letters_of_another" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    receivers = { ops-mail = { type = "sns", mail = ["ops@example.com"] }, sre-dingtalk = { type = "dingtalk" }, sre-dingtalk-dead = { type = "dingtalk" } }
  }

  expect_failures = [var.receivers]
}

run "a_topic_without_anybody" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    receivers = { ops-mail = { type = "sns" }, sre-dingtalk = { type = "dingtalk" } }
  }

  expect_failures = [var.receivers]
}

run "a_topic_with_a_secret" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    receivers = { ops-mail = { type = "sns", mail = ["ops@example.com"], secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf" }, sre-dingtalk = { type = "dingtalk" } }
  }

  expect_failures = [var.receivers]
}

run "a_robot_with_mail" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    receivers = { ops-mail = { type = "sns", mail = ["ops@example.com"] }, sre-dingtalk = { type = "dingtalk", mail = ["ops@example.com"] } }
  }

  expect_failures = [var.receivers]
}

run "a_mention_where_there_is_none" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    receivers = { ops-mail = { type = "sns", mail = ["ops@example.com"], at_all = true }, sre-dingtalk = { type = "dingtalk" } }
  }

  expect_failures = [var.receivers]
}

run "a_user_of_dingtalk_in_a_mail" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    receivers = { ops-mail = { type = "sns", mail = ["ops@example.com"], at_user_ids = ["lead-of-sre"] }, sre-dingtalk = { type = "dingtalk" } }
  }

  expect_failures = [var.receivers]
}

run "so_few_messages_a_minute_that_none_is_left_beside_the_reserve" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    receivers = { ops-mail = { type = "sns", mail = ["ops@example.com"] }, sre-dingtalk = { type = "dingtalk", messages_per_minute = 2 } }
  }

  expect_failures = [var.receivers]
}

run "half_a_message_a_minute" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    receivers = { ops-mail = { type = "sns", mail = ["ops@example.com"] }, sre-dingtalk = { type = "dingtalk", messages_per_minute = 4.5 } }
  }

  expect_failures = [var.receivers]
}

run "no_receiver_at_all" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    receivers = {}
  }

  expect_failures = [var.receivers]
}
