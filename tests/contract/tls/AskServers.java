import java.io.FileInputStream;
import java.net.URI;
import java.security.KeyStore;
import java.security.cert.CertPathBuilder;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.X509CertSelector;
import java.util.EnumSet;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Asks each server with what the JDK checks, revocation by OCSP included; prints a line for each: its name, and what came of it. */
public class AskServers {
    public static void main(String[] arguments) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        try (FileInputStream file = new FileInputStream(arguments[0])) {
            trusted.load(file, arguments[1].toCharArray());
        }
        PKIXRevocationChecker revocation = (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
        revocation.setOptions(EnumSet.of(PKIXRevocationChecker.Option.ONLY_END_ENTITY));
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(trusted, new X509CertSelector());
        parameters.addCertPathChecker(revocation);
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        for (int i = 2; i < arguments.length; i += 2) {
            System.out.println(arguments[i] + " " + outcome(context, arguments[i + 1]));
        }
    }

    private static String outcome(SSLContext context, String address) throws Exception {
        HttpsURLConnection connection = (HttpsURLConnection) URI.create(address).toURL().openConnection();
        connection.setSSLSocketFactory(context.getSocketFactory());
        try {
            return "answered " + connection.getResponseCode();
        } catch (java.io.IOException refused) {
            Throwable cause = refused;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return "refused " + cause.getMessage();
        }
    }
}
