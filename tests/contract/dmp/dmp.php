<?php
// Calls operations of the DMP with what is told on the standard input (JSON): each at its own description, with typed
// values, which the extension writes by the schema. Prints the answers, or the faults.
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const WSA = 'http://www.w3.org/2005/08/addressing';
$asked = json_decode(stream_get_contents(STDIN), true);

$told = [];
foreach ($asked['calls'] as $call) {
    $tls = stream_context_create(['ssl' => ['cafile' => $asked['ca'], 'local_cert' => $call['certificate']]]);
    $client = new SoapClient("{$asked['services']}/{$call['path']}?wsdl", [
        'soap_version' => SOAP_1_2,
        'stream_context' => $tls,
        'cache_wsdl' => WSDL_CACHE_NONE,
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
        'keep_alive' => false,
    ]);
    $security = '<wsse:Security xmlns:wsse="' . WSSE . '">' . $call['vihf'] . '</wsse:Security>';
    $headers = [
        new SoapHeader(WSA, 'Action', $call['action']),
        new SoapHeader(WSA, 'MessageID', $call['id']),
        new SoapHeader(WSA, 'To', ''),
        new SoapHeader(WSSE, 'Security', new SoapVar($security, XSD_ANYXML)),
    ];
    foreach ($call['body']['Document'] ?? [] as $at => $document) {
        $call['body']['Document'][$at]['_'] = base64_decode($document['_']);  // the extension encodes octets itself
    }
    try {
        $told[] = $client->__soapCall($call['operation'], [$call['body']], null, $headers);
    } catch (SoapFault $fault) {
        $told[] = ['fault' => $fault->getMessage()];
    }
}
echo json_encode($told, JSON_THROW_ON_ERROR);
