"""How samples are looked at: batched, on the device, drawn by key."""
