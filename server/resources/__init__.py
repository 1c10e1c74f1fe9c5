"""What can be asked of the server, one module for each resource: from a request to one call, and back."""
