# The least there is to say: who is told, by which rules, where the functions' zips are, and which cluster ships.

module "kube_events" {
  source = "../.."

  artifacts  = { directory = var.zips }
  rules_file = var.rules_file
  receivers  = { ops-mail = { type = "sns", mail = [var.mail] } }

  # Its name, the role of its exporter, and a place for the image.
  clusters         = [var.cluster]
  exporter         = { associate_with = [var.cluster] }
  image_repository = {}

  # Without alarms nobody would hear of a pipeline that stands still.
  alarm_mail = [var.mail]
}
