/** What has failed, in words for people. */
package org.postroom.core.trouble;
