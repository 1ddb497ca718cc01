/* SPDX-License-Identifier: MIT */
/*
 * view-cut.h - stream files that lack what their index says was in them: a disk was
 * full, a copy stopped, a machine died. For `vspan view`.
 */
#ifndef VSPAN_CLI_VIEW_CUT_H
#define VSPAN_CLI_VIEW_CUT_H

/*
 * Says of each file of a trace how much is missing, and how the rest can be read
 * where babeltrace2 refuses it. Traces without an index are taken to be whole.
 */
void view_cut_tell(const char *trace);

#endif /* VSPAN_CLI_VIEW_CUT_H */
