package dev.leaderelection.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

/** What the build tells the maker of the image. The image itself is for {@link ImageIT}, and not made by every build. */
class ImageBuildTest {

    private static String inPom(String path) throws Exception {
        Document pom = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(Path.of("pom.xml").toFile());
        XPath paths = XPathFactory.newDefaultInstance().newXPath();
        return paths.evaluate(path, pom);
    }

    @Test
    void baseIsOfThePlatformThatIsAskedFor() throws Exception {
        assertThat(inPom("/project/properties/*[name() = 'image.platform']")).isEqualTo("linux/amd64");
        assertThat(inPom("/project/profiles/profile[id = 'image']/properties/*[name() = 'jib.from.platforms']"))
                .isEqualTo("${image.platform}");
    }
}
