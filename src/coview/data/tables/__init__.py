"""Tables of any kind as samples: rows, long tables of entities, series across columns."""
