"""What building sources from packages needs: splits, families of names, drawings."""
