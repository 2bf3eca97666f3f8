"""The operators of the trust space: whose domain is whose, what a tester set of them, mail that waits on its way."""
