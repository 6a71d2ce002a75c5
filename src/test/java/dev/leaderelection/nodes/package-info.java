/**
 * The operator's own image on two real nodes: kubelets, containerd, kube-proxies, containers and traffic. Needs root on Linux; everything
 * happens in namespaces of its own, out of which no packet leads, and ends with them. Knows the cluster harness and the wire types,
 * and nothing of the operator's code.
 */
@NullMarked
package dev.leaderelection.nodes;

import org.jspecify.annotations.NullMarked;
