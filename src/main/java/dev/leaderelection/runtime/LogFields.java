package dev.leaderelection.runtime;

import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.ExtLogRecord.FormatStyle;

/** Makes fields of the key-values of a message where logs are JSON. SLF4J puts them before it, which is how they are read in text. */
@LoggingFilter(name = "fields")
public final class LogFields implements Filter {

    private static final Pattern FIELD = Pattern.compile("\\G(\\w+)=(\\S*) ");
    private static final String OURS = "dev.leaderelection.";

    private final boolean isJson;

    /**
     * @param isJson whether logs are JSON
     */
    public LogFields(@ConfigProperty(name = "leader-election.log-json", defaultValue = "false") boolean isJson) {
        this.isJson = isJson;
    }

    @Override
    public boolean isLoggable(LogRecord line) {
        if (isJson
                && line instanceof ExtLogRecord record
                && record.getLoggerName() != null
                && record.getLoggerName().startsWith(OURS)) {
            split(record);
        }
        return true;
    }

    /** SLF4J hands messages over with their arguments filled in. */
    private static void split(ExtLogRecord record) {
        String message = record.getMessage();
        Matcher field = FIELD.matcher(message);
        int end = 0;
        while (field.find()) {
            record.putMdc(field.group(1), field.group(2));
            end = field.end();
        }
        record.setMessage(message.substring(end), FormatStyle.NO_FORMAT);
    }
}
