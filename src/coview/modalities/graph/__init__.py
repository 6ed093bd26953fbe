"""The graph modality: whole graphs, and nodes of a large one."""

from coview.modalities.graph.modality import Graph

__all__ = ["Graph"]
