"""The demo: ten invented stories played through the HTTP API by the people who would do them."""
