"""The submission door: SMTP with STARTTLS, XOAUTH2, application certificates and delivery status parameters."""
