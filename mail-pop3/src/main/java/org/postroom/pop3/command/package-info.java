/** One file per POP3 command; {@code Pop3Commands} lists them. */
package org.postroom.pop3.command;
