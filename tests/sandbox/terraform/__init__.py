"""How the sandbox uses Terraform."""
