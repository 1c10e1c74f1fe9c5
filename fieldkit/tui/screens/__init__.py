"""One module for each screen; a screen gets its collaborators by constructor and knows no other screen's insides."""
