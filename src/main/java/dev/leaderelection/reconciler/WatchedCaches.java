package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.kubernetes.ApiServer;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.LeaseReader;
import dev.leaderelection.kubernetes.NodeLeases;
import dev.leaderelection.kubernetes.PodTrimmer;
import dev.leaderelection.kubernetes.TransferReader;
import dev.leaderelection.kubernetes.TransferTrimmer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.javaoperatorsdk.operator.api.config.informer.FieldSelectorBuilder;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.TransformingItemStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * The watches on pods and Leases: which elections an event concerns, and what is known of the objects.
 *
 * <p>The framework's own index from primary to secondary only ever adds, so pods are indexed here: by each label, and by the
 * elections whose mark they bear. Each watch begins with a list that is read page by page, so that no more than a page of full objects
 * is in memory before they are trimmed.
 */
final class WatchedCaches implements Caches {

    private static final String POD_INDEX = "election";
    private static final String TRANSFER_INDEX = "unfinished";
    private static final String ALL_UNFINISHED = "/";

    private final IndexerResourceCache<LeaderElection> elections;
    private final InformerEventSource<Pod, LeaderElection> pods;
    private final InformerEventSource<Lease, LeaderElection> leases;
    private final InformerEventSource<LeadershipTransfer, LeaderElection> transfers;

