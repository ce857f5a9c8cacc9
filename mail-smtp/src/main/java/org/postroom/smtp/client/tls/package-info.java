/** How safe a connection to another server must be, and whether the one that we have is. */
@NullMarked
package org.postroom.smtp.client.tls;

import org.jspecify.annotations.NullMarked;
