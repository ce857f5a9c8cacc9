/** Finding out what a decision wants to know, and noting it. */
package org.postroom.core.inquiry;
