/** The tables, and the numbered migrations that lead to them. */
package org.postroom.storage.schema;
