/**
 * Dovecot's authentication protocol, the server's side: other servers, such as a Postfix with
 * {@code smtpd_sasl_type = dovecot}, have their clients log in here.
 */
@NullMarked
package org.postroom.dist.auth;

import org.jspecify.annotations.NullMarked;
