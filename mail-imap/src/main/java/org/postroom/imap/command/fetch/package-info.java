/** FETCH: its items, sections and their rendering. */
package org.postroom.imap.command.fetch;
