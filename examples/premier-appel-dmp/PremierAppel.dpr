program PremierAppel;
// Premier appel au DMP (TD0.2) en Delphi 12 : THTTPClient pour TLS (certificat du magasin de Windows), OpenSSL en ligne de
// commande pour signer. Les tests ne le lancent pas.
//
//     PremierAppel URL org-sign.cert.pem org-sign.key.pem
//
// org-auth.p12 et ca.pem sont à importer dans le magasin de l'utilisateur (à retirer après les essais). Le VIHF est écrit
// d'emblée sous sa forme canonique exclusive, comme dans premier-appel.mjs : il n'y a rien à canoniser.

{$APPTYPE CONSOLE}

uses
  System.SysUtils, System.Classes, System.Hash, System.NetEncoding, System.DateUtils, System.IOUtils,
  System.RegularExpressions, System.Net.HttpClient, System.Net.URLClient, Winapi.Windows, Winapi.ShellAPI;

const
  Patient = '256036330091838';
  Oid = '1.2.250.1.213.1.4.8';
  Action = 'urn:hl7-org:v3:PRPA_IN201307UV02';
  DS = 'http://www.w3.org/2000/09/xmldsig#';
  EXC = 'http://www.w3.org/2001/10/xml-exc-c14n#';
  // Le sujet de org-sign : openssl x509 -in org-sign.cert.pem -noout -subject -nameopt RFC2253,-esc_msb,utf8
  Emetteur = 'CN=CACHET-SANDBOX,OU=10B0990017,O=PHARMACIE DE LA FONTAINE,ST=Puy-de-Dôme (63),C=FR';

function Uuid: string;
begin
  Result := TGUID.NewGuid.ToString.Trim(['{', '}']).ToLower;
end;

function Attribut(const Nom: string; const Valeurs: array of string): string;
begin
  Result := '<saml2:Attribute Name="' + Nom + '">';
  for var Valeur in Valeurs do
    Result := Result + '<saml2:AttributeValue>' + Valeur + '</saml2:AttributeValue>';
  Result := Result + '</saml2:Attribute>';
end;

function Code(const Element, Valeur, Systeme, Libelle: string): string;
begin
  Result := '<' + Element + ' xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" code="' +
    Valeur + '" codeSystem="' + Systeme + '" displayName="' + Libelle + '" xsi:type="CE"></' + Element + '>';
end;

