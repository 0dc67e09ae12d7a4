"""What is a customer worth to the shop? Told by the shop's own record, never by the customer."""

from sqlalchemy import Connection, bindparam, select

from store.tables import people

STANDARD = "standard"


def tier_of(connection: Connection, person_id: str) -> str:
    """`standard` for whom no record knows."""
    return str(connection.execute(WORTH, {"id": person_id}).scalar() or STANDARD)


def order_value_of(connection: Connection, person_id: str) -> int:
    """In whole units of the shop's currency; 0 for whom no record knows."""
    row = connection.execute(WORTH, {"id": person_id}).first()
    return int(row.order_value) if row else 0


WORTH = select(people.c.tier, people.c.order_value).where(people.c.person_id == bindparam("id"))
