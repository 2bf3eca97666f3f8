import asip.ci_sis.gdp._2010.GDPService;
import habilitations.dmp.si.ActionType;
import habilitations.dmp.si.HabilitationsEndPointImplService;
import habilitations.dmp.si.ModeType;
import ihe.iti.pdqv3._2007.PDQSupplierService;
import ihe.iti.xds_b._2007.DocumentRegistryService;
import ihe.iti.xds_b._2007.DocumentRepositoryService;
import ihe.iti.xds_b._2007.ProvideAndRegisterDocumentSetRequestType;
import ihe.iti.xds_b._2007.RetrieveDocumentSetRequestType;
import ihe.iti.xds_b._2007.RetrieveDocumentSetResponseType;
import jakarta.xml.bind.JAXBContext;
import jakarta.xml.ws.BindingProvider;
import jakarta.xml.ws.soap.MTOMFeature;
import jakarta.xml.ws.soap.SOAPFaultException;
import java.io.File;
import java.io.FileInputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.namespace.QName;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.stream.StreamSource;
import oasis.names.tc.ebxml_regrep.xsd.lcm._3.SubmitObjects;
import oasis.names.tc.ebxml_regrep.xsd.query._3.AdhocQueryRequestType;
import oasis.names.tc.ebxml_regrep.xsd.query._3.AdhocQueryResponseType;
import oasis.names.tc.ebxml_regrep.xsd.rim._3.Association;
import oasis.names.tc.ebxml_regrep.xsd.rim._3.ExtrinsicObject;
import oasis.names.tc.ebxml_regrep.xsd.rim._3.RegistryPackage;
import org.apache.cxf.binding.soap.SoapHeader;
import org.apache.cxf.configuration.jsse.TLSClientParameters;
import org.apache.cxf.frontend.ClientProxy;
import org.apache.cxf.headers.Header;
import org.apache.cxf.transport.http.HTTPConduit;
import org.hl7.v3.AD;
import org.hl7.v3.CV;
import org.hl7.v3.CandidatesQuery;
import org.hl7.v3.DemographicsAnswer;
import org.hl7.v3.DemographicsQuery;
import org.hl7.v3.Part;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import patients.dmp.si.DateTypeEnum;
import patients.dmp.si.PatientSpecificEndPointImplService;

/** Sends each transaction by code made from the descriptions, then a request without VIHF; one line of result each. */
public class Client {
  private static final String WSSE =
      "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
  private static final Properties SAID = new Properties();

  public static void main(String[] arguments) throws Exception {
    try (var said = new FileInputStream("client.properties")) {
      SAID.load(said);
    }
    var patients = dressed(new GDPService().getGDPBindingSoap12(), "org");
    var existence = patients.patientGetDemographicsPRPAIN201307UV02(body("existence.xml", DemographicsQuery.class));
    tell("td0.2", told(existence) + " " + ((CV) existence.getAttentionLine().get(0).getValue()).getCode());
    var data = dressed(new GDPService().getGDPBindingSoap12(), "cps")
        .patientGetDemographicsPRPAIN201307UV02(body("demographics.xml", DemographicsQuery.class));
    tell("td1.3a", told(data) + " " + postalCode(data));
    var sought = dressed(new PDQSupplierService().getPDQSupplierPortSoap12(), "samu")
        .findCandidatesQuery(body("candidates.xml", CandidatesQuery.class));
    var ack = sought.getControlActProcess().getQueryAck();
    tell("td0.5", sought.getAcknowledgement().get(0).getTypeCode().getCode() + " "
        + ack.getQueryResponseCode().getCode() + " " + ack.getResultTotalQuantity().getValue());
    authorise();
    var repository = dressed(new DocumentRepositoryService().getDocumentRepositoryPortSoap12(new MTOMFeature()), "org");
    var fed = repository.documentRepositoryProvideAndRegisterDocumentSetB(
        body("lot.xml", ProvideAndRegisterDocumentSetRequestType.class));
    tell("td2.1", fed.getStatus());
    var found = dressed(new DocumentRegistryService().getDocumentRegistryPortSoap12(), "cps")
        .documentRegistryRegistryStoredQuery(body("query.xml", AdhocQueryRequestType.class));
    tell("td3.1", found.getStatus() + " " + found.getTotalResultCount());
    tell("td3.2", read(dressed(repository, "cps").documentRepositoryRetrieveDocumentSet(
        body("retrieve.xml", RetrieveDocumentSetRequestType.class))));
    var secretary = dressed(repository, "cpe").documentRepositoryProvideAndRegisterDocumentSetB(
        body("lot-cpe.xml", ProvideAndRegisterDocumentSetRequestType.class));
    tell("td2.2", secretary.getStatus());
    synchronise();
    update();
    ((BindingProvider) patients).getRequestContext().put(Header.HEADER_LIST, new ArrayList<Header>());
    try {
      patients.patientGetDemographicsPRPAIN201307UV02(body("existence.xml", DemographicsQuery.class));
    } catch (SOAPFaultException refused) {
      tell("fault", refused.getFault().getFaultString());
    }
  }

