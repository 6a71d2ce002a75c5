/** The CustomResourceDefinition, generated from the wire types, and the proof that the API server takes it at its word. */
@NullMarked
package dev.leaderelection.crd;

import org.jspecify.annotations.NullMarked;
