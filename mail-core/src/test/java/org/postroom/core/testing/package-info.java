/**
 * What tests of several modules share: mailboxes, queue and accounts in memory, and the contracts
 * that every implementation of those keeps.
 */
package org.postroom.core.testing;
