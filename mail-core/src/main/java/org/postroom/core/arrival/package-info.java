/**
 * A mail that arrives and is not yet ours: its content while it is staged, its name, the field of
 * this hop.
 */
package org.postroom.core.arrival;
