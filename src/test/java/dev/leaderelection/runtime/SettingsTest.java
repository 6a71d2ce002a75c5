package dev.leaderelection.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.common.utils.StringUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which settings make no sense, and what is said of them. */
class SettingsTest {

    /** The configuration of an operator that has these settings, and is otherwise at its defaults. */
    static OperatorConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .withMapping(OperatorConfig.class)
                .withDefaultValues(settings)
                .withConverter(Duration.class, 100, new DurationConverter())
                .build()
                .getConfigMapping(OperatorConfig.class);
    }

    private static List<String> mistakes(Map<String, String> settings) {
        return Settings.mistakes(config(settings));
    }

    /** As environment variables, which is how the operator is told them. */
    private static Stream<String> variables(Class<?> mapping, String prefix) {
        return Stream.of(mapping.getMethods()).flatMap(setting -> {
            String name = prefix + "." + StringUtil.skewer(setting.getName());
            Class<?> type = setting.getReturnType();
            return type.isInterface()
                    ? variables(type, name)
                    : Stream.of(
                            StringUtil.replaceNonAlphanumericByUnderscores(name).toUpperCase(Locale.ROOT));
        });
    }

    @Test
    void chartAndReadmeKnowEverySettingAndNoOthers() throws IOException {
        List<String> variables =
                variables(OperatorConfig.class, "leader-election").sorted().toList();

        assertThat(variables).contains("LEADER_ELECTION_PROBES_AT_ONCE");
        assertThat(Path.of("deploy", "helm", "leader-election-operator", "files", "settings.txt"))
                .content()
                .isEqualTo(String.join("\n", variables) + "\n");
        assertThat(Files.readAllLines(Path.of("README.md")))
                .filteredOn(line -> line.startsWith("| `LEADER_ELECTION_"))
                .extracting(line -> line.split("`", -1)[1])
                .containsExactlyInAnyOrderElementsOf(variables);
    }

    @Test
    void theDefaultsMakeSense() {
        assertThat(mistakes(Map.of())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "overdue-limit, 0s",
        "event-queue, 0",
        "rehearsals, -1",
        "rehearsal-limit, -1s",
        "probes.at-once, 0",
        "metrics.per-election, -1",
        "allowed-label-prefixes, Example.com",
        "replica.duration, 1s",
        "replica.renew-interval, 4s",
    })
    void eachMistakeNamesTheSettingAndWhatItMayBe(String setting, String value) {
        assertThat(mistakes(Map.of("leader-election." + setting, value)))
                .singleElement()
                .asString()
                .startsWith("leader-election." + setting + " must be ")
                .contains(", and is ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop,bank", "shop bank", "*", "Shop", "-shop"})
    void severalNamespacesAreRefused(String namespaces) {
        assertThat(mistakes(Map.of("leader-election.namespace", namespaces)))
                .containsExactly("leader-election.namespace must be one namespace, or empty for all "
                        + "(for several, run one operator in each), and is " + namespaces);
    }

    @Test
    void oneNamespaceMakesSense() {
        assertThat(mistakes(Map.of("leader-election.namespace", "shop"))).isEmpty();
    }

    @Test
    void allMistakesAreToldAtOnce() {
        assertThat(mistakes(Map.of("leader-election.event-queue", "0", "leader-election.rehearsals", "-1")))
                .hasSize(2);
    }
}
