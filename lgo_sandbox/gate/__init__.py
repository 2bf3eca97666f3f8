"""The way in, before every service: TLS, HTTP, limits, the session of a request, the record of an exchange."""
