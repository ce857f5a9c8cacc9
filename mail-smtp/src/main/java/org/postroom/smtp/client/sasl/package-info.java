/** Logging in to other servers (RFC 4954): whose log-in, by which mechanism, and what is said. */
@NullMarked
package org.postroom.smtp.client.sasl;

import org.jspecify.annotations.NullMarked;
