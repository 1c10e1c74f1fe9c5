"""One module for each revision of the store's shape, in the order that `down_revision` tells."""
