# The functions' code. Zips that lie here are put into the bucket first: from a file the provider makes one function after
# the other, because it holds each in memory; from S3 it makes all at once. The key holds the zip's hash, so new code is a
# new object, and the old one goes only when no function runs it any more.

locals {
  zips = var.artifacts.directory == null ? {} : { for name in local.functions : name => "${var.artifacts.directory}/${name}.zip" }

  packages = {
    for name in local.functions : name => var.artifacts.directory == null ? {
      bucket = var.artifacts.bucket
      key    = "${var.artifacts.prefix}${name}.zip"
      } : {
      bucket = aws_s3_object.package[name].bucket
      key    = aws_s3_object.package[name].key
    }
  }
}

resource "aws_s3_object" "package" {
  for_each = local.zips

  bucket     = module.state.bucket
  key        = "functions/${each.key}/${filesha256(each.value)}.zip"
  source     = each.value
  kms_key_id = local.kms_key_arn
  tags       = var.tags

  lifecycle {
    create_before_destroy = true
  }
}
