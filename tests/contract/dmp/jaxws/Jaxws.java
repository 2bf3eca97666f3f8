import asip.ci_sis.gdp._2010.GDPService;
import habilitations.dmp.si.ActionType;
import habilitations.dmp.si.HabilitationsEndPointImplService;
import ihe.iti.pdqv3._2007.PDQSupplierService;
import ihe.iti.xds_b._2007.DocumentRegistryService;
import ihe.iti.xds_b._2007.DocumentRepositoryService;
import ihe.iti.xds_b._2007.ProvideAndRegisterDocumentSetRequestType;
import ihe.iti.xds_b._2007.RetrieveDocumentSetRequestType;
import jakarta.xml.bind.JAXBContext;
import jakarta.xml.ws.BindingProvider;
import jakarta.xml.ws.WebServiceFeature;
import jakarta.xml.ws.handler.Handler;
import jakarta.xml.ws.handler.MessageContext;
import jakarta.xml.ws.handler.soap.SOAPHandler;
import jakarta.xml.ws.handler.soap.SOAPMessageContext;
import jakarta.xml.ws.soap.AddressingFeature;
import jakarta.xml.ws.soap.MTOMFeature;
import java.io.File;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.xml.namespace.QName;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.stream.StreamSource;
import oasis.names.tc.ebxml_regrep.xsd.query._3.AdhocQueryRequestType;
import org.hl7.v3.CV;
import org.hl7.v3.CandidatesQuery;
import org.hl7.v3.DemographicsQuery;
import org.w3c.dom.Element;
import patients.dmp.si.DateTypeEnum;
import patients.dmp.si.PatientSpecificEndPointImplService;

/** Calls each service of the DMP by what wsimport makes of its description. Arguments: password of the stores. */
public class Jaxws {
  private static final String WSSE =
      "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
  private static final WebServiceFeature ADDRESSING = new AddressingFeature();
  private static char[] password;

  public static void main(String[] arguments) throws Exception {
    password = arguments[0].toCharArray();
    var existence = dressed(new GDPService(here("patients")).getGDPBindingSoap12(ADDRESSING), "existence", "cps")
        .patientGetDemographicsPRPAIN201307UV02(body("existence", DemographicsQuery.class));
    tell("td0.2", existence.getAcknowledgement().get(0).getTypeCode() + " "
        + ((CV) existence.getAttentionLine().get(0).getValue()).getCode());
    var sought = dressed(
        new PDQSupplierService(here("patientsPDQ")).getPDQSupplierPortSoap12(ADDRESSING), "candidates", "samu")
        .findCandidatesQuery(body("candidates", CandidatesQuery.class));
    tell("td0.5", "" + sought.getControlActProcess().getQueryAck().getResultTotalQuantity().getValue());
    var added = dressed(
        new HabilitationsEndPointImplService(here("habilitations")).getHabilitationsEndPointImplPort(ADDRESSING),
        "added", "cps").setAuthorization(ActionType.AJOUT, null);
    tell("td0.3", added.getStatus());
    var dmps = dressed(
        new PatientSpecificEndPointImplService(here("patientsSpecific"))
            .getPatientSpecificEndPointImplPort(ADDRESSING), "dmps", "cps")
        .patientList("20200101000000", DateTypeEnum.LASTAUTORIZATION, null);
    tell("td0.4", dmps.getStatus() + " " + !dmps.getPatientlistData().isEmpty());
    var fed = dressed(
        new DocumentRepositoryService(here("repository"))
            .getDocumentRepositoryPortSoap12(ADDRESSING, new MTOMFeature()), "lot", "cps")
        .documentRepositoryProvideAndRegisterDocumentSetB(body("lot", ProvideAndRegisterDocumentSetRequestType.class));
    tell("td2.1", fed.getStatus());
    var found = dressed(
        new DocumentRegistryService(here("registry")).getDocumentRegistryPortSoap12(ADDRESSING), "query", "cps")
        .documentRegistryRegistryStoredQuery(body("query", AdhocQueryRequestType.class));
    tell("td3.1", found.getStatus() + " " + found.getTotalResultCount());
    var read = dressed(
        new DocumentRepositoryService(here("repository"))
            .getDocumentRepositoryPortSoap12(ADDRESSING, new MTOMFeature()), "retrieve", "cps")
        .documentRepositoryRetrieveDocumentSet(body("retrieve", RetrieveDocumentSetRequestType.class));
    tell("td3.2", "" + read.getDocumentResponse().get(0).getDocument().getInputStream().readAllBytes().length);
  }

  private static void tell(String what, String result) {
    System.out.println(what + " " + result);
  }

  private static java.net.URL here(String name) throws Exception {
    return new File(name + ".wsdl").toURI().toURL();
  }

  private static <T> T body(String name, Class<T> type) throws Exception {
    var source = new StreamSource(Path.of(name + ".xml").toFile());
    return JAXBContext.newInstance(type).createUnmarshaller().unmarshal(source, type).getValue();
  }

  /** Gives a port the TLS certificate of a card, and the VIHF that was signed for this call. */
  private static <T> T dressed(T port, String call, String who) throws Exception {
    var provider = (BindingProvider) port;
    provider.getRequestContext().put(
        "com.sun.xml.ws.transport.https.client.SSLSocketFactory", context(who).getSocketFactory());
    List<Handler> chain = provider.getBinding().getHandlerChain();
    chain.add(new Security(call));
    provider.getBinding().setHandlerChain(chain);
    return port;
  }

  private static SSLContext context(String who) throws Exception {
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(KeyStore.getInstance(new File(who + ".p12"), password), password);
    var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(KeyStore.getInstance(new File("ca.p12"), password));
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
    return context;
  }

  /** Puts the assertion of a file into the header of what is sent. */
  private record Security(String call) implements SOAPHandler<SOAPMessageContext> {
    public boolean handleMessage(SOAPMessageContext context) {
      if (Boolean.TRUE.equals(context.get(MessageContext.MESSAGE_OUTBOUND_PROPERTY))) {
        try {
          var factory = DocumentBuilderFactory.newInstance();
          factory.setNamespaceAware(true);
          Element vihf = factory.newDocumentBuilder().parse(new File("vihf-" + call + ".xml")).getDocumentElement();
          var envelope = context.getMessage().getSOAPPart().getEnvelope();
          var header = envelope.getHeader() == null ? envelope.addHeader() : envelope.getHeader();
          var security = header.addHeaderElement(new QName(WSSE, "Security", "wsse"));
          security.appendChild(security.getOwnerDocument().importNode(vihf, true));
        } catch (Exception error) {
          throw new IllegalStateException(error);
        }
      }
      return true;
    }

    public boolean handleFault(SOAPMessageContext context) {
      return true;
    }

    public void close(MessageContext context) {}

    public Set<QName> getHeaders() {
      return Set.of();
    }
  }
}
