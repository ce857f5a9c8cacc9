/**
 * What tests of several modules share: mailboxes, queue and accounts in memory, the contracts that
 * every implementation of those keeps, and the house and clients that protocols are tried with.
 */
package org.postroom.core.testing;
