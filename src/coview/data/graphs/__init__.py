"""Graphs as samples, and the nodes of a large one."""
