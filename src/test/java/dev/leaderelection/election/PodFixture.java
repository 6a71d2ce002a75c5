package dev.leaderelection.election;

import dev.leaderelection.election.Candidate.Life;
import dev.leaderelection.election.Candidate.Mark;
import dev.leaderelection.election.Candidate.Role;
import dev.leaderelection.election.Candidate.Standing;
import java.time.Instant;

/** A pod to be described: running, ready and unlabelled unless something else is said. */
public final class PodFixture {

    private PodIdentity id;
    private String version = "1";
    private boolean selected = true;
    private Life life = Life.RUNNING;
    private boolean ready = true;
    private Instant readySince = Instant.EPOCH;
    private boolean stopped;
    private Candidate.Contact contact = Candidate.Contact.FINE;
    private Standing standing = Standing.STANDS;
    private int priority;
    private int ordinal = Candidate.NO_ORDINAL;
    private String revision = "";
    private Instant created = Instant.EPOCH;
    private Role role = Role.NONE;
    private long labelTerm;
    private Mark mark = Mark.NONE;
    private String node = "";

    private PodFixture(PodIdentity id) {
        this.id = id;
    }

    /** A pod whose UID follows from its name. */
    public static PodFixture pod(String name) {
        return new PodFixture(id(name));
    }

    /** A pod like another. */
    public static PodFixture like(Candidate pod) {
        PodFixture fixture = new PodFixture(pod.id());
        fixture.version = pod.version();
        fixture.selected = pod.selected();
        fixture.life = pod.life();
        fixture.ready = pod.ready();
        fixture.readySince = pod.readySince();
        fixture.stopped = pod.stopped();
        fixture.contact = pod.contact();
        fixture.standing = pod.standing();
        fixture.priority = pod.priority();
        fixture.ordinal = pod.ordinal();
        fixture.revision = pod.revision();
        fixture.created = pod.created();
        fixture.role = pod.role();
        fixture.labelTerm = pod.labelTerm();
        fixture.mark = pod.mark();
        fixture.node = pod.place().node();
        return fixture;
    }

    /** The identity of a pod that nobody gave another UID. */
    public static PodIdentity id(String name) {
        return new PodIdentity(name, name + "-uid");
    }

    /** Healthy, and not labelled. */
    public static Candidate healthy(String name) {
        return pod(name).build();
    }

    /** Healthy, and labelled in a term. */
    public static Candidate leading(String name, long term) {
        return pod(name).routed(term).build();
    }

    public PodFixture uid(String uid) {
        id = new PodIdentity(id.name(), uid);
        return this;
    }

    public PodFixture version(String now) {
        version = now;
        return this;
    }

    public PodFixture unselected() {
        selected = false;
        return this;
    }

    public PodFixture life(Life now) {
        life = now;
        return this;
    }

    public PodFixture notReady() {
        ready = false;
        return this;
    }

    public PodFixture readySince(long second) {
        readySince = Instant.ofEpochSecond(second);
        return this;
    }

    /** Its containers have ended for good. */
    public PodFixture stopped() {
        stopped = true;
        return this;
    }

    public PodFixture contact(Candidate.Contact now) {
        contact = now;
        return this;
    }

    public PodFixture node(String now) {
        node = now;
        return this;
    }

    public PodFixture standing(Standing now) {
        standing = now;
        return this;
    }

    public PodFixture priority(int now) {
        priority = now;
        return this;
    }

    public PodFixture ordinal(int now) {
        ordinal = now;
        return this;
    }

    public PodFixture revision(String now, long createdAtSecond) {
        revision = now;
        created = Instant.ofEpochSecond(createdAtSecond);
        return this;
    }

    public PodFixture role(Role now) {
        role = now;
        return this;
    }

    public PodFixture labelTerm(long term) {
        labelTerm = term;
        return this;
    }

    public PodFixture mark(Mark.Origin origin, long term) {
        mark = new Mark(origin, term);
        return this;
    }

    /** Carries the leader's label, the term and our mark. */
    public PodFixture routed(long term) {
        return role(Role.LEADER).labelTerm(term).mark(Mark.Origin.THIS_ELECTION, term);
    }

    public Candidate build() {
        return new Candidate(
                id,
                version,
                selected,
                life,
                ready,
                readySince,
                stopped,
                contact,
                standing,
                priority,
                ordinal,
                revision,
                created,
                role,
                labelTerm,
                mark,
                new Candidate.Place(node, "", false));
    }
}
