// Premier appel au DMP (TD0.2) en C#, avec System.Security.Cryptography.Xml : .NET 8, .NET Framework 4.7.2 ou Mono.
//
//     dotnet run -- URL ca.pem org-auth.p12 org-sign.p12
using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

static class PremierAppel
{
    const string Patient = "256036330091838", Oid = "1.2.250.1.213.1.4.8", MotDePasse = "sandbox";
    const string Action = "urn:hl7-org:v3:PRPA_IN201307UV02";

    static string Attribut(string nom, params string[] valeurs) =>
        $"<saml2:Attribute Name=\"{nom}\">{string.Concat(valeurs.Select(v => $"<saml2:AttributeValue>{v}</saml2:AttributeValue>"))}</saml2:Attribute>";
    static string Code(string element, string valeur, string oid, string libelle) =>
        $"<{element} xmlns=\"urn:hl7-org:v3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CE\" code=\"{valeur}\" codeSystem=\"{oid}\" displayName=\"{libelle}\"/>";

    static int Main(string[] args)
    {
        string maintenant = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ"), id = "_" + Guid.NewGuid();
        string url = $"{args[0]}/si-dmp-server/v2/services/patients";
        var tls = new X509Certificate2(args[2], MotDePasse);
        var cachet = new X509Certificate2(args[3], MotDePasse);

        // SignedXml cherche l'attribut « Id » ; le VIHF porte « ID ».
        string vihf =
            $"<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{id}\" IssueInstant=\"{maintenant}\" Version=\"2.0\">" +
            $"<saml2:Issuer Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName\">{System.Security.SecurityElement.Escape(cachet.SubjectName.Name)}</saml2:Issuer>" +
            "<saml2:Subject><saml2:NameID>899700090014</saml2:NameID></saml2:Subject>" +
            $"<saml2:AuthnStatement AuthnInstant=\"{maintenant}\"><saml2:AuthnContext><saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>" +
            "<saml2:AttributeStatement>" +
            Attribut("Identifiant_Structure", "10B0990017") +
            Attribut("Secteur_Activite", "SA33^1.2.250.1.71.4.2.4") +
            Attribut("urn:oasis:names:tc:xspa:1.0:subject:subject-id", "Hélène VALMONT") +
            Attribut("urn:oasis:names:tc:xacml:2.0:subject:role",
                Code("Role", "21", "1.2.250.1.71.1.2.7", "Pharmacien"),
                Code("Role", "A", "1.2.250.1.71.4.2.6", "Pharmacien titulaire d'officine")) +
            Attribut("VIHF_Version", "3.0") +
            Attribut("Authentification_mode", "INDIRECTE") +
            Attribut("urn:oasis:names:tc:xacml:2.0:resource:resource-id", $"{Patient}^^^&amp;{Oid}&amp;ISO^NH") +
            Attribut("Ressource_URN", "urn:dmp") +
            Attribut("urn:oasis:names:tc:xspa:1.0:subject:purposeofuse", Code("PurposeOfUse", "normal", "1.2.250.1.213.1.1.4.248", "Accès normal")) +
            Attribut("LPS_ID", "01.01.01.01") + Attribut("LPS_Nom", "MON-LGO") + Attribut("LPS_Version", "1.0") +
            Attribut("LPS_ID_HOMOLOGATION_DMP", "SANDBOX000001") +
            "</saml2:AttributeStatement></saml2:Assertion>";

        var document = new XmlDocument { PreserveWhitespace = true };
        document.LoadXml(vihf);
        var signature = new SignatureParId(document) { SigningKey = cachet.GetRSAPrivateKey() };
        signature.SignedInfo.CanonicalizationMethod = SignedXml.XmlDsigExcC14NTransformUrl;
        signature.SignedInfo.SignatureMethod = SignedXml.XmlDsigRSASHA256Url;
        var reference = new Reference($"#{id}") { DigestMethod = SignedXml.XmlDsigSHA256Url };
        reference.AddTransform(new XmlDsigEnvelopedSignatureTransform());
        reference.AddTransform(new XmlDsigExcC14NTransform());
        signature.AddReference(reference);
        signature.KeyInfo = new KeyInfo();
        signature.KeyInfo.AddClause(new KeyInfoX509Data(cachet));
        signature.ComputeSignature();
        var racine = document.DocumentElement;
        racine.InsertAfter(document.ImportNode(signature.GetXml(), true), racine.FirstChild);

        string corps =
            $"<PRPA_IN201307UV02 xmlns=\"urn:hl7-org:v3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" ITSVersion=\"XML_1.0\"><id root=\"2.25.1\" extension=\"{Guid.NewGuid()}\"/><creationTime value=\"20260315100000\"/>" +
            "<interactionId root=\"2.16.840.1.113883.1.6\" extension=\"PRPA_IN201307UV02\"/><processingCode code=\"D\"/><processingModeCode code=\"T\"/><acceptAckCode code=\"AL\"/>" +
            "<receiver typeCode=\"RCV\"><device classCode=\"DEV\" determinerCode=\"INSTANCE\"><id root=\"1.2.250.1.213.4.1.1.1\"/><softwareName>DMP</softwareName></device></receiver>" +
            "<sender typeCode=\"SND\"><device classCode=\"DEV\" determinerCode=\"INSTANCE\"><id root=\"2.25.1\"/><softwareName>MON-LGO</softwareName></device></sender><attentionLine xsi:nil=\"true\"/>" +
            "<controlActProcess classCode=\"CACT\" moodCode=\"EVN\"><code code=\"PRPA_TE201307UV02\" codeSystem=\"2.16.840.1.113883.1.6\"/><reasonCode code=\"TEST_EXST\" codeSystem=\"1.2.250.1.213.1.1.4.11\"/>" +
            $"<queryByParameter><queryId root=\"2.25.1\" extension=\"{Guid.NewGuid()}\"/><statusCode code=\"new\"/><parameterList><dataSource xsi:nil=\"true\"/><patientIdentifier><value root=\"{Oid}\" extension=\"{Patient}\"/><semanticsText>Patient.id</semanticsText></patientIdentifier></parameterList></queryByParameter></controlActProcess></PRPA_IN201307UV02>";
        string message =
            $"<soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"><soap:Header><wsa:Action soap:mustUnderstand=\"true\">{Action}</wsa:Action>" +
            $"<wsa:MessageID>urn:uuid:{Guid.NewGuid()}</wsa:MessageID><wsa:To>{url}</wsa:To><wsa:ReplyTo><wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo>" +
            $"<wsse:Security xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\">{racine.OuterXml}</wsse:Security></soap:Header><soap:Body>{corps}</soap:Body></soap:Envelope>";

        // .NET 8 préfère HttpClient ; HttpWebRequest va partout, et Mono n'envoie de certificat client que par lui.
        var requete = (HttpWebRequest)WebRequest.Create(url);
        requete.Method = "POST";
        requete.ContentType = $"application/soap+xml; charset=UTF-8; action=\"{Action}\"";
        requete.ClientCertificates.Add(tls);
        requete.ServerCertificateValidationCallback = (_, certificat, chaine, erreurs) => DuBacASable(certificat, erreurs, args[1]);
        byte[] octets = Encoding.UTF8.GetBytes(message);
        using (var envoi = requete.GetRequestStream()) envoi.Write(octets, 0, octets.Length);
        using (var reponse = Reponse(requete))
        using (var lecture = new StreamReader(reponse.GetResponseStream(), Encoding.UTF8))
        {
            string texte = lecture.ReadToEnd();
            Console.WriteLine($"{(int)reponse.StatusCode} {Regex.Match(texte, "queryResponseCode[^>]*code=\"(\\w+)\"").Groups[1]} " +
                Regex.Match(texte, "attentionLine.*?<[^>]*value[^>]*code=\"(\\w+)\"", RegexOptions.Singleline).Groups[1]);
            return reponse.StatusCode == HttpStatusCode.OK ? 0 : 1;
        }
    }

    // Une faute SOAP est une réponse comme une autre : 500, et son texte.
    static HttpWebResponse Reponse(HttpWebRequest requete)
    {
        try { return (HttpWebResponse)requete.GetResponse(); }
        catch (WebException erreur) when (erreur.Response != null) { return (HttpWebResponse)erreur.Response; }
    }

    // Le serveur est accepté si son nom est juste, et si sa chaîne mène à une autorité de ca.pem : elle n'est pas dans le magasin du poste.
    static bool DuBacASable(X509Certificate recu, SslPolicyErrors erreurs, string autorites)
    {
        if ((erreurs & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0 || recu == null) return false;
        var certificat = new X509Certificate2(recu);
        var connues = Regex.Matches(File.ReadAllText(autorites), "-----BEGIN CERTIFICATE-----(.*?)-----END", RegexOptions.Singleline).Cast<Match>()
            .Select(un => new X509Certificate2(Convert.FromBase64String(un.Groups[1].Value))).ToArray();
        using (var chaine = new X509Chain())
        {
            chaine.ChainPolicy.ExtraStore.AddRange(connues);
            chaine.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chaine.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
            string racine = chaine.Build(certificat) ? chaine.ChainElements[chaine.ChainElements.Count - 1].Certificate.Thumbprint : "";
            return connues.Any(une => une.Thumbprint == racine);
        }
    }
}

class SignatureParId : SignedXml
{
    public SignatureParId(XmlDocument document) : base(document) { }

    public override XmlElement GetIdElement(XmlDocument document, string idValue) =>
        document?.SelectSingleNode($"//*[@ID='{idValue}']") as XmlElement;
}
