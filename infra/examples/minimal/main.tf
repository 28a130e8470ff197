# The least there is to say: who is told, by which rules, and where the functions' zips are.

module "kube_events" {
  source = "../.."

  artifacts  = { directory = var.zips }
  rules_file = var.rules_file
  receivers  = { ops-mail = { type = "sns", mail = [var.mail] } }

  # Without alarms nobody would hear of a pipeline that stands still.
  alarm_mail = [var.mail]
}
