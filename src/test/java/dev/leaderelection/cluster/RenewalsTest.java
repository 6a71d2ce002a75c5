package dev.leaderelection.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.cluster.Renewals.Gap;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class RenewalsTest {

    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

    private final Renewals renewals = new Renewals();

    @Test
    void findsTheLongestTimeBetweenTwoRenewalsOfOneLease() {
        renewals.onAdd(lease("orders", "1", "orders-a", 0));
        renewals.onAdd(lease("bills", "2", "bills-a", 3));
        renew("bills", "2", 3, 4);

        renew("orders", "1", 0, 9);

        assertThat(renewals.longest()).isEqualTo(new Gap("shop/orders", Duration.ofSeconds(9)));
        assertThat(renewals.count()).isEqualTo(2);
    }

    @Test
    void writesThatRenewNothingCountForNothing() {
        renewals.onAdd(lease("orders", "1", "orders-a", 0));

        renew("orders", "1", 0, 0);

        assertThat(renewals.count()).isZero();
    }

    @Test
    void leaseThatWaitsIsFoundBeforeItIsRenewed() {
        renewals.onAdd(lease("orders", "1", "orders-a", 0));
        renewals.onAdd(lease("bills", "2", "bills-a", 3));

        assertThat(renewals.waiting(START.plusSeconds(20))).isEqualTo(new Gap("shop/orders", Duration.ofSeconds(20)));
    }

    @Test
    void leaseThatIsMadeAnewIsAnotherOne() {
        renewals.onAdd(lease("orders", "1", "orders-a", 0));

        renewals.onUpdate(lease("orders", "1", "orders-a", 0), lease("orders", "2", "orders-a", 60));

        assertThat(renewals.longest().time()).isZero();
    }

    @Test
    void leaseThatNobodyHoldsIsNotDue() {
        renewals.onAdd(lease("orders", "1", "orders-a", 0));

        renewals.onUpdate(lease("orders", "1", "orders-a", 0), lease("orders", "1", "", 0));

        assertThat(renewals.held()).isZero();
        assertThat(renewals.waiting(START.plusSeconds(20)).time()).isZero();
    }

    private void renew(String name, String uid, int from, int to) {
        renewals.onUpdate(lease(name, uid, name + "-a", from), lease(name, uid, name + "-a", to));
    }

    private static Lease lease(String name, String uid, String holder, int seconds) {
        return new LeaseBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName(name)
                .withUid(uid)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity(holder)
                .withRenewTime(START.plusSeconds(seconds).atZone(ZoneOffset.UTC))
                .endSpec()
                .build();
    }
}
