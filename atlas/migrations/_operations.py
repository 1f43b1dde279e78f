"""What our migrations do beside what Django offers."""

from django.db import migrations
from django.db.migrations.operations.base import Operation, OperationCategory


class AtOnce(Operation):
    """Several operations that do not build on one another, in one go.

    After each operation Django builds again every model that it can reach, which here is all of them: a first start
    spent more time there than in the database. Here they are built once.
    """

    category = OperationCategory.MIXED

    def __init__(self, operations: list[Operation]):
        self.operations = operations

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return f"{len(self.operations)} operations at once"


def note_changes(table: str) -> migrations.RunSQL:
    """Note each change of this public table in `DataChange`: what is kept of a page is then no longer served."""
    return migrations.RunSQL(
        f"CREATE TRIGGER atlas_note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION atlas_note_change()",
        f"DROP TRIGGER atlas_note_change ON {table}",
    )
