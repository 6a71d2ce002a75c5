package dev.leaderelection.cluster;

import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Map;

/** What pods look like where nothing runs in them. */
public final class PlainPod {

    private PlainPod() {}

    /** One that the API server takes, with a container that nobody starts; for the caller to complete. */
    public static PodBuilder of(String name, Map<String, String> labels) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("app")
                .withImage("app")
                .endContainer()
                .endSpec();
    }
}
