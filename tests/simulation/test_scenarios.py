"""What goes wrong in the field, each by its name.

1. A device's clock that goes back a day, or forward ten years, loses and delays nothing, on whichever side.
2. A cloned device: what both copies record arrives, and coordinators are told.
3. A server put back from last week's backup is given everything again; one that does not say so is noticed by its
   readers only with luck.
4. A device rolled back to an older copy hears again what it had sent.
"""
