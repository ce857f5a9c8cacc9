/** What other domains say of TLS to their mail exchangers: MTA-STS (RFC 8461). */
package org.postroom.smtp.client.sts;
