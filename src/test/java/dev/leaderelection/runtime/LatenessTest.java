package dev.leaderelection.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatenessTest {

    @ParameterizedTest
    @CsvSource({"0, UP", "30000, UP", "30001, DOWN"})
    void whatIsLateForLongerThanTheLimitIsDown(long milliseconds, Status status) {
        HealthCheckResponse response =
                Lateness.check("renewals", "late", Duration.ofMillis(milliseconds), Duration.ofSeconds(30));

        assertThat(response.getStatus()).isEqualTo(status);
        assertThat(response.getData().orElseThrow()).containsEntry("late", milliseconds);
    }
}
