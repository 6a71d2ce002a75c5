package dev.leaderelection.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HeapTest {

    private static final String HISTOGRAM = """
            1014:
             num     #instances         #bytes  class name (module)
            -------------------------------------------------------
               1:        245334       21299712  [B (java.base@17.0.1)
             377:           100           4800  dev.leaderelection.reconciler.ElectionMemory
             378:           101           4848  io.javaoperatorsdk.operator.processing.event.ResourceState
             379:             7            168  io.javaoperatorsdk.operator.processing.event.ResourceState$EventingState
            Total        1065536       52428800
            """;

    @Test
    void readsTheTotalAndTheObjectsThatStandForElections() {
        assertThat(Heap.parse(HISTOGRAM, 60)).isEqualTo(new Heap(60, 50, 100, 101));
    }

    @Test
    void refusesWhatIsNoHistogram() {
        assertThatThrownBy(() -> Heap.parse("1014: no such process", 60)).isInstanceOf(IllegalArgumentException.class);
    }
}
