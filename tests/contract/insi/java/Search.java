// A client written on the stubs that wsimport makes: the names of the official contract, and no other.
// Arguments: address, trust store, key store, password. Prints one line a call.

import fr.cnamts.insirecsans.TraitsDIdentite;
import fr.cnamts.insirecvit.Beneficiaire;
import fr.cnamts.insirecvit.Matricule;
import fr.cnamts.insiresultat.IdentifiantNationalSante;
import fr.cnamts.insiresultat.Resultat;
import fr.cnamts.webservice.Erreur;
import fr.cnamts.webservice.ICIRService;
import fr.cnamts.webservice.ICIRV1;
import jakarta.xml.ws.BindingProvider;
import jakarta.xml.ws.soap.AddressingFeature;
import java.io.File;
import java.util.GregorianCalendar;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.xml.datatype.DatatypeFactory;
import javax.xml.datatype.XMLGregorianCalendar;
import org.oasis_open.docs.wss._2004._01.oasis_200401_wss_wssecurity_secext_1_0.TypeSecurity;
import org.w3._2005._08.addressing.AttributedURIType;
import siram.bam.ctxbam.Assure;
import siram.bam.ctxbam.ContexteBAM;
import siram.bam.ctxbam.Couverture;
import siram.bam.ctxbam.NIR;
import siram.lps.ctxlps.ContexteLPS;
import siram.lps.ctxlps.IdentiteStringRef;
import siram.lps.ctxlps.LOGICIEL;

public class Search {
    private static ICIRService port;

    public static void main(String[] args) throws Exception {
        System.setProperty("javax.net.ssl.trustStore", args[1]);
        System.setProperty("javax.net.ssl.trustStorePassword", args[3]);
        System.setProperty("javax.net.ssl.keyStore", args[2]);
        System.setProperty("javax.net.ssl.keyStorePassword", args[3]);
        port = new ICIRV1(new File("insi.wsdl").toURI().toURL()).getICIRService(new AddressingFeature());
        ((BindingProvider) port).getRequestContext().put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, args[0]);
        told("traits", byTraits("ECETINSI", "PIERRE-ALAIN", "M", "2009-07-14"));
        told("several", byTraits("DE VINCI", "LEONARDO", "M", "2014-02-01"));
        told("card", byCard("2850463113950", "40", "2014-09-23"));
        try {
            byTraits("INSI-PANNE-TECHNIQUE", "ALEX", "F", "1980-01-01");
        } catch (Erreur refused) {
            System.out.println("fault " + refused.getFaultInfo().getCode() + " " + refused.getFaultInfo().getSeverite());
        }
    }

    private static Resultat byTraits(String name, String firstName, String sex, String born) throws Exception {
        TraitsDIdentite traits = new TraitsDIdentite();
        traits.setNomNaissance(name);
        traits.getPrenom().add(firstName);
        traits.setSexe(sex);
        traits.setDateNaissance(born);
        return port.rechercherInsAvecTraitsIdentite(traits, new TypeSecurity(), lps(), messageId(), bam(new Couverture()));
    }

    private static Resultat byCard(String number, String key, String born) throws Exception {
        Matricule holder = new Matricule();
        holder.setNumIdentifiant(number);
        holder.setCle(key);
        Beneficiaire person = new Beneficiaire();
        person.setMatriculeOD(holder);
        person.setDateNaissance(born);
        person.setRangNaissance("1");
        NIR read = new NIR();
        read.setNum(number);
        Assure insured = new Assure();
        insured.setId(read);
        siram.bam.ctxbam.Beneficiaire covered = new siram.bam.ctxbam.Beneficiaire();
        covered.setDateNai(born);
        Couverture card = new Couverture();
        card.setASSURE(insured);
        card.setBENEFICIAIRE(covered);
        return port.rechercherInsAvecCarteVitale(person, new TypeSecurity(), lps(), messageId(), bam(card));
    }

    private static ContexteLPS lps() throws Exception {
        IdentiteStringRef idam = new IdentiteStringRef();
        idam.setR("4");
        idam.setValue("LGOSANDBOX01");
        LOGICIEL software = new LOGICIEL();
        software.setIDAM(idam);
        software.setVersion("1.0");
        software.setInstance("3f0c54a2-6d0e-4a07-a0c9-1d5f6f6a0b03");
        software.setNom("urn:lps:jaxws:1.0");
        ContexteLPS context = new ContexteLPS();
        context.setNature("CTXLPS");
        context.setVersion("01_00");
        context.setId(UUID.randomUUID().toString());
        context.setTemps(now());
        context.setLPS(software);
        return context;
    }

    private static ContexteBAM bam(Couverture card) throws Exception {
        ContexteBAM context = new ContexteBAM();
        context.setNature("CTXBAM");
        context.setVersion("01_02");
        context.setId(UUID.randomUUID().toString());
        context.setTemps(now());
        context.setCOUVERTURE(card);
        return context;
    }

    private static AttributedURIType messageId() {
        AttributedURIType id = new AttributedURIType();
        id.setValue("uuid:" + UUID.randomUUID());
        return id;
    }

    private static XMLGregorianCalendar now() throws Exception {
        return DatatypeFactory.newInstance().newXMLGregorianCalendar(new GregorianCalendar());
    }

    private static void told(String what, Resultat found) {
        String line = what + " " + found.getCR().getCodeCR();
        if (found.getINDIVIDU() != null) {
            line += " " + found.getINDIVIDU().getTIQ().getNomNaissance();
            line += found.getINDIVIDU().getINSHISTO().stream()
                .map(IdentifiantNationalSante::getIdIndividu)
                .map(one -> " " + one.getNumIdentifiant() + "/" + one.getCle())
                .collect(Collectors.joining());
        }
        System.out.println(line);
    }
}
