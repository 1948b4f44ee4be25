"""Runs on a Kubernetes cluster, by kubectl."""