    /**
     * @param isMember whether an election last counted a pod as its own
     * @param woken told of each election that a pod's event concerns
     * @param asked told of each election that a transfer's event concerns, or of nothing if there is no such election
     */
    WatchedCaches(
            EventSourceContext<LeaderElection> context,
            BiPredicate<LeaderElection, Pod> isMember,
            BiConsumer<LeaderElection, Pod> woken,
            Consumer<Optional<LeaderElection>> asked) {
        this.elections = context.getPrimaryCache();
        this.pods = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Pod.class, LeaderElection.class)
                        .withName("pods")
                        .withNamespacesInheritedFromController()
                        .withInformerListLimit(ApiServer.PAGE)
                        .withItemStore(new TransformingItemStore<>(PodTrimmer::trim))
                        .withSecondaryToPrimaryMapper(pod -> concernedBy(pod, isMember, woken))
                        .withPrimaryToSecondaryMapper(election -> Set.of())
                        .withOnUpdateFilter(PodTrimmer::differ)
                        .build(),
                context);
        this.pods.addIndexers(Map.of(POD_INDEX, WatchedCaches::indexKeys));
        this.leases = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Lease.class, LeaderElection.class)
                        .withName("leases")
                        .withNamespacesInheritedFromController()
                        .withInformerListLimit(ApiServer.PAGE)
                        // The heartbeats of a thousand nodes are a hundred events a second.
                        .withFieldSelector(new FieldSelectorBuilder()
                                .withoutField("metadata.namespace", NodeLeases.NAMESPACE)
                                .build())
                        .withSecondaryToPrimaryMapper(this::concernedBy)
                        .withPrimaryToSecondaryMapper(election -> Set.of())
                        // Our own renewals wake nobody.
                        .withOnUpdateFilter((now, before) -> !LeaseReader.saysTheSame(now, before))
                        .build(),
                context);
        this.transfers = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(LeadershipTransfer.class, LeaderElection.class)
                        .withName("transfers")
                        .withNamespacesInheritedFromController()
                        .withInformerListLimit(ApiServer.PAGE)
                        .withItemStore(new TransformingItemStore<>(TransferTrimmer::trim))
                        .withSecondaryToPrimaryMapper(transfer -> concernedBy(transfer, asked))
                        .withPrimaryToSecondaryMapper(election -> Set.of())
                        // Those that are finished stay as a record for as long as somebody keeps them.
                        .withOnAddFilter(transfer -> !TransferReader.isFinished(transfer))
                        .withOnUpdateFilter((now, before) -> !TransferReader.isFinished(now))
                        .build(),
                context);
        this.transfers.addIndexers(Map.of(TRANSFER_INDEX, WatchedCaches::transferKeys));
    }

    List<EventSource<?, LeaderElection>> sources() {
        return List.of(pods, leases, transfers);
    }

    @Override
    public List<Pod> podsOf(Election election) {
        Map<String, Pod> found = new HashMap<>();
        String namespace = election.namespace();
        pods.byIndex(POD_INDEX, markKey(namespace, election.uid())).forEach(pod -> found.put(name(pod), pod));
        selectedCandidates(election).stream()
                .filter(pod -> election.selector().matches(labels(pod)))
                .forEach(pod -> found.put(name(pod), pod));
        return new ArrayList<>(found.values());
    }

    private List<Pod> selectedCandidates(Election election) {
        String namespace = election.namespace();
        return election.selector().matchLabels().entrySet().stream()
                .findFirst()
                .map(label -> pods.byIndex(POD_INDEX, labelKey(namespace, label.getKey(), label.getValue())))
                .orElseGet(() -> pods.list(namespace).toList());
    }

    @Override
    public Optional<Pod> pod(String namespace, String name) {
        return pods.get(new ResourceID(name, namespace));
    }

    @Override
    public Optional<Lease> lease(String namespace, String name) {
        return leases.get(new ResourceID(name, namespace));
    }

    @Override
    public List<LeadershipTransfer> transfers(Election election) {
        return transfers.byIndex(TRANSFER_INDEX, election.namespace() + "/" + election.name());
    }

    /** The transfers of all elections, and of none, that nothing has become of yet. */
    List<LeadershipTransfer> unfinishedTransfers() {
        return transfers.byIndex(TRANSFER_INDEX, ALL_UNFINISHED);
    }

    @Override
    public List<LeaderElection> elections(String namespace) {
        return elections.list(namespace).toList();
    }

    private Set<ResourceID> concernedBy(
            Pod pod, BiPredicate<LeaderElection, Pod> isMember, BiConsumer<LeaderElection, Pod> woken) {
        Set<ResourceID> concerned = new HashSet<>();
        List<String> markedBy = PodTrimmer.markedBy(pod);
        for (LeaderElection election : elections(pod.getMetadata().getNamespace())) {
            String uid = election.getMetadata().getUid();
            if (election.getSpec().selector().matches(labels(pod))
                    || markedBy.contains(uid)
                    || isMember.test(election, pod)) {
                concerned.add(ResourceID.fromResource(election));
                woken.accept(election, pod);
            }
        }
        return concerned;
    }

    private Set<ResourceID> concernedBy(Lease lease) {
        Set<ResourceID> concerned = new HashSet<>();
        for (LeaderElection election : elections(lease.getMetadata().getNamespace())) {
            if (Election.of(election).leaseName().equals(lease.getMetadata().getName())) {
                concerned.add(ResourceID.fromResource(election));
            }
        }
        return concerned;
    }

    private Set<ResourceID> concernedBy(LeadershipTransfer transfer, Consumer<Optional<LeaderElection>> asked) {
        Optional<LeaderElection> election = elections.get(new ResourceID(
                transfer.getSpec().election(), transfer.getMetadata().getNamespace()));
        asked.accept(election);
        return election.map(ResourceID::fromResource).map(Set::of).orElseGet(Set::of);
    }

    private static List<String> transferKeys(LeadershipTransfer transfer) {
        return TransferReader.isFinished(transfer)
                ? List.of()
                : List.of(
                        ALL_UNFINISHED,
                        transfer.getMetadata().getNamespace() + "/"
                                + transfer.getSpec().election());
    }

    private static List<String> indexKeys(Pod pod) {
        String namespace = pod.getMetadata().getNamespace();
        List<String> keys = new ArrayList<>();
        labels(pod).forEach((key, value) -> keys.add(labelKey(namespace, key, value)));
        PodTrimmer.markedBy(pod).forEach(uid -> keys.add(markKey(namespace, uid)));
        return keys;
    }

    private static String labelKey(String namespace, String key, String value) {
        return namespace + "/label/" + key + "=" + value;
    }

    private static String markKey(String namespace, String electionUid) {
        return namespace + "/mark/" + electionUid;
    }

    private static Map<String, String> labels(Pod pod) {
        Map<String, String> labels = pod.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getName();
    }
}
