"""Speaks to YARN and its file system for the control plane, by the clients that are in Spark's jars."""
