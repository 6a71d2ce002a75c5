package dev.leaderelection.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leaderelection.docs.YamlDocuments;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    /** Some clusters choose the user, and refuse pods that name one; a kubelet sees by its number that the image's is not root. */
    @Test
    void userIsNamedByTheImageAndNotByTheDeployment() throws Exception {
        assertThat(inPom("//execution[id = 'image']/configuration/container/user"))
                .matches("[1-9][0-9]*:[1-9][0-9]*");
        JsonNode pod = YamlDocuments.parse(Files.readString(Path.of("deploy", "deployment.yaml")))
                .get(0)
                .at("/spec/template/spec");

        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        for (String id : List.of("runAsUser", "runAsGroup", "fsGroup", "supplementalGroups")) {
            assertThat(pod.findValues(id)).as(id).isEmpty();
        }
    }

    @Test
    void baseIsOfThePlatformThatIsAskedFor() throws Exception {
        assertThat(inPom("/project/properties/*[name() = 'image.platform']")).isEqualTo("linux/amd64");
        assertThat(inPom("/project/profiles/profile[id = 'image']/properties/*[name() = 'jib.from.platforms']"))
                .isEqualTo("${image.platform}");
    }
}
