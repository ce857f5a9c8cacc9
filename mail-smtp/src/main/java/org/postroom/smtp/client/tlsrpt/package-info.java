/** Reports to other domains on TLS with their mail exchangers: TLSRPT (RFC 8460). */
package org.postroom.smtp.client.tlsrpt;
