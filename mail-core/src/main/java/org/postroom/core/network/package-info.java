/** Blocks of IP addresses, as {@code mynetworks} has them. */
package org.postroom.core.network;
