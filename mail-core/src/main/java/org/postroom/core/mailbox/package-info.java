/** What a mailbox is: names, UIDs, flags, mod-sequences, changes; {@code MailStore} SPI. */
package org.postroom.core.mailbox;
