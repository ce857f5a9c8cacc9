/** Where people are known, beside the store's own accounts: one row for each kind of source. */
package org.postroom.core.auth.source;
