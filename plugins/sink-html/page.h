/* SPDX-License-Identifier: MIT */
/*
 * page.h - the parts of the page that are the same for every trace: made of
 * page/ by tools/embed-page.py when the plugin is built.
 */
#ifndef VSPAN_PLUGINS_SINK_HTML_PAGE_H
#define VSPAN_PLUGINS_SINK_HTML_PAGE_H

#include <stddef.h>

/* Up to where the data goes, and from there on. */
extern const unsigned char page_head[];
extern const size_t page_head_length;
extern const unsigned char page_tail[];
extern const size_t page_tail_length;

#endif /* VSPAN_PLUGINS_SINK_HTML_PAGE_H */
