package dev.leaderelection.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectMeta;

/** What every trimmed object keeps of its metadata: which object it is, which revision of it, and since when it exists. */
final class TrimmedMetadata {

    private TrimmedMetadata() {}

    static ObjectMeta of(ObjectMeta whole) {
        ObjectMeta kept = new ObjectMeta();
        kept.setNamespace(whole.getNamespace());
        kept.setName(whole.getName());
        kept.setUid(whole.getUid());
        kept.setResourceVersion(whole.getResourceVersion());
        kept.setCreationTimestamp(whole.getCreationTimestamp());
        return kept;
    }
}
