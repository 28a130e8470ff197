"""The Terraform configuration."""
