package dev.leaderelection.kubernetes;

import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.Preconditions;
import java.util.HashMap;
import java.util.Map;

/**
 * What a write was decided on: the server refuses it if the object has changed since, or is another of the same name.
 *
 * @param uid the object's UID
 * @param version its resourceVersion
 */
record Revision(String uid, String version) {

    /** The metadata of a patch that is for this revision alone; what else it changes there may be added. */
    Map<String, Object> metadata() {
        Map<String, Object> metadata = new HashMap<>();
        metadata.put("uid", uid);
        metadata.put("resourceVersion", version);
        return metadata;
    }

    /** The body of a deletion of this revision alone. */
    DeleteOptions deletion() {
        DeleteOptions options = new DeleteOptions();
        options.setApiVersion("v1");
        options.setKind("DeleteOptions");
        options.setPreconditions(new Preconditions(version, uid));
        return options;
    }
}
