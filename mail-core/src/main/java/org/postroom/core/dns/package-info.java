/** Looking up names: the resolver seam, the dnsjava adapter and a zone that tests write down. */
package org.postroom.core.dns;
