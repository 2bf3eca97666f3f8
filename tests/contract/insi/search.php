<?php
// Calls one operation of INSi with what is told on the standard input (JSON), and prints the answer or the fault.
$asked = json_decode(stream_get_contents(STDIN), true);
$tls = stream_context_create(['ssl' => [
    'cafile' => $asked['ca'],
    'local_cert' => $asked['certificate'],
    'verify_peer' => true,
    'verify_peer_name' => true,
]]);
$client = new SoapClient($asked['wsdl'], [
    'soap_version' => SOAP_1_2,
    'stream_context' => $tls,
    'cache_wsdl' => WSDL_CACHE_NONE,
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
    'keep_alive' => false,
    'trace' => true,
]);
$now = gmdate('Y-m-d\TH:i:s\Z');
$lps = '<c:ContexteLPS xmlns:c="urn:siram:lps:ctxlps" Nature="CTXLPS" Version="01_00"><c:Id>p-1</c:Id><c:Temps>' . $now
    . '</c:Temps><c:LPS><c:IDAM R="4">LGOSANDBOX01</c:IDAM><c:Nom>urn:lps:php:1.0</c:Nom></c:LPS></c:ContexteLPS>';
$bam = '<c:ContexteBAM xmlns:c="urn:siram:bam:ctxbam" Version="01_02"><c:Id>p-2</c:Id><c:Temps>' . $now
    . '</c:Temps><c:COUVERTURE/></c:ContexteBAM>';
$wsa = 'http://www.w3.org/2005/08/addressing';
$headers = [
    new SoapHeader('urn:siram:lps:ctxlps', 'ContexteLPS', new SoapVar($lps, XSD_ANYXML)),
    new SoapHeader($wsa, 'MessageID', 'uuid:0a1b2c3d-0000-4000-8000-00000000000f'),
    new SoapHeader($wsa, 'Action', 'urn:ServiceIdentiteCertifiee:1.0.0:' . $asked['operation']),
    new SoapHeader('urn:siram:bam:ctxbam', 'ContexteBAM', new SoapVar($bam, XSD_ANYXML)),
];
try {
    echo json_encode($client->__soapCall($asked['operation'], [$asked['body']], null, $headers));
} catch (SoapFault $fault) {
    preg_match('/siram:Erreur[^>]* code="([^"]+)"/', (string) $client->__getLastResponse(), $found);
    echo json_encode(['fault' => $fault->faultcode, 'erreur' => $found[1] ?? '', 'text' => $fault->getMessage()]);
}
