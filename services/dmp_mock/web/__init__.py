"""The pages of the DMP: the Web-PS for professionals (TD0.9, TD0.10) and Mon espace santé for patients.

Source: docs/sources/dmp.md#web-ps, #mon-espace-sante. Two sites, each on a door of its own; every act goes through the
rules and the store of the SOAP transactions, so that the other side sees it at once. No script at all.
"""
