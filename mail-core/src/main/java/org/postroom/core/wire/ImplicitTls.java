package org.postroom.core.wire;

import org.jspecify.annotations.Nullable;

/**
 * What a connection begins with, before anything is said in clear (RFC 8314).
 *
 * @param serverName whom a client asks for (SNI); null on the server's side
 */
record ImplicitTls(TlsContext context, @Nullable String serverName) {}
