package dev.leaderelection.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.junit.jupiter.api.Test;

/** What becomes of the key-values of a message. */
class LogFieldsTest {

    private static ExtLogRecord filtered(boolean isJson, String logger, String message) {
        ExtLogRecord line = new ExtLogRecord(Level.INFO, message, ExtLogRecord.FormatStyle.NO_FORMAT, "");
        line.setLoggerName(logger);
        line.copyMdc();
        assertThat(new LogFields(isJson).isLoggable(line)).isTrue();
        return line;
    }

    @Test
    void keyValuesAreFieldsInJson() {
        ExtLogRecord line =
                filtered(true, "dev.leaderelection.reconciler.Chronicle", "pod=a term=7 leader of x=y promoted {}");

        assertThat(line.getMdcCopy()).isEqualTo(Map.of("pod", "a", "term", "7"));
        assertThat(line.getMessage()).isEqualTo("leader of x=y promoted {}");
    }

    @Test
    void keyValuesStayWhereTheyAreInText() {
        ExtLogRecord line = filtered(false, "dev.leaderelection.reconciler.Chronicle", "pod=a promoted");

        assertThat(line.getMdcCopy()).isEmpty();
        assertThat(line.getMessage()).isEqualTo("pod=a promoted");
    }

    @Test
    void messagesOfOthersAreLeftAlone() {
        ExtLogRecord line = filtered(true, "io.quarkus", "pod=a promoted");

        assertThat(line.getMessage()).isEqualTo("pod=a promoted");
    }
}