function Base64(const Octets: TBytes): string;
begin
  // EncodeBytesToString coupe ses lignes : elles sont recollées.
  Result := TNetEncoding.Base64.EncodeBytesToString(Octets).Replace(#13, '').Replace(#10, '');
end;

// RSA-SHA256 par openssl dgst ; un LGO appellerait sa bibliothèque, ou la carte par PKCS#11.
function Signee(const Texte, Cle: string): string;
var
  Dossier, Lu, Ecrit: string;
  Info: TShellExecuteInfo;
begin
  Dossier := TPath.GetTempPath;
  Lu := TPath.Combine(Dossier, 'signedinfo.xml');
  Ecrit := TPath.Combine(Dossier, 'signature.bin');
  TFile.WriteAllBytes(Lu, TEncoding.UTF8.GetBytes(Texte));
  Info := Default(TShellExecuteInfo);
  Info.cbSize := SizeOf(Info);
  Info.fMask := SEE_MASK_NOCLOSEPROCESS;
  Info.lpFile := 'openssl';
  Info.lpParameters := PChar('dgst -sha256 -sign "' + Cle + '" -out "' + Ecrit + '" "' + Lu + '"');
  if not ShellExecuteEx(@Info) then
    RaiseLastOSError;
  WaitForSingleObject(Info.hProcess, INFINITE);
  CloseHandle(Info.hProcess);
  Result := Base64(TFile.ReadAllBytes(Ecrit));
end;

var
  Url, Id, Maintenant, Tete, Suite, SignedInfo, Signature, Corps, Message, Der: string;
  Client: THTTPClient;
  Envoi: TBytesStream;
begin
  Url := ParamStr(1) + '/si-dmp-server/v2/services/patients';
  Id := '_' + Uuid;
  Maintenant := FormatDateTime('yyyy-mm-dd"T"hh:nn:ss"Z"', TTimeZone.Local.ToUniversalTime(Now));
  Der := TRegEx.Match(TFile.ReadAllText(ParamStr(2)), '-----BEGIN CERTIFICATE-----(.*?)-----END', [roSingleLine]).Groups[1].Value;
  Der := Der.Replace(#13, '').Replace(#10, '');

  Tete := '<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="' + Id + '" IssueInstant="' + Maintenant +
    '" Version="2.0"><saml2:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName">' + Emetteur + '</saml2:Issuer>';
  Suite := '<saml2:Subject><saml2:NameID>899700090014</saml2:NameID></saml2:Subject><saml2:AuthnStatement AuthnInstant="' + Maintenant +
    '"><saml2:AuthnContext><saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml2:AuthnContextClassRef>' +
    '</saml2:AuthnContext></saml2:AuthnStatement><saml2:AttributeStatement>' +
    Attribut('Identifiant_Structure', ['10B0990017']) +
    Attribut('Secteur_Activite', ['SA33^1.2.250.1.71.4.2.4']) +
    Attribut('urn:oasis:names:tc:xspa:1.0:subject:subject-id', ['Hélène VALMONT']) +
    Attribut('urn:oasis:names:tc:xacml:2.0:subject:role',
      [Code('Role', '21', '1.2.250.1.71.1.2.7', 'Pharmacien'),
       Code('Role', 'A', '1.2.250.1.71.4.2.6', 'Pharmacien titulaire d''officine')]) +
    Attribut('VIHF_Version', ['3.0']) +
    Attribut('Authentification_mode', ['INDIRECTE']) +
    Attribut('urn:oasis:names:tc:xacml:2.0:resource:resource-id', [Patient + '^^^&amp;' + Oid + '&amp;ISO^NH']) +
    Attribut('Ressource_URN', ['urn:dmp']) +
    Attribut('urn:oasis:names:tc:xspa:1.0:subject:purposeofuse',
      [Code('PurposeOfUse', 'normal', '1.2.250.1.213.1.1.4.248', 'Accès normal')]) +
    Attribut('LPS_ID', ['01.01.01.01']) + Attribut('LPS_Nom', ['MON-LGO']) + Attribut('LPS_Version', ['1.0']) +
    Attribut('LPS_ID_HOMOLOGATION_DMP', ['SANDBOX000001']) + '</saml2:AttributeStatement></saml2:Assertion>';

  SignedInfo := '<ds:SignedInfo xmlns:ds="' + DS + '"><ds:CanonicalizationMethod Algorithm="' + EXC + '"></ds:CanonicalizationMethod>' +
    '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>' +
    '<ds:Reference URI="#' + Id + '"><ds:Transforms><ds:Transform Algorithm="' + DS + 'enveloped-signature"></ds:Transform>' +
    '<ds:Transform Algorithm="' + EXC + '"></ds:Transform></ds:Transforms>' +
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>' +
    Base64(THashSHA2.GetHashBytes(Tete + Suite)) + '</ds:DigestValue></ds:Reference></ds:SignedInfo>';
  Signature := '<ds:Signature xmlns:ds="' + DS + '">' + SignedInfo + '<ds:SignatureValue>' + Signee(SignedInfo, ParamStr(3)) +
    '</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>' + Der +
    '</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>';

  Corps := '<PRPA_IN201307UV02 xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ITSVersion="XML_1.0">' +
    '<id root="2.25.1" extension="' + Uuid + '"/><creationTime value="20260315100000"/>' +
    '<interactionId root="2.16.840.1.113883.1.6" extension="PRPA_IN201307UV02"/><processingCode code="D"/>' +
    '<processingModeCode code="T"/><acceptAckCode code="AL"/><receiver typeCode="RCV"><device classCode="DEV" ' +
    'determinerCode="INSTANCE"><id root="1.2.250.1.213.4.1.1.1"/><softwareName>DMP</softwareName></device></receiver>' +
    '<sender typeCode="SND"><device classCode="DEV" determinerCode="INSTANCE"><id root="2.25.1"/><softwareName>MON-LGO</softwareName>' +
    '</device></sender><attentionLine xsi:nil="true"/><controlActProcess classCode="CACT" moodCode="EVN">' +
    '<code code="PRPA_TE201307UV02" codeSystem="2.16.840.1.113883.1.6"/><reasonCode code="TEST_EXST" codeSystem="1.2.250.1.213.1.1.4.11"/>' +
    '<queryByParameter><queryId root="2.25.1" extension="' + Uuid + '"/><statusCode code="new"/><parameterList>' +
    '<dataSource xsi:nil="true"/><patientIdentifier><value root="' + Oid + '" extension="' + Patient + '"/>' +
    '<semanticsText>Patient.id</semanticsText></patientIdentifier></parameterList></queryByParameter></controlActProcess></PRPA_IN201307UV02>';
  Message := '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing">' +
    '<soap:Header><wsa:Action soap:mustUnderstand="true">' + Action + '</wsa:Action><wsa:MessageID>urn:uuid:' + Uuid + '</wsa:MessageID>' +
    '<wsa:To>' + Url + '</wsa:To><wsa:ReplyTo><wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo>' +
    '<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">' +
    Tete + Signature + Suite + '</wsse:Security></soap:Header><soap:Body>' + Corps + '</soap:Body></soap:Envelope>';

  Client := THTTPClient.Create;
  Envoi := TBytesStream.Create(TEncoding.UTF8.GetBytes(Message));
  try
    Client.SecureProtocols := [THTTPSecureProtocol.TLS12];
    Client.OnNeedClientCertificate :=
      procedure(const Sender: TObject; const ARequest: TURLRequest; const ACertificateList: TCertificateList; var AnIndex: Integer)
      begin
        for var Rang := 0 to ACertificateList.Count - 1 do
          if ACertificateList[Rang].Subject.Contains('10B0990017') then
            AnIndex := Rang;
      end;
    Client.ContentType := 'application/soap+xml; charset=UTF-8; action="' + Action + '"';
    var Reponse := Client.Post(Url, Envoi);
    var Texte := Reponse.ContentAsString(TEncoding.UTF8);
    Writeln(Reponse.StatusCode, ' ',
      TRegEx.Match(Texte, 'queryResponseCode[^>]*code="(\w+)"').Groups[1].Value, ' ',
      TRegEx.Match(Texte, 'attentionLine.*?<[^>]*value[^>]*code="(\w+)"', [roSingleLine]).Groups[1].Value);
  finally
    Envoi.Free;
    Client.Free;
  end;
end.
