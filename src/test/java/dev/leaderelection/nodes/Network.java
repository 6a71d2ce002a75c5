package dev.leaderelection.nodes;

import dev.leaderelection.cluster.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One network namespace for each node, all at one switch, in a namespace that has no other link: what no rule catches goes nowhere.
 * The control plane is at the switch itself, and reaches pods as the nodes do.
 */
final class Network {

    /** Where the control plane is. */
    static final String MACHINE = "172.30.0.1";

    static final int NODES = 2;

    private static final String LAY = """
            ip link add nodes type bridge
            ip addr add %1$s/24 dev nodes
            ip link set nodes up
            for i in $(seq %2$d); do
              ip netns add node-$i
              ip link add port-$i type veth peer name eth0 netns node-$i
              ip link set port-$i master nodes up
              ip -n node-$i link set lo up
              ip -n node-$i addr add %1$s$i/24 dev eth0
              ip -n node-$i link set eth0 up
              ip -n node-$i route add default via %1$s
              nsenter --net=/run/netns/node-$i sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
              ip route add 10.244.$i.0/24 via %1$s$i
            done
            for i in $(seq %2$d); do
              for j in $(seq %2$d); do
                [ $i = $j ] || ip -n node-$i route add 10.244.$j.0/24 via %1$s$j
              done
            done
            """;

    private Network() {}

    /** Lays it. */
    static void lay() {
        Command.run("laying the network", Duration.ofSeconds(20), List.of("sh", "-euc", LAY.formatted(MACHINE, NODES)));
    }

    /** A node's address, from 1. */
    static String address(int node) {
        return MACHINE + node;
    }

    /** The addresses of a node's pods. */
    static String podRange(int node) {
        return "10.244." + node + ".0/24";
    }

    /** The command that runs a command in a node's network. */
    static List<String> inside(int node, List<String> command) {
        List<String> words = new ArrayList<>(List.of("nsenter", "--net=/run/netns/node-" + node));
        words.addAll(command);
        return words;
    }
}
