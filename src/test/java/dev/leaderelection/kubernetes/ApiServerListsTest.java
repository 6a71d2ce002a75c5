package dev.leaderelection.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.ApiServer.Reply;
import dev.leaderelection.kubernetes.ApiServer.Wire;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ApiServerListsTest {

    private static final String PODS = "/api/v1/namespaces/shop/pods";
    private static final Reply EXPIRED = new Reply(410, """
            {"kind": "Status", "apiVersion": "v1", "reason": "Expired", "code": 410,
             "message": "The provided continue parameter is too old", "metadata": {"continue": "inconsistent"}}""");

    private final List<String> asked = new ArrayList<>();
    private final Deque<Reply> replies = new ArrayDeque<>();

    private static ApiServerLists lists(Wire wire) {
        return new ApiServerLists(new ApiServer(wire, new KubernetesSerialization()), Duration.ZERO);
    }

    private Answer<List<String>> list() {
        return names(lists((request, body) -> {
            asked.add(request.path());
            return replies.remove();
        }));
    }

    private static Answer<List<String>> names(ApiServerLists lists) {
        return lists.<Pod, PodList, String>read(
                PODS, PodList.class, pod -> Optional.of(pod.getMetadata().getName()));
    }

    private static Reply page(String rest, String... pods) {
        List<String> items = Stream.of(pods)
                .map("{\"metadata\": {\"name\": \"%s\"}}"::formatted)
                .toList();
        return new Reply(
                200,
                "{\"kind\": \"PodList\", \"metadata\": {\"continue\": \"" + rest + "\"}, \"items\": " + items + "}");
    }

    @Test
    void readsAllPagesOfTheRevisionOfTheFirst() {
        replies.add(page("a/b=", "a", "b"));
        replies.add(page("c", "c"));
        replies.add(page("", "d"));

        assertThat(list()).isEqualTo(new Done<>(List.of("a", "b", "c", "d")));
        assertThat(asked)
                .containsExactly(
                        PODS + "?limit=500", PODS + "?limit=500&continue=a%2Fb%3D", PODS + "?limit=500&continue=c");
    }

    @Test
    void keepsOfEachPageWhatIsWanted() {
        replies.add(page("more", "a", "b"));
        replies.add(page("", "c"));

        Answer<List<String>> answer = lists((request, body) -> replies.remove())
                .<Pod, PodList, String>read(
                        PODS,
                        PodList.class,
                        pod -> Optional.of(pod.getMetadata().getName()).filter(name -> !name.equals("b")));

        assertThat(answer).isEqualTo(new Done<>(List.of("a", "c")));
    }

    @Test
    void aListWhoseRestIsNotKeptAnyMoreIsReadAgainFromItsBeginning() {
        replies.add(page("more", "a", "b"));
        replies.add(EXPIRED);
        replies.add(page("", "c"));

        assertThat(list()).isEqualTo(new Done<>(List.of("c")));
        assertThat(asked).containsExactly(PODS + "?limit=500", PODS + "?limit=500&continue=more", PODS + "?limit=500");
    }

    @Test
    void aListThatNeverGetsToItsEndIsGivenUp() {
        for (int i = 0; i < 10; i++) {
            replies.add(page("more", "a"));
            replies.add(EXPIRED);
        }

        assertThat(list())
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused -> assertThat(refused.cause()).isEqualTo(Cause.UNAVAILABLE));
        assertThat(asked).hasSize(6);
    }

    @Test
    void aPageThatIsRefusedLeavesNoListThatIsNotWhole() {
        replies.add(page("more", "a"));
        replies.add(new Reply(503, ""));

        assertThat(list())
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused -> assertThat(refused.cause()).isEqualTo(Cause.UNAVAILABLE));
        assertThat(asked).hasSize(2);
    }

    @Test
    void aListWithoutMetadataOrItemsIsEmpty() {
        replies.add(new Reply(200, "{\"kind\": \"PodList\", \"items\": null}"));

        assertThat(list()).isEqualTo(new Done<>(List.of()));
    }

    @Test
    void ofThreeListsAtOnceOneWaitsForItsTurn() {
        List<ApiServerLists> same = new ArrayList<>();
        List<Answer<List<String>>> answers = new ArrayList<>();
        same.add(lists((request, body) -> {
            asked.add(request.path());
            // While this one is under way, another one is asked for.
            answers.add(names(same.get(0)));
            return page("", "a");
        }));

        answers.add(names(same.get(0)));

        assertThat(asked).hasSize(2);
        assertThat(answers.get(0))
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused -> assertThat(refused.cause()).isEqualTo(Cause.UNAVAILABLE));
        assertThat(answers.subList(1, answers.size()))
                .containsExactly(new Done<>(List.of("a")), new Done<>(List.of("a")));
    }
}
