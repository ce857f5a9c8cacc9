/** Envelope, recipient, content: what a mail is while it is under way. */
package org.postroom.core.mail;
