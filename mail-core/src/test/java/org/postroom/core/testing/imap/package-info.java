/** A client that keeps a model of its mailbox, and a random workload of many of them. */
package org.postroom.core.testing.imap;