  /** Leaves the DMP and enters it again, then lists who may read it, and which DMPs the caller may read. */
  private static void authorise() throws Exception {
    var habilitations =
        dressed(new HabilitationsEndPointImplService().getHabilitationsEndPointImplPort(), "cps");
    habilitations.setAuthorization(ActionType.SUPPRESSION, null);
    for (int time = 0; time < 2; time++) {
      dressed(habilitations, "cps");
      var done = habilitations.setAuthorization(ActionType.AJOUT, null);
      tell("td0.3", done.getStatus() + " " + done.getContext());
    }
    dressed(habilitations, "cps");
    var listed = habilitations.listAuthorizationByPatient(ModeType.TOUTE);
    var doctor = listed.getListOfAuthorizationByPatient().stream()
        .flatMap(one -> one.getSpecificRight().stream()).findFirst().orElseThrow();
    tell("td1.6", listed.getStatus() + " " + doctor);
    var dmps = dressed(new PatientSpecificEndPointImplService().getPatientSpecificEndPointImplPort(), "cps")
        .patientList("20200101000000", DateTypeEnum.LASTAUTORIZATION, null);
    tell("td0.4", dmps.getStatus() + " " + !dmps.getPatientlistData().isEmpty());
  }

  private static AdhocQueryResponseType asked(String file, String... values) throws Exception {
    return dressed(new DocumentRegistryService().getDocumentRegistryPortSoap12(), "cps")
        .documentRegistryRegistryStoredQuery(body(file, AdhocQueryRequestType.class, values));
  }

  private static <T> List<T> all(AdhocQueryResponseType answer, Class<T> type) {
    return answer.getRegistryObjectList().getObjectRefOrRegistryPackageOrExtrinsicObject().stream()
        .filter(type::isInstance).map(type::cast).toList();
  }

  /** Learns what is in the DMP as a software does: lots, their associations, their documents. */
  private static void synchronise() throws Exception {
    var lots = asked("sets.xml");
    var ids = String.join("','", all(lots, RegistryPackage.class).stream().map(lot -> lot.getId()).toList());
    var links = asked("associations.xml", "@IDS@", ids);
    var members = String.join("','", all(links, Association.class).stream()
        .filter(link -> link.getAssociationType().endsWith("HasMember")).map(link -> link.getTargetObject()).toList());
    var documents = asked("documents.xml", "@IDS@", members);
    tell("delta", documents.getStatus() + " " + all(documents, ExtrinsicObject.class).size());
  }

  /** Masks the document, archives it, brings it back, deletes it; what it is called is asked before each. */
  private static void update() throws Exception {
    for (String change : List.of("td3.3a", "td3.3b", "td3.3d", "td3.3d-back", "td3.3c")) {
      var held = all(asked("held.xml"), ExtrinsicObject.class).get(0);
      var port = dressed(new DocumentRegistryService().getDocumentRegistryPortSoap12(), "cps");
      var done = port.documentRegistryUpdateDocumentSet(
          body(change + ".xml", SubmitObjects.class, "@ENTRY@", held.getId(), "@LID@", held.getLid(),
              "@VERSION@", held.getVersionInfo().getVersionName()));
      tell(change, done.getStatus());
    }
  }

  private static String told(DemographicsAnswer answer) {
    return answer.getAcknowledgement().get(0).getTypeCode() + " "
        + answer.getControlActProcess().getQueryAck().getQueryResponseCode().getCode();
  }

