"""The portal's own database: engine, tables, migrations. What the rows mean is for the rooms above."""
