package dev.leaderelection.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leaderelection.election.LeaseRecord;
import dev.leaderelection.election.PodIdentity;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The record of a Lease as text: {@code {"holder":{"name":…,"uid":…},"term":7,"fence":[…],"all":true,"closed":true}}, without
 * what is empty or false.
 */
final class RecordCodec {

    private static final ObjectMapper JSON = new ObjectMapper();

    private RecordCodec() {}

    static String encode(LeaseRecord lease) {
        ObjectNode root = JSON.createObjectNode();
        lease.holder().ifPresent(holder -> put(root.putObject("holder"), holder));
        root.put("term", lease.term());
        if (!lease.toFence().isEmpty()) {
            ArrayNode fence = root.putArray("fence");
            new TreeSet<>(lease.toFence()).forEach(pod -> put(fence.addObject(), pod));
        }
        if (lease.fenceAll()) {
            root.put("all", true);
        }
        if (lease.closed()) {
            root.put("closed", true);
        }
        return root.toString();
    }

    /** Reads a record, or nothing if the text is not exactly what {@link #encode} writes of some record. */
    static Optional<LeaseRecord> decode(String text) {
        try {
            JsonNode root = JSON.readTree(text);
            JsonNode holder = root.path("holder");
            Set<PodIdentity> fence = new TreeSet<>();
            root.path("fence").forEach(pod -> fence.add(pod(pod)));
            LeaseRecord decoded = new LeaseRecord(
                    holder.isMissingNode() ? Optional.empty() : Optional.of(pod(holder)),
                    root.path("term").asLong(-1),
                    fence,
                    root.path("all").asBoolean(),
                    root.path("closed").asBoolean());
            return decoded.term() <= LeaseRecord.HIGHEST_TERM && encode(decoded).equals(text)
                    ? Optional.of(decoded)
                    : Optional.empty();
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static PodIdentity pod(JsonNode node) {
        return new PodIdentity(node.path("name").asText(), node.path("uid").asText());
    }

    private static void put(ObjectNode node, PodIdentity pod) {
        node.put("name", pod.name()).put("uid", pod.uid());
    }
}
