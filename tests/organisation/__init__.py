"""The armed organisation: members, columns, groups, their choices, and what must hold of them in every week."""
