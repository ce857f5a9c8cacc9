/**
 * Sending mail on: next hops, connections that are used again, one transaction at a time, a result
 * for each recipient.
 */
package org.postroom.smtp.client;
