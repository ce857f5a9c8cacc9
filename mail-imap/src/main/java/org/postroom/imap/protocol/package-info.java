/** Tokenizer, grammar primitives, message sets, response writer. Knows no command. */
package org.postroom.imap.protocol;
