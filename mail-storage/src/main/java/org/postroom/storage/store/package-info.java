/** The store, opened. */
package org.postroom.storage.store;
