/** POP3's lines: commands as they come, replies and multi-line data as they go. */
package org.postroom.pop3.protocol;
