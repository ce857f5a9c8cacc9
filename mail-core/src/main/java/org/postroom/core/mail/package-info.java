/** Envelope, recipient, content, submission: what a mail is while it is under way. */
package org.postroom.core.mail;
