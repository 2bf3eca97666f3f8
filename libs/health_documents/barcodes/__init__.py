"""Two-dimensional codes of paper documents: INS datamatrix, drug boxes, QR codes of prescriptions."""
