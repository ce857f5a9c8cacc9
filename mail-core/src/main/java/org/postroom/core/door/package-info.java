/** What can be listened for. */
package org.postroom.core.door;
