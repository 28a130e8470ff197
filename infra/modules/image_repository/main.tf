# Where the exporter's image lies: `make push-image` puts it there, the nodes of the clusters pull it.

resource "aws_ecr_repository" "this" {
  name = var.name
  # What runs is what was tested: a tag never becomes another image.
  image_tag_mutability = "IMMUTABLE"
  force_delete         = var.force_delete
  tags                 = var.tags

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    # Used by ECR itself, under a grant that it gets when the repository is made: who pulls needs nothing on the key.
    kms_key = var.kms_key_arn
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        # The images of one processor each have no tag either; ECR keeps them while a tagged list names them.
        description = "What a push that failed left behind."
        selection   = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 1 }
        action      = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Versions that are older than the ${var.keep} newest."
        selection    = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = var.keep }
        action       = { type = "expire" }
      },
    ]
  })
}

resource "aws_ecr_repository_policy" "this" {
  count = length(var.reader_account_ids) > 0 ? 1 : 0

  repository = aws_ecr_repository.this.name
  policy     = data.aws_iam_policy_document.pull[0].json
}

data "aws_iam_policy_document" "pull" {
  count = length(var.reader_account_ids) > 0 ? 1 : 0

  statement {
    sid     = "ClustersOfOtherAccountsPull"
    actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]

    principals {
      type        = "AWS"
      identifiers = [for account in sort(var.reader_account_ids) : "arn:${var.location.partition}:iam::${account}:root"]
    }
  }
}
