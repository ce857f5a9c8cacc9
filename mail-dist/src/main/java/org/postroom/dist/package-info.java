/** The server: {@link org.postroom.dist.MailServer} is the only type an embedder needs. */
package org.postroom.dist;
