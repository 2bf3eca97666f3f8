import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Prints, for each file named, its verdict as PDF/A-1B and the clauses that it breaks. */
public class CheckPdfA {
    public static void main(String[] files) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (String file : files) {
            try (PDFAParser parser = Foundries.defaultInstance()
                    .createParser(new FileInputStream(file), PDFAFlavour.PDFA_1_B);
                 PDFAValidator validator = Foundries.defaultInstance().createValidator(PDFAFlavour.PDFA_1_B, false)) {
                ValidationResult result = validator.validate(parser);
                System.out.println((result.isCompliant() ? "OK " : "KO ") + file);
                for (TestAssertion one : result.getTestAssertions()) {
                    System.out.println("  " + one.getRuleId() + " " + one.getMessage());
                }
            }
        }
    }
}
