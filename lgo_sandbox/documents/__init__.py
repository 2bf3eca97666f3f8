"""Health documents as a library: typed values in, bytes out; bytes in, typed values out. Usable alone.

    values       values posology clinical xds_values pdf_values · errors · oids
    codes        code_systems value_sets models prescription_codes drugs (facts in data/)
    CDA writing  cda_elements cda_people cda_header cda_sections product_entries posology_entries
                 cda_n1 · prescription (+ _lines _extras) · vaccination · trod · dispensation (+ _lines)
    CDA reading  cda_reader (+ _parts _body _drugs _posology _products _pharmacy _clinical _results)
                 cda_narrative cda_entries nested_templates read_values · rewrite (read → write again)
    for people   readable → pdf (pdf_layout pdf_fonts pdf_metadata) · html
    PDF reading  pdf_objects pdf_text
    2D codes     barcodes · ins_datamatrix · drug_codes
    exchange     ebrim ebrim_reader xds_formats · xdm xdm_reader
    validation   a package of its own: rules as data, layers, reports

Writers and readers share constants and values only. By example: ``docs/documents.md``.
"""
