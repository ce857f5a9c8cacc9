/** The way of a mail: {@code MailFlow}, router, transports SPI, local delivery, bounce. */
package org.postroom.core.flow;
