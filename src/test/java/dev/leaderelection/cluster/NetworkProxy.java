package dev.leaderelection.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries bytes between clients and a port, both on loopback: at once, late, not for now, or not at all. */
public final class NetworkProxy implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NetworkProxy.class);

    private final int target;
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(NetworkProxy::daemon);
    private Duration delay = Duration.ZERO;
    private boolean held;
    private boolean cut;

    /**
     * @param target the port that is spoken to
     */
    public NetworkProxy(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    /** Where it listens, on loopback. */
    public int port() {
        return server.getLocalPort();
    }

    /** A file for {@code KUBECONFIG} by which this identity reaches a control plane through here; it goes with the control plane. */
    public Path kubeconfig(ControlPlane controlPlane, Identity identity) throws IOException {
        Path proxied = Files.createTempFile(controlPlane.directory(), "proxied", ".kubeconfig");
        String direct = Files.readString(controlPlane.kubeconfig(identity));
        return Files.writeString(proxied, direct.replace(controlPlane.url(), "https://127.0.0.1:" + port()));
    }

    /** Lets each piece take its time from now on. */
    public synchronized void delay(Duration time) {
        delay = time;
    }

    /** Keeps everything that is sent, in either direction, until {@link #heal()} lets it arrive after all. */
    public synchronized void hold() {
        held = true;
    }

    /** Breaks all connections, and every new one. */
    public void cut() {
        synchronized (this) {
            cut = true;
        }
        open.forEach(NetworkProxy::close);
    }

    /** Carries everything at once again. */
    public synchronized void heal() {
        delay = Duration.ZERO;
        held = false;
        cut = false;
        notifyAll();
    }

    private synchronized boolean isCut() {
        return cut;
    }

    /** Waits as long as what was read must wait. */
    private void passage() throws InterruptedException {
        Duration late;
        synchronized (this) {
            while (held) {
                wait();
            }
            late = delay;
        }
        TimeUnit.NANOSECONDS.sleep(late.toNanos());
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (isCut()) {
                    close(client);
                } else {
                    connect(client);
                }
            } catch (IOException e) {
                // The proxy is being closed, or nobody listens there now: the client has lost its connection already.
                LOG.debug("no connection: {}", e.toString());
            }
        }
    }

    private void connect(Socket client) throws IOException {
        try {
            Socket upstream = new Socket(InetAddress.getLoopbackAddress(), target);
            for (Socket socket : new Socket[] {client, upstream}) {
                socket.setTcpNoDelay(true);
                open.add(socket);
            }
            threads.execute(() -> carry(client, upstream));
            threads.execute(() -> carry(upstream, client));
        } catch (IOException e) {
            close(client);
            throw e;
        }
    }

    /** What was read arrives, even if its sender does not wait for an answer any more. */
    private void carry(Socket from, Socket to) {
        byte[] buffer = new byte[16_384];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                passage();
                out.write(buffer, 0, length);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            end(from, to);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end(from, to);
        }
        if (from.isInputShutdown() || to.isInputShutdown()) {
            end(from, to);
        }
    }

    private void end(Socket from, Socket to) {
        for (Socket socket : new Socket[] {from, to}) {
            open.remove(socket);
            close(socket);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "network-proxy");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.forEach(NetworkProxy::close);
        threads.shutdownNow();
    }
}
