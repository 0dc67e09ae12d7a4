"""Where are all actions together?"""

from collections.abc import Mapping

from escalation.playbook import Known
from tools.actions import accounts, app, community, money, orders, workshop
from tools.actions.registry import ACTIONS

ROOMS = (accounts, app, community, money, orders, workshop)
"""Imported, each has put its own into ACTIONS."""


def known_actions() -> Mapping[str, Known]:
    return {name: one.known() for name, one in sorted(ACTIONS.items())}
