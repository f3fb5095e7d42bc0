import java.io.FileInputStream;
import java.io.InputStream;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** What veraPDF says about files: one line for each file and profile, "PASS" or the clauses that it breaks. */
public final class VeraPdf {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (int at = 1; at < arguments.length; at++) {
            for (String profile : arguments[0].split(",")) {
                PDFAFlavour flavour = PDFAFlavour.byFlavourId(profile);
                try (InputStream bytes = new FileInputStream(arguments[at]);
                        PDFAParser parser = Foundries.defaultInstance().createParser(bytes, flavour);
                        PDFAValidator validator =
                                Foundries.defaultInstance().createValidator(flavour, false)) {
                    ValidationResult result = validator.validate(parser);
                    TreeSet<String> broken = new TreeSet<>();
                    for (TestAssertion assertion : result.getTestAssertions()) {
                        broken.add(
                                assertion.getRuleId().getClause()
                                        + "-"
                                        + assertion.getRuleId().getTestNumber());
                    }
                    System.out.println(
                            arguments[at]
                                    + " "
                                    + profile
                                    + " "
                                    + (result.isCompliant() ? "PASS" : "FAIL " + broken)
                                    + " "
                                    + result.getTotalAssertions()
                                    + " assertions");
                }
            }
        }
    }
}
