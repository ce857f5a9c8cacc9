/** The committer, the statements and the two databases' dialects. */
package org.postroom.storage.sql;
