"""What can be put right about forms that did not arrive and devices that do not follow?"""

from store.backend_records import Integration, Submission
from tools.actions.registry import Plan, action
from tools.actions.view import View, changed

MOST_ATTEMPTS = 3


@action(tier=2)
def retry_submission(view: View, *, submission_id: str) -> Plan:
    """Hand a failed form in again as it was filled in."""
    form = view.own(Submission, submission_id)
    view.guard("the form failed", form.status == "failed", f"It is {form.status}.")
    view.guard(
        f"it was tried less than {MOST_ATTEMPTS} times", form.attempts < MOST_ATTEMPTS, "Look at its fault."
    )
    return (changed(form, status="queued", fault="", attempts=form.attempts + 1),)


@action(tier=2)
def resync_integration(view: View, *, integration_id: str) -> Plan:
    """Read everything again from a connected service, from its beginning."""
    found = view.own(Integration, integration_id)
    view.guard("it is still allowed in", found.status != "revoked", "The customer has to connect it again.")
    view.guard("it is not reading already", found.status != "syncing", "Wait until it is through.")
    return (changed(found, status="syncing", fault="", position=0),)
