"""Files under a folder or in archives as samples."""
