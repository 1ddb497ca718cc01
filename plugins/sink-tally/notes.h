/* SPDX-License-Identifier: MIT */
/* notes.h - what a tally's numbers lack, or have only by repair, a line for each. */
#ifndef VSPAN_PLUGINS_SINK_TALLY_NOTES_H
#define VSPAN_PLUGINS_SINK_TALLY_NOTES_H

#include "model/forest.h"
#include "model/text.h"

void notes_append(struct text *text, const struct forest *forest);

/* `3282532651 "block-store"`, or the number alone. */
void vm_append(struct text *text, const struct vm *vm);

#endif /* VSPAN_PLUGINS_SINK_TALLY_NOTES_H */
