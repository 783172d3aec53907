"""What only one process of the whole fleet may do at a time, such as asking Salesforce for approved orders: one row of
the database for each such thing.
"""

from datetime import datetime

from sqlalchemy import or_, update

from counterfoil.db.engine import Engine, transaction
from counterfoil.db.tables import lease
from counterfoil.db.upsert import insert_new


async def take(engine: Engine, name: str, owner: str, now: datetime, until: datetime) -> bool:
    """Whether `owner` has the lease now: it was free, or its own. A process that dies keeps it `until` then.

    Raises TemporarilyUnavailable.
    """
    mine = update(lease).filter_by(name=name).where(or_(lease.c.owner == owner, lease.c.until <= now))
    async with transaction(engine) as connection:
        if (await connection.execute(mine.values(owner=owner, until=until))).rowcount:
            return True
        return await insert_new(connection, lease, {"name": name, "owner": owner, "until": until})
