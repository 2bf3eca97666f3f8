import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * Premier appel au DMP (TD0.2) en Java 17, sans aucune bibliothèque : la signature XML est celle du JDK.
 *
 * <p>java examples/premier-appel-dmp/PremierAppel.java URL ca.p12 org-auth.p12 org-sign.p12
 */
public class PremierAppel {
  static final String PATIENT = "256036330091838", OID = "1.2.250.1.213.1.4.8";
  static final String ACTION = "urn:hl7-org:v3:PRPA_IN201307UV02";
  static final String MAINTENANT = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  static final char[] MOT_DE_PASSE = "sandbox".toCharArray();

  static String attribut(String nom, String... valeurs) {
    StringBuilder contenu = new StringBuilder();
    for (String valeur : valeurs) {
      contenu.append("<saml2:AttributeValue>").append(valeur).append("</saml2:AttributeValue>");
    }
    return "<saml2:Attribute Name=\"" + nom + "\">" + contenu + "</saml2:Attribute>";
  }

  static String code(String element, String valeur, String oid, String libelle) {
    return "<" + element + " xmlns=\"urn:hl7-org:v3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
        + " xsi:type=\"CE\" code=\"" + valeur + "\" codeSystem=\"" + oid + "\" displayName=\"" + libelle + "\"/>";
  }

  /** Le VIHF INDIRECTE de la titulaire, à signer par le cachet de l'officine. */
  static String vihf(X509Certificate cachet, String id) {
    String emetteur = cachet.getSubjectX500Principal().getName().replace("&", "&amp;").replace("<", "&lt;");
    return "<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"" + id + "\" IssueInstant=\""
        + MAINTENANT + "\" Version=\"2.0\"><saml2:Issuer"
        + " Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName\">" + emetteur + "</saml2:Issuer>"
        + "<saml2:Subject><saml2:NameID>899700090014</saml2:NameID></saml2:Subject><saml2:AuthnStatement AuthnInstant=\""
        + MAINTENANT + "\"><saml2:AuthnContext><saml2:AuthnContextClassRef>"
        + "urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml2:AuthnContextClassRef></saml2:AuthnContext>"
        + "</saml2:AuthnStatement><saml2:AttributeStatement>"
        + attribut("Identifiant_Structure", "10B0990017")
        + attribut("Secteur_Activite", "SA33^1.2.250.1.71.4.2.4")
        + attribut("urn:oasis:names:tc:xspa:1.0:subject:subject-id", "Hélène VALMONT")
        + attribut("urn:oasis:names:tc:xacml:2.0:subject:role",
            code("Role", "21", "1.2.250.1.71.1.2.7", "Pharmacien"),
            code("Role", "A", "1.2.250.1.71.4.2.6", "Pharmacien titulaire d'officine"))
        + attribut("VIHF_Version", "3.0")
        + attribut("Authentification_mode", "INDIRECTE")
        + attribut("urn:oasis:names:tc:xacml:2.0:resource:resource-id", PATIENT + "^^^&amp;" + OID + "&amp;ISO^NH")
        + attribut("Ressource_URN", "urn:dmp")
        + attribut("urn:oasis:names:tc:xspa:1.0:subject:purposeofuse",
            code("PurposeOfUse", "normal", "1.2.250.1.213.1.1.4.248", "Accès normal"))
        + attribut("LPS_ID", "01.01.01.01")
        + attribut("LPS_Nom", "MON-LGO")
        + attribut("LPS_Version", "1.0")
        + attribut("LPS_ID_HOMOLOGATION_DMP", "SANDBOX000001")
        + "</saml2:AttributeStatement></saml2:Assertion>";
  }

