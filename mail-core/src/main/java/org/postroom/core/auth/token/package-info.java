/** Tokens of issuers (OAuth 2.0): what one says of whom, and who vouches for it. */
package org.postroom.core.auth.token;
