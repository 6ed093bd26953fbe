"""What a run is used for: embedding, scoring, searching, reporting, comparing, exporting."""
