/** Addresses, domains, networks: values that cannot be malformed. */
package org.postroom.core.address;
