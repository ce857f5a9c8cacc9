/** Addresses and domains: values that cannot be malformed. */
package org.postroom.core.address;
