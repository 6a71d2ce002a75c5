package dev.leaderelection.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What {@code src/test/nodes/run.sh} does. */
class RealNodesIT {

    @TestFactory
    Stream<DynamicTest> everyStoryEndsWellOnRealNodes() throws IOException {
        List<Row> rows = RealNodes.run(List.of(), System.out::println);

        System.out.println(Row.table(rows).text());
        return rows.stream()
                .map(row -> DynamicTest.dynamicTest(
                        row.story(), () -> assertThat(row.fault()).isEmpty()));
    }
}
