/** SEARCH: its keys, their cost and how they match. */
package org.postroom.imap.command.search;
