/** A dovecot.conf as it stands: its grammar, and what its settings come to here. */
package org.postroom.dist.config.dovecot;
