package dev.leaderelection.crd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeaderElectionStatus.Candidates;
import dev.leaderelection.api.LeadershipTransferSpec;
import dev.leaderelection.api.LeadershipTransferStatus;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** One number that is wider than its field would end the watch on all objects of its kind. */
class WireNumbersTest {

    private static Stream<Field> numbers(Class<?> type) {
        List<Field> numbers = new ArrayList<>();
        for (var component : type.getRecordComponents()) {
            Field field = field(type, component.getName());
            if (Number.class.isAssignableFrom(field.getType())) {
                numbers.add(field);
            }
            nested(field.getGenericType()).forEach(record -> numbers(record).forEach(numbers::add));
        }
        return numbers.stream();
    }

    private static Stream<Class<?>> nested(Type type) {
        if (type instanceof ParameterizedType generic) {
            return Stream.of(generic.getActualTypeArguments()).flatMap(WireNumbersTest::nested);
        }
        return type instanceof Class<?> known && known.isRecord() ? Stream.of(known) : Stream.empty();
    }

    private static Field field(Class<?> type, String name) {
        try {
            return type.getDeclaredField(name);
        } catch (NoSuchFieldException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theSchemaLetsNoNumberPassThatItsFieldCannotHold() {
        assertThat(Stream.of(
                                LeaderElectionSpec.class,
                                LeaderElectionStatus.class,
                                LeadershipTransferSpec.class,
                                LeadershipTransferStatus.class)
                        .flatMap(WireNumbersTest::numbers))
                .hasSizeGreaterThan(20)
                .allSatisfy(field -> assertThat(isWide(field) || isBounded(field))
                        .as(field.toString())
                        .isTrue());
    }

    private static boolean isWide(Field field) {
        return field.getType().equals(Long.class);
    }

    private static boolean isBounded(Field field) {
        Min least = field.getAnnotation(Min.class);
        Max most = field.getAnnotation(Max.class);
        return least != null && most != null && least.value() >= 0 && most.value() <= Integer.MAX_VALUE;
    }

    @Test
    void aStatusFromBeforeItHadBoundsIsRead() {
        LeaderElection election = Serialization.unmarshal("""
                apiVersion: leaderelection.dev/v1alpha1
                kind: LeaderElection
                metadata: {name: orders}
                spec: {selector: {matchLabels: {app: orders}}}
                status:
                  observedGeneration: 99999999999
                  candidates: {total: 99999999999, eligible: -99999999999, summary: ""}
                """, LeaderElection.class);

        assertThat(Objects.requireNonNull(election.getStatus()).candidates())
                .isEqualTo(new Candidates(99_999_999_999L, -99_999_999_999L, ""));
    }
}
