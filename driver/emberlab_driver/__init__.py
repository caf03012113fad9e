"""The Emberlab driver agent: runs a session's statements beside its SparkContext.

`docs/developer/agent-protocol.md` is the contract with the control plane.
"""

__version__ = "0.1.0"
