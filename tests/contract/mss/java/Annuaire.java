import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.parser.StrictErrorHandler;
import ca.uhn.fhir.rest.api.SearchStyleEnum;
import ca.uhn.fhir.rest.client.api.IGenericClient;
import ca.uhn.fhir.rest.client.interceptor.AdditionalRequestHeadersInterceptor;
import ca.uhn.fhir.rest.server.exceptions.BaseServerResponseException;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.CapabilityStatement;
import org.hl7.fhir.r4.model.Organization;
import org.hl7.fhir.r4.model.Practitioner;
import org.hl7.fhir.r4.model.PractitionerRole;
import org.hl7.fhir.r4.model.Resource;

/**
 * The client and the validator of HAPI FHIR against the directory: {@code Annuaire BASE KEY REQUESTS [DEFINITIONS]}.
 *
 * <p>Each line that it prints is a fact. REQUESTS is a file of searches, whose answers are parsed strictly and validated;
 * DEFINITIONS a folder of StructureDefinitions (JSON) to validate against, beside those of FHIR itself.
 */
public class Annuaire {
    private static final FhirContext FHIR = FhirContext.forR4();

    public static void main(String[] arguments) throws Exception {
        FHIR.setParserErrorHandler(new StrictErrorHandler());
        FHIR.getRestfulClientFactory().setSocketTimeout(60_000);
        IGenericClient client = FHIR.newRestfulGenericClient(arguments[0]);
        AdditionalRequestHeadersInterceptor key = new AdditionalRequestHeadersInterceptor();
        key.addHeaderValue("ESANTE-API-KEY", arguments[1]);
        client.registerInterceptor(key);
        say("version", client.capabilities().ofType(CapabilityStatement.class).execute().getFhirVersion().toCode());
        searches(client);
        pages(client);
        refusal(client);
        validate(client, Files.readAllLines(Path.of(arguments[2])), arguments.length > 3 ? arguments[3] : "");
    }

    private static void say(String what, Object value) {
        System.out.println(what + "=" + value);
    }

    private static void searches(IGenericClient client) {
        Bundle named = client.search().forResource(Practitioner.class)
                .where(Practitioner.FAMILY.matches().value("Delorme")).and(Practitioner.ACTIVE.exactly().code("true"))
                .revInclude(PractitionerRole.INCLUDE_PRACTITIONER).returnBundle(Bundle.class).execute();
        say("named", named.getTotal() + "/" + named.getEntry().size());
        Bundle posted = client.search().forResource(Organization.class)
                .where(Organization.TYPE.exactly().codes("SA33", "SA38")).and(Organization.NAME.contains().value("marche"))
                .usingStyle(SearchStyleEnum.POST).count(5).returnBundle(Bundle.class).execute();
        say("posted", posted.getEntry().size());
        Bundle chained = client.search().forResource(PractitionerRole.class)
                .where(PractitionerRole.PRACTITIONER.hasChainedProperty(Practitioner.FAMILY.matches().value("valmont")))
                .include(PractitionerRole.INCLUDE_ORGANIZATION).returnBundle(Bundle.class).execute();
        say("chained", chained.getEntry().size());
        say("read", client.read().resource(Practitioner.class).withId("003-899700090055").execute()
                .getNameFirstRep().getFamily());
    }

    private static void pages(IGenericClient client) {
        Set<String> seen = new HashSet<>();
        Bundle page = client.search().byUrl("Practitioner?qualification-code=SM41&active=true&_count=300")
                .returnBundle(Bundle.class).execute();
        int total = page.getTotal();
        while (true) {
            page.getEntry().forEach(entry -> seen.add(entry.getResource().getIdElement().getIdPart()));
            if (page.getLink(Bundle.LINK_NEXT) == null) {
                break;
            }
            page = client.loadPage().next(page).execute();
        }
        say("pages", seen.size() + "/" + total);
    }

    private static void refusal(IGenericClient client) {
        try {
            client.search().byUrl("Practitioner?name:family=a").returnBundle(Bundle.class).execute();
        } catch (BaseServerResponseException refused) {
            say("refused", refused.getStatusCode() + " " + refused.getOperationOutcome().fhirType());
        }
    }

    private static void validate(IGenericClient client, List<String> requests, String definitions) throws Exception {
        FhirValidator validator = validator(definitions);
        int answers = 0;
        int resources = 0;
        for (String request : requests) {
            Bundle bundle = client.search().byUrl(request).returnBundle(Bundle.class).execute();
            answers++;
            check(validator, request, bundle);
            for (Bundle.BundleEntryComponent entry : bundle.getEntry()) {
                resources++;
                Resource resource = entry.getResource();
                check(validator, request + " " + resource.getId(), resource);
            }
        }
        check(validator, "metadata", client.capabilities().ofType(CapabilityStatement.class).execute());
        say("validated", answers + "/" + resources);
    }

    private static void check(FhirValidator validator, String what, IBaseResource resource) {
        validator.validateWithResult(resource).getMessages().stream()
                .filter(message -> message.getSeverity().ordinal() >= ResultSeverityEnum.ERROR.ordinal())
                .forEach(message -> say("error", what + " " + message.getLocationString() + " " + message.getMessage()));
    }

    private static FhirValidator validator(String folder) throws Exception {
        PrePopulatedValidationSupport profiles = new PrePopulatedValidationSupport(FHIR);
        int known = 0;
        if (!folder.isEmpty()) {
            try (Stream<Path> files = Files.list(Path.of(folder))) {
                for (Path file : files.filter(one -> one.toString().endsWith(".json")).toList()) {
                    profiles.addResource((IBaseResource) FhirContext.forR4Cached().newJsonParser()
                            .parseResource(Files.readString(file)));
                    known++;
                }
            }
        }
        say("definitions", known);
        ValidationSupportChain chain = new ValidationSupportChain(profiles, new DefaultProfileValidationSupport(FHIR),
                new CommonCodeSystemsTerminologyService(FHIR), new InMemoryTerminologyServerValidationSupport(FHIR));
        FhirInstanceValidator module = new FhirInstanceValidator(chain);
        module.setErrorForUnknownProfiles(!folder.isEmpty());
        return FHIR.newValidator().registerValidatorModule(module);
    }
}
