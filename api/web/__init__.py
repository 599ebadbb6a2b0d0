"""The pages: server-rendered, over the same application service as the API."""
