/** Conversations with servers elsewhere that have mail for people here: by IMAP and by POP3. */
package org.postroom.dist.remote;
