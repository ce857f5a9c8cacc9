/** Looking up names: the seam. */
package org.postroom.core.dns;
