/**
 * The packaged operator at work for a long time: whether its memory, its threads and its connections stay as they are, whether every
 * Lease is renewed in time, and whether nothing stays of what is gone, while users churn its elections all the while.
 */
@NullMarked
package dev.leaderelection.soak;

import org.jspecify.annotations.NullMarked;
