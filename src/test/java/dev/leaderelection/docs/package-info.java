/** Proof that what is shown to users is true: manifests, examples, and every command and YAML block of the documentation. */
@NullMarked
package dev.leaderelection.docs;

import org.jspecify.annotations.NullMarked;
