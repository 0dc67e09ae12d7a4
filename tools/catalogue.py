"""Where do all tools come together? Whoever calls one by name comes in here."""

from tools.deadlines import explain_deadline
from tools.registry import TOOLS, Tool, call_tool

__all__ = ["TOOLS", "Tool", "call_tool", "explain_deadline"]
