package dev.leaderelection.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.LeaseRecord;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read off objects, however strange they are. */
class ReadersTest {

    static final Election ELECTION = Election.of(Serialization.unmarshal("""
            metadata: {namespace: shop, name: orders, uid: election-uid}
            spec:
              selector: {matchLabels: {app: orders}}
              routing: {label: {key: example.com/role, followerValue: follower}}
            """, LeaderElection.class));

    private static final PodIdentity A = new PodIdentity("a", "a-uid");
    private static final PodIdentity B = new PodIdentity("b", "b-uid");
    private static final String RECORD = "{\"holder\":{\"name\":\"a\",\"uid\":\"a-uid\"},\"term\":7}";

    private static Candidate read(String yaml) {
        return PodReader.read(pod(yaml), ELECTION);
    }

    private static Pod pod(String yaml) {
        // The marker keeps what is in braces from being taken for JSON.
        return Serialization.unmarshal("---\n" + yaml, Pod.class);
    }

    // Records.

    @Test
    void aRecordSurvivesTheWayThereAndBack() {
        for (LeaseRecord lease : Set.of(
                LeaseRecord.UNCLAIMED,
                LeaseRecord.UNCLAIMED.close(),
                LeaseRecord.claimed(A, 7, Set.of(), false),
                LeaseRecord.claimed(A, LeaseRecord.HIGHEST_TERM, Set.of(B, new PodIdentity("a", "earlier")), true))) {
            assertThat(RecordCodec.decode(RecordCodec.encode(lease))).contains(lease);
        }
        assertThat(RecordCodec.encode(LeaseRecord.claimed(A, 7, Set.of(), false)))
                .isEqualTo(RECORD);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "7",
                "{",
                "{\"term\":-1}",
                "{\"term\":\"7\"}",
                "{\"term\":7.5}",
                "{\"term\":7 }",
                "{\"term\":7,\"all\":false}",
                "{\"term\":7,\"more\":1}",
                "{\"term\":99999999999999999999}",
                "{\"term\":9223372036854775807}",
                "{\"term\":576460752303423489}",
                "{\"holder\":{\"name\":\"a\"},\"term\":7}",
                "{\"holder\":{\"name\":\"a\",\"uid\":\"u\"},\"term\":0}",
                "{\"holder\":{\"name\":\"a\",\"uid\":\"u\"},\"term\":7,\"closed\":true}",
                "{\"term\":7,\"fence\":[{}]}"
            })
    void whatIsNotExactlyARecordIsNone(String text) {
        assertThat(RecordCodec.decode(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"10,9,true", "9,10,false", "9,9,false", "100,99,true", "x,1,false", "1,x,false", "'',1,false"})
    void revisionsCompareAsNumbers(String one, String other, boolean later) {
        assertThat(Versions.isLater(one, other)).isEqualTo(later);
    }

    @Test
    void theAnnotationsAreNamedAfterTheLabel() {
        assertThat(ELECTION.label().termKey()).isEqualTo("example.com/role.term");
        assertThat(ELECTION.label().fenceKey()).isEqualTo("example.com/role.fence");
    }

    // Leases.

    private static LeaseState lease(String owner, String holder, String annotation, String managedFields) {
        Lease lease = Serialization.unmarshal("""
                metadata:
                  uid: lease-uid
                  resourceVersion: "5"
                  ownerReferences: [{apiVersion: leaderelection.dev/v1alpha1, kind: LeaderElection, name: orders, uid: %s}]
                  annotations: {%s}
                  managedFields: %s
                spec: {%s}
                """.formatted(owner, annotation, managedFields, holder), Lease.class);
        return LeaseReader.read(lease, ELECTION);
    }

    private static String record(String text) {
        return "leaderelection.dev/record: '" + text + "'";
    }

    private static String managedBy(String manager) {
        return "[{manager: " + manager
                + ", fieldsV1: {'f:metadata': {'f:annotations': {'f:leaderelection.dev/record': {}}}}}]";
    }

    private static final String OURS = managedBy("leader-election-operator");

    @Test
    void aWholeLeaseOfOursIsClaimed() {
        LeaseState state = lease("election-uid", "holderIdentity: a, leaseTransitions: 3", record(RECORD), OURS);

        assertThat(state)
                .isEqualTo(new LeaseState.Claimed(
                        new LeaseState.Copy("lease-uid", "5", Instant.EPOCH, Instant.EPOCH, 3, Duration.ZERO),
                        A,
                        LeaseRecord.claimed(A, 7, Set.of(), false)));
    }

    @Test
    void aLeaseWithoutOurOwnerIsForeign() {
        assertThat(lease("another-uid", "holderIdentity: somebody", record(RECORD), OURS))
                .isEqualTo(new LeaseState.Foreign("somebody"));
        assertThat(LeaseReader.read(Serialization.unmarshal("metadata: {name: orders}", Lease.class), ELECTION))
                .isEqualTo(new LeaseState.Foreign(""));
    }

    @Test
    void aLeaseWithoutManagedFieldsIsUntracked() {
        assertThat(lease("election-uid", "holderIdentity: a", record(RECORD), "[]"))
                .isInstanceOf(LeaseState.Untracked.class);
    }

    @Test
    void aLeaseIsUnclaimedByEachCause() {
        assertUnclaimed(lease("election-uid", "holderIdentity: a", "", OURS), 0);
        assertUnclaimed(lease("election-uid", "holderIdentity: a", record("nonsense"), OURS), 0);
        assertUnclaimed(lease("election-uid", "holderIdentity: b", record(RECORD), OURS), 7);
        assertUnclaimed(lease("election-uid", "", record(RECORD), OURS), 7);
        assertUnclaimed(lease("election-uid", "holderIdentity: a", record(RECORD), managedBy("kubectl-edit")), 7);
        assertUnclaimed(lease("election-uid", "", record("{\"term\":7,\"all\":true}"), OURS), 7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{manager: leader-election-operator}]",
                "[{manager: leader-election-operator, fieldsV1: {}}]",
                "[{manager: leader-election-operator, fieldsV1: {'f:metadata': {}}}]",
                "[{manager: leader-election-operator, fieldsV1: {'f:metadata': 7}}]",
                "[{fieldsV1: {'f:metadata': {'f:annotations': {'f:leaderelection.dev/record': {}}}}}]",
                "[{}]"
            })
    void aRecordWhoseWriterCannotBeToldIsNotOurs(String managedFields) {
        assertUnclaimed(lease("election-uid", "holderIdentity: a", record(RECORD), managedFields), 7);
    }

    @Test
    void aRecordThatTwoManagersShareIsNotOurs() {
        String both = OURS.replace("]", ",") + managedBy("kubectl-apply").substring(1);

        assertUnclaimed(lease("election-uid", "holderIdentity: a", record(RECORD), both), 7);
    }

    @Test
    void aClosedLeaseIsClosed() {
        assertThat(lease("election-uid", "", record(RecordCodec.encode(LeaseRecord.UNCLAIMED.close())), OURS))
                .isInstanceOf(LeaseState.Closed.class);
    }

    private static void assertUnclaimed(LeaseState state, long term) {
        assertThat(state).isInstanceOf(LeaseState.Unclaimed.class);
        assertThat(((LeaseState.Unclaimed) state).term()).isEqualTo(term);
    }

    // Pods.

    @Test
    void readsALeader() {
        Candidate pod = read("""
                metadata:
                  name: orders-2
                  uid: u
                  resourceVersion: "9"
                  creationTimestamp: "2026-01-01T00:00:00Z"
                  labels: {app: orders, example.com/role: leader, apps.kubernetes.io/pod-index: "2", controller-revision-hash: r1}
                  annotations:
                    leaderelection.dev/priority: "-3"
                    example.com/role.term: "7"
                    example.com/role.fence: 7/election-uid/nonce
                spec: {nodeName: n1}
                status:
                  phase: Running
                  podIP: 10.0.0.1
                  conditions: [{type: Ready, status: "True", lastTransitionTime: "2026-01-01T00:00:09Z"}]
                """);

        assertThat(pod)
                .isEqualTo(new Candidate(
                        new PodIdentity("orders-2", "u"),
                        "9",
                        true,
                        Candidate.Life.RUNNING,
                        true,
                        Instant.parse("2026-01-01T00:00:09Z"),
                        false,
                        Candidate.Contact.FINE,
                        Candidate.Standing.STANDS,
                        -3,
                        2,
                        "r1",
                        Instant.parse("2026-01-01T00:00:00Z"),
                        Candidate.Role.LEADER,
                        7,
                        new Candidate.Mark(Candidate.Mark.Origin.THIS_ELECTION, 7),
                        new Candidate.Place("n1", "10.0.0.1", false)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{phase: Running, containerStatuses: [{state: {running: {}}}]} | false",
                "{phase: Running, containerStatuses: [{state: {terminated: {exitCode: 0}}}]} | true",
                "{phase: Running, containerStatuses: [{state: {terminated: {exitCode: 0}}}, {state: {waiting: {}}}]} | false",
                "{phase: Running, containerStatuses: [{state: {terminated: {exitCode: 0}}}], initContainerStatuses: [{state:"
                        + " {running: {}}}]} | false",
                "{phase: Running, containerStatuses: [{}]} | false",
                "{phase: Running} | false",
                "{phase: Succeeded} | true",
                "{phase: Failed} | true"
            })
    void aPodThatIsBeingDeletedHasStoppedWhenAllItsContainersHave(String status, boolean stopped) {
        Pod pod = pod("metadata: {name: a, uid: u, deletionTimestamp: '2026-01-01T00:00:00Z'}\nstatus: " + status);

        assertThat(PodReader.hasStopped(pod)).isEqualTo(stopped);
        assertThat(PodReader.hasStopped(PodTrimmer.trim(pod))).isEqualTo(stopped);
    }

    @Test
    void containersThatEndAreStartedAgainUnlessThePodIsBeingDeleted() {
        assertThat(
                        PodReader.hasStopped(
                                pod(
                                        "metadata: {name: a, uid: u}\nstatus: {containerStatuses: [{state: {terminated: {exitCode: 1}}}]}")))
                .isFalse();
    }

    @Test
    void readsAPodThatSaysNothing() {
        Candidate pod = read("metadata: {name: a, uid: u}");

        assertThat(pod.selected()).isFalse();
        assertThat(pod.ready()).isFalse();
        assertThat(pod.life()).isEqualTo(Candidate.Life.PENDING);
        assertThat(pod.ordinal()).isEqualTo(Candidate.NO_ORDINAL);
        assertThat(pod.mark()).isEqualTo(Candidate.Mark.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', STANDS",
        "'leaderelection.dev/priority: \"1\"', '', STANDS",
        "'leaderelection.dev/priority: high', '', MALFORMED",
        "'leaderelection.dev/priority: \"99999999999\"', '', MALFORMED",
        "'leaderelection.dev/candidate: \"false\"', '', EXCLUDED",
        "'leaderelection.dev/candidate: \"maybe\"', '', MALFORMED",
        "'leaderelection.dev/candidate: \"false\", leaderelection.dev/priority: x', '', EXCLUDED"
    })
    void readsWhetherAPodStands(String annotations, String ignored, Candidate.Standing standing) {
        assertThat(read("metadata: {name: a, uid: u, annotations: {" + annotations + ignored + "}}")
                        .standing())
                .isEqualTo(standing);
    }

    @ParameterizedTest
    @CsvSource({
        "Running, false, RUNNING",
        "Running, true, TERMINATING",
        "Pending, false, PENDING",
        "Unknown, false, PENDING",
        "Failed, true, ENDED",
        "Succeeded, false, ENDED"
    })
    void readsHowFarALifeIs(String phase, boolean deleted, Candidate.Life life) {
        String deletion = deleted ? ", deletionTimestamp: '2026-01-01T00:00:00Z'" : "";

        assertThat(read("{metadata: {name: a, uid: u" + deletion + "}, status: {phase: " + phase + "}}")
                        .life())
                .isEqualTo(life);
    }

    @ParameterizedTest
    @CsvSource({
        "7/election-uid/x, THIS_ELECTION, 7",
        "7/another/x, ANOTHER_ELECTION, 0",
        "x/election-uid/x, THIS_ELECTION, 0",
        "-7/election-uid/x, THIS_ELECTION, 0",
        "nonsense, ANOTHER_ELECTION, 0"
    })
    void readsWhoseAMarkIs(String mark, Candidate.Mark.Origin origin, long term) {
        assertThat(read("metadata: {name: a, uid: u, annotations: {example.com/role.fence: " + mark + "}}")
                        .mark())
                .isEqualTo(new Candidate.Mark(origin, term));
    }

    @Test
    void aPodOfAStatefulSetHasTheOrdinalOfItsName() {
        String owned = "metadata: {name: %s, uid: u, ownerReferences: [{kind: %s, controller: true, name: x, uid: x}]}";

        assertThat(read(owned.formatted("orders-12", "StatefulSet")).ordinal()).isEqualTo(12);
        assertThat(read(owned.formatted("orders-12", "ReplicaSet")).ordinal()).isEqualTo(Candidate.NO_ORDINAL);
        assertThat(read(owned.formatted("orders-x", "StatefulSet")).ordinal()).isEqualTo(Candidate.NO_ORDINAL);
    }

    @Test
    void absurdTimesAreNoError() {
        Candidate pod = read("""
                metadata: {name: a, uid: u, creationTimestamp: yesterday}
                status: {conditions: [{type: Ready, status: "True", lastTransitionTime: soon}]}
                """);

        assertThat(pod.created()).isEqualTo(Instant.EPOCH);
        assertThat(pod.readySince()).isEqualTo(Instant.EPOCH);
        assertThat(pod.ready()).isTrue();
    }

    @Test
    void trimmingLosesNothingThatIsRead() {
        Pod whole = pod("""
                metadata:
                  name: orders-2
                  uid: u
                  resourceVersion: "9"
                  labels: {app: orders, example.com/role: follower}
                  annotations: {other.io/x: big, example.com/role.fence: 7/election-uid/n, leaderelection.dev/priority: "4"}
                  ownerReferences: [{kind: StatefulSet, controller: true, name: orders, uid: s}]
                spec: {nodeName: n1, containers: [{name: c, image: i}]}
                status: {phase: Running, podIP: 10.0.0.1, conditions: [{type: Ready, status: "True"}, {type: Other, status: "True"}]}
                """);
        Pod trimmed = PodTrimmer.trim(whole);

        assertThat(PodReader.read(trimmed, ELECTION)).isEqualTo(PodReader.read(whole, ELECTION));
        assertThat(trimmed.getMetadata().getAnnotations()).doesNotContainKey("other.io/x");
        assertThat(trimmed.getSpec().getContainers()).isEmpty();
        assertThat(PodTrimmer.differ(whole, trimmed)).isFalse();
        assertThat(PodTrimmer.markedBy(trimmed)).containsExactly("election-uid");
        assertThat(PodReader.read(PodTrimmer.trim(pod("metadata: {name: a, uid: u}")), ELECTION))
                .isEqualTo(read("metadata: {name: a, uid: u}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{metadata: {name: a, uid: v}}",
                "{metadata: {name: a, uid: u, labels: {x: y}}}",
                "{metadata: {name: a, uid: u, annotations: {leaderelection.dev/priority: '1'}}}",
                "{metadata: {name: a, uid: u, deletionTimestamp: '2026-01-01T00:00:00Z'}}",
                "{metadata: {name: a, uid: u}, status: {phase: Failed}}",
                "{metadata: {name: a, uid: u}, status: {conditions: [{type: Ready, status: 'True'}]}}"
            })
    void everyChangeThatMattersIsSeen(String changed) {
        assertThat(PodTrimmer.differ(pod("{metadata: {name: a, uid: u}}"), pod(changed)))
                .isTrue();
    }

    @Test
    void anotherReadingOfTheSameLeaseDiffersOnlyByItsTimes() {
        Lease one = Serialization.unmarshal("---\n{metadata: {uid: l}, spec: {holderIdentity: a}}", Lease.class);
        Lease renewed = Serialization.unmarshal(
                "---\n{metadata: {uid: l, resourceVersion: '9'}, spec: {holderIdentity: a, leaseTransitions: 4}}",
                Lease.class);
        Lease edited = Serialization.unmarshal("---\n{metadata: {uid: l}, spec: {holderIdentity: b}}", Lease.class);

        assertThat(LeaseReader.saysTheSame(one, renewed)).isTrue();
        assertThat(LeaseReader.saysTheSame(one, edited)).isFalse();
    }
}
