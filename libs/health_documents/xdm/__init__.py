"""Archives of MSSanté mails (IHE_XDM.zip): written and read."""
