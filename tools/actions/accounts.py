"""What can be put right about an account, its invoices and its privacy requests?"""

from store.backend_records import Account, AccountSession, Invoice, PrivacyRequest
from tools.actions.registry import Plan, action
from tools.actions.view import View, changed


@action(tier=3)
def unlock_account(view: View, *, account_id: str) -> Plan:
    """Let a locked account sign in again, with no failed attempt counted."""
    account = view.own(Account, account_id)
    view.guard("the account is locked", account.status == "locked", "It is open: reset the sign-ins instead.")
    return (changed(account, status="open", failed_sign_ins=0),)


@action(tier=3)
def end_sign_ins(view: View, *, account_id: str) -> Plan:
    """Sign an account out everywhere."""
    account = view.own(Account, account_id)
    live = [one for one in view.own_list(AccountSession, "account_id", account.key) if one.is_live]
    view.guard("the account is signed in somewhere", bool(live), "There is nothing to end.")
    return tuple(changed(one, is_live=False) for one in live)


@action(tier=3)
def open_billing_access(view: View, *, account_id: str) -> Plan:
    """Let an account see its invoices and payments."""
    account = view.own(Account, account_id)
    view.guard("the account is open", account.status == "open", "Unlock it first.")
    view.guard("billing is closed to it", not account.billing_access, "It sees its invoices already.")
    return (changed(account, billing_access=True),)


@action(tier=2)
def resend_invoice(view: View, *, invoice_id: str) -> Plan:
    """Put an invoice into the next post once more."""
    invoice = view.own(Invoice, invoice_id)
    view.guard("the invoice was sent before", invoice.status == "sent", "It waits for the next post already.")
    return (changed(invoice, status="queued"),)


@action(tier=0)
def privacy_status(view: View, *, request_id: str) -> Plan:
    """Look how far a privacy request is, and by when it is answered."""
    view.own(PrivacyRequest, request_id)
    return ()
