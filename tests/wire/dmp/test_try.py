def test_smoke(dmp):
    r = dmp.test_existence()
    print(r.http.text[:3000]); print(r.status)
    f = dmp.feed(dmp.document())
    print(f.http.text[:1500])
    print(dmp.findings())
    dmp.test_existence(dmp.direct())
    q = dmp.find()
    print(q.http.text[:6000])
    print(dmp.findings())
    d = dmp.read(str(q.all("//rim:ExternalIdentifier[@identificationScheme='urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab']/@value")[0]))
    print(d.http.text[:3000], d.http.headers, list(d.parts))
    assert 0
