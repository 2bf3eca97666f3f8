"""XDS metadata as ebRIM 3.0: written, read; the HL7 v2 strings in them."""
