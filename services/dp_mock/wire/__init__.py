"""The room that knows JSON and HTML: bytes to values and back."""
