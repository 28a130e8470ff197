terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 5.80 is the first with everything used here; 7.0 does not exist yet. Nothing that 6.0 removed is used.
      version = ">= 5.80, < 7.0"
    }
  }
}
