/** Addresses written anew: completed and mapped, in the envelope and in header fields. */
package org.postroom.core.rewrite;
