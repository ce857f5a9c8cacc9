/** Passwords as others have stored them: every scheme of crypt(3) and Dovecot, one row each. */
package org.postroom.core.auth.scheme;
