/** Asks name servers, or a zone that is at hand. */
package org.postroom.core.dns.lookup;