  private static String postalCode(DemographicsAnswer answer) {
    AD address = answer.getControlActProcess().getSubject().get(0).getRegistrationEvent().getSubject1()
        .getPatient().getPatientPerson().getAddr().get(0);
    return address.getStreetAddressLineOrAdditionalLocatorOrHouseNumber().stream()
        .filter(part -> part.getName().getLocalPart().equals("postalCode"))
        .map(part -> ((Part) part.getValue()).getValue()).findFirst().orElse("");
  }

  private static void tell(String what, String result) {
    System.out.println("RESULT " + what + " " + result);
  }

  private static String read(RetrieveDocumentSetResponseType answer) throws Exception {
    byte[] octets = answer.getDocumentResponse().get(0).getDocument().getInputStream().readAllBytes();
    return answer.getRegistryResponse().getStatus() + " " + octets.length;
  }

  /** Reads a body from a file; {@code values} are names that stand in it, each with what is put there. */
  private static <T> T body(String file, Class<T> type, String... values) throws Exception {
    var text = Files.readString(Path.of(file));
    for (int at = 0; at < values.length; at += 2) {
      text = text.replace(values[at], values[at + 1]);
    }
    var source = new StreamSource(new StringReader(text));
    return JAXBContext.newInstance(type).createUnmarshaller().unmarshal(source, type).getValue();
  }

  /** Gives a port its VIHF and its TLS certificate; {@code who} is org, or cps, samu or cpe: a card. */
  private static <T> T dressed(T port, String who) throws Exception {
    List<Header> headers = new ArrayList<>();
    headers.add(new SoapHeader(new QName(WSSE, "Security"), security(who)));
    ((BindingProvider) port).getRequestContext().put(Header.HEADER_LIST, headers);
    var tls = new TLSClientParameters();
    tls.setSSLSocketFactory(context(who + "-auth").getSocketFactory());
    ((HTTPConduit) ClientProxy.getClient(port).getConduit()).setTlsClientParameters(tls);
    return port;
  }

  private static KeyStore store(String name) throws Exception {
    return KeyStore.getInstance(new File(SAID.getProperty(name)), password());
  }

  private static char[] password() {
    return SAID.getProperty("password").toCharArray();
  }

  private static SSLContext context(String name) throws Exception {
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store(name), password());
    var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(store("ca"));
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
    return context;
  }

  private static Element security(String who) throws Exception {
    var factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    Document document = factory.newDocumentBuilder().parse(Path.of("vihf-" + who + ".xml").toFile());
    Element assertion = document.getDocumentElement();
    assertion.setAttribute("ID", "_" + UUID.randomUUID());
    sign(assertion, who + "-sign");
    Element security = document.createElementNS(WSSE, "wsse:Security");
    security.appendChild(assertion);
    return security;
  }

  private static void sign(Element assertion, String name) throws Exception {
    KeyStore store = store(name);
    var entry = (KeyStore.PrivateKeyEntry)
        store.getEntry(store.aliases().nextElement(), new KeyStore.PasswordProtection(password()));
    var xml = XMLSignatureFactory.getInstance("DOM");
    var transforms = List.of(
        xml.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null),
        xml.newTransform(CanonicalizationMethod.EXCLUSIVE, (TransformParameterSpec) null));
    var digest = xml.newDigestMethod(DigestMethod.SHA256, null);
    var reference = xml.newReference("#" + assertion.getAttribute("ID"), digest, transforms, null, null);
    SignedInfo signed = xml.newSignedInfo(
        xml.newCanonicalizationMethod(CanonicalizationMethod.EXCLUSIVE, (C14NMethodParameterSpec) null),
        xml.newSignatureMethod("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", null),
        List.of(reference));
    KeyInfo key = xml.getKeyInfoFactory().newKeyInfo(
        List.of(xml.getKeyInfoFactory().newX509Data(List.of(entry.getCertificate()))));
    assertion.setIdAttribute("ID", true);
    var place = new DOMSignContext(entry.getPrivateKey(), assertion, assertion.getFirstChild().getNextSibling());
    place.setDefaultNamespacePrefix("ds");
    xml.newXMLSignature(signed, key).sign(place);
  }
}
