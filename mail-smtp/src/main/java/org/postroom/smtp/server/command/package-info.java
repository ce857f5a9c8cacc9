/** One file a verb; {@code SmtpCommands} lists them. */
package org.postroom.smtp.server.command;
