package dev.leaderelection.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Namespace shop has the elections orders and bills. */
class CompletionTest {

    private final Completion completion = new Completion(
            access -> access.namespace().equals("shop") ? List.of("bills", "orders") : List.of("home"),
            (access, election) -> List.of(election + "-0", election + "-1"),
            access -> access.context().equals("prod") ? List.of("kube-system", "shop") : List.of("default"),
            access -> Optional.of(Kubeconfig.read("src/test/resources/kubectl/kubeconfig.yaml", Map.of())));

    static Stream<Arguments> lines() {
        return Stream.of(
                Arguments.of(List.of("st"), List.of("status")),
                Arguments.of(List.of("nonsense", "x"), List.of()),
                Arguments.of(List.of("status", ""), List.of("home")),
                Arguments.of(List.of("status", "-n", "shop", ""), List.of("bills", "orders")),
                Arguments.of(List.of("-n", "shop", "status", "o"), List.of("orders")),
                Arguments.of(List.of("list", ""), List.of()),
                Arguments.of(List.of("list", "-A", ""), List.of()),
                Arguments.of(List.of("status", "orders", ""), List.of()),
                Arguments.of(List.of("status", "orders", "-o", ""), List.of("json", "yaml")),
                Arguments.of(List.of("transfer", "orders", "--to", ""), List.of("orders-0", "orders-1")),
                Arguments.of(List.of("transfer", "orders", "--t"), List.of("--timeout", "--to")),
                Arguments.of(List.of("pause", "--n"), List.of("--namespace")),
                Arguments.of(List.of("watch", "--o"), List.of("--output")),
                Arguments.of(List.of("--cl"), List.of("--cluster")),
                Arguments.of(List.of("--namespace=shop", "status", ""), List.of("bills", "orders")),
                Arguments.of(List.of("status", "-n", ""), List.of("default")),
                Arguments.of(List.of("--context", "prod", "list", "--namespace", "s"), List.of("shop")),
                Arguments.of(List.of("list", "--context", ""), List.of("prod", "test")),
                Arguments.of(List.of("list", "--context=p"), List.of("prod")),
                Arguments.of(List.of("list", "--cluster", ""), List.of("east", "west")),
                Arguments.of(List.of("list", "--user", ""), List.of("ann", "bob")),
                Arguments.of(List.of("list", "--kubeconfig", ""), List.of()));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void suggestsWhatMayStandThere(List<String> words, List<String> suggested) {
        assertThat(completion.of(words)).isEqualTo(suggested);
    }
}
