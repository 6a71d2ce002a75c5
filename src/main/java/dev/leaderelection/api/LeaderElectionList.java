package dev.leaderelection.api;

import io.fabric8.kubernetes.api.model.DefaultKubernetesResourceList;

/** A list of elections, as the API server answers it. */
public final class LeaderElectionList extends DefaultKubernetesResourceList<LeaderElection> {

    private static final long serialVersionUID = 1L;
}
