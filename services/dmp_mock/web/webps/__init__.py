"""The Web-PS: the professional's contextual access to a DMP (TD0.9, TD0.10). Source: docs/sources/dmp.md#web-ps."""
