"""What a vault does with others: belonging to a project, syncing, sticks, resealing, going on as another device.

How two stores agree is `sync`'s; here it is bound to a vault. Knows nothing of screens.
"""
