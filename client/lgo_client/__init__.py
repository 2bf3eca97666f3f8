"""The reference LGO and its partners: how a pharmacy's software uses the national services, written as an editor
would.

It shares nothing with the services but health documents and identifiers (``health_documents``,
``health_documents.identifiers``): its SOAP, VIHF and XDS are its own, so that client and server check each other.
"""
