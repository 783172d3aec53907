"""The portal's own database: engine, tables, migrations. What the rows mean is for the rooms above."""

from counterfoil.db.without_orm import import_engines

import_engines()
