/** One file per command, {@code ImapCommands} lists them. */
package org.postroom.imap.command;
