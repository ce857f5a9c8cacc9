/** Accounts, password and token checks, SASL mechanisms (protocol-neutral). */
package org.postroom.core.auth;
