/** Who can read a file. */
package org.postroom.core.privacy;
