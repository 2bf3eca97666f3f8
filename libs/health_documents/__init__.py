"""Health documents as a library: typed values in, bytes out; bytes in, typed values out. Usable alone.

    values       what writers take and readers give back: document, posology, clinical, xds, pdf
    codes        systems, value sets, models, prescription codes, drugs (facts in ``data/``)
    cda          write (header, level 1, prescription, vaccination, trod, dispensation, biology) · read · rewrite · html
    pdf          readable → write (layout fonts metadata) · objects, text for what others wrote
    barcodes     images · ins_datamatrix · drug_codes
    xds, xdm     metadata and archives, each written and read
    validation   rules as data, layers, reports
    errors oids identifiers xml findings

Writers and readers share constants and values only. By example: ``docs/documents.md``.
"""
