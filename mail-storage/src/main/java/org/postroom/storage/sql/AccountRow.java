package org.postroom.storage.sql;

import org.postroom.core.auth.Account;

/**
 * A row of accounts.
 *
 * @param hasPassword whether its password is here: else it is the home of somebody whom another
 *     source knows, or knew
 */
record AccountRow(Account account, boolean hasPassword) {}