  static String signe(String assertion, String id, X509Certificate certificat, PrivateKey cle) throws Exception {
    DocumentBuilderFactory lecteurs = DocumentBuilderFactory.newInstance();
    lecteurs.setNamespaceAware(true);
    Document document =
        lecteurs.newDocumentBuilder().parse(new ByteArrayInputStream(assertion.getBytes(StandardCharsets.UTF_8)));
    Element racine = document.getDocumentElement();
    XMLSignatureFactory signatures = XMLSignatureFactory.getInstance("DOM");
    Reference reference = signatures.newReference("#" + id, signatures.newDigestMethod(DigestMethod.SHA256, null),
        List.of(signatures.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null),
            signatures.newTransform(CanonicalizationMethod.EXCLUSIVE, (TransformParameterSpec) null)), null, null);
    SignedInfo signedInfo = signatures.newSignedInfo(
        signatures.newCanonicalizationMethod(CanonicalizationMethod.EXCLUSIVE, (C14NMethodParameterSpec) null),
        signatures.newSignatureMethod("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", null), List.of(reference));
    KeyInfoFactory cles = signatures.getKeyInfoFactory();
    KeyInfo keyInfo = cles.newKeyInfo(List.of(cles.newX509Data(List.of(certificat))));
    DOMSignContext contexte = new DOMSignContext(cle, racine, racine.getFirstChild().getNextSibling());
    contexte.setDefaultNamespacePrefix("ds");
    contexte.setIdAttributeNS(racine, null, "ID");
    signatures.newXMLSignature(signedInfo, keyInfo).sign(contexte);
    Transformer ecrivain = TransformerFactory.newInstance().newTransformer();
    ecrivain.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
    StringWriter ecrit = new StringWriter();
    ecrivain.transform(new DOMSource(racine), new StreamResult(ecrit));
    // Le JDK coupe ses lignes en base 64 par un retour chariot écrit &#13; : SignedInfo n'en contient pas.
    return ecrit.toString().replace("&#13;", "");
  }

  static String corps() {
    return "<PRPA_IN201307UV02 xmlns=\"urn:hl7-org:v3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
        + " ITSVersion=\"XML_1.0\"><id root=\"2.25.1\" extension=\"" + UUID.randomUUID() + "\"/>"
        + "<creationTime value=\"20260315100000\"/><interactionId root=\"2.16.840.1.113883.1.6\""
        + " extension=\"PRPA_IN201307UV02\"/><processingCode code=\"D\"/><processingModeCode code=\"T\"/>"
        + "<acceptAckCode code=\"AL\"/><receiver typeCode=\"RCV\"><device classCode=\"DEV\""
        + " determinerCode=\"INSTANCE\"><id root=\"1.2.250.1.213.4.1.1.1\"/><softwareName>DMP</softwareName></device>"
        + "</receiver><sender typeCode=\"SND\"><device classCode=\"DEV\" determinerCode=\"INSTANCE\">"
        + "<id root=\"2.25.1\"/><softwareName>MON-LGO</softwareName></device></sender>"
        + "<attentionLine xsi:nil=\"true\"/><controlActProcess classCode=\"CACT\" moodCode=\"EVN\">"
        + "<code code=\"PRPA_TE201307UV02\" codeSystem=\"2.16.840.1.113883.1.6\"/>"
        + "<reasonCode code=\"TEST_EXST\" codeSystem=\"1.2.250.1.213.1.1.4.11\"/><queryByParameter>"
        + "<queryId root=\"2.25.1\" extension=\"" + UUID.randomUUID() + "\"/><statusCode code=\"new\"/><parameterList>"
        + "<dataSource xsi:nil=\"true\"/><patientIdentifier><value root=\"" + OID + "\" extension=\"" + PATIENT + "\"/>"
        + "<semanticsText>Patient.id</semanticsText></patientIdentifier></parameterList></queryByParameter>"
        + "</controlActProcess></PRPA_IN201307UV02>";
  }

  static KeyStore magasin(String chemin) throws Exception {
    KeyStore magasin = KeyStore.getInstance("PKCS12");
    try (FileInputStream lu = new FileInputStream(chemin)) {
      magasin.load(lu, MOT_DE_PASSE);
    }
    return magasin;
  }

  static SSLContext tls(String autorite, String certificat) throws Exception {
    TrustManagerFactory confiance = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    confiance.init(magasin(autorite));
    KeyManagerFactory cles = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    cles.init(magasin(certificat), MOT_DE_PASSE);
    SSLContext contexte = SSLContext.getInstance("TLS");
    contexte.init(cles.getKeyManagers(), confiance.getTrustManagers(), null);
    return contexte;
  }

  static String premier(String motif, String texte) {
    Matcher trouve = Pattern.compile(motif, Pattern.DOTALL).matcher(texte);
    return trouve.find() ? trouve.group(1) : "";
  }

  public static void main(String[] arguments) throws Exception {
    String url = arguments[0] + "/si-dmp-server/v2/services/patients";
    KeyStore cachet = magasin(arguments[3]);
    String alias = cachet.aliases().nextElement();
    X509Certificate certificat = (X509Certificate) cachet.getCertificate(alias);
    PrivateKey cle = (PrivateKey) cachet.getKey(alias, MOT_DE_PASSE);
    String id = "_" + UUID.randomUUID();
    String message = "<soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\""
        + " xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"><soap:Header><wsa:Action soap:mustUnderstand=\"true\">"
        + ACTION + "</wsa:Action><wsa:MessageID>urn:uuid:" + UUID.randomUUID() + "</wsa:MessageID><wsa:To>" + url
        + "</wsa:To><wsa:ReplyTo><wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo>"
        + "<wsse:Security"
        + " xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\">"
        + signe(vihf(certificat, id), id, certificat, cle)
        + "</wsse:Security></soap:Header><soap:Body>" + corps() + "</soap:Body></soap:Envelope>";
    HttpClient client = HttpClient.newBuilder().sslContext(tls(arguments[1], arguments[2])).build();
    HttpRequest requete = HttpRequest.newBuilder(URI.create(url))
        .header("Content-Type", "application/soap+xml; charset=UTF-8; action=\"" + ACTION + "\"")
        .POST(HttpRequest.BodyPublishers.ofString(message)).build();
    HttpResponse<String> reponse = client.send(requete, HttpResponse.BodyHandlers.ofString());
    System.out.println(reponse.statusCode()
        + " " + premier("queryResponseCode[^>]*code=\"(\\w+)\"", reponse.body())
        + " " + premier("attentionLine.*?<[^>]*value[^>]*code=\"(\\w+)\"", reponse.body()));
  }
}
