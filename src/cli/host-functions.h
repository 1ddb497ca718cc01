/* SPDX-License-Identifier: MIT */
/*
 * host-functions.h - what a guest of `vspan call` finds in its host. Arguments and
 * results are texts, one or several, each with its NUL.
 */
#ifndef VSPAN_CLI_HOST_FUNCTIONS_H
#define VSPAN_CLI_HOST_FUNCTIONS_H

#include "vmm/vmm.h"

/*
 *   print TEXT...              a line on standard output, made safe
 *   call FUNCTION ARGUMENT...  the guest's function, on the same vCPU; its result and status
 *   play SCRIPT                of the script, as in guest/examples/functions/play.h, calls
 *                              the guest's `play` with what is in brackets; 16: nonsense
 *
 * Before vmm_start(). 0 or a negative errno.
 */
int host_functions_add(struct vmm *vmm);

#endif /* VSPAN_CLI_HOST_FUNCTIONS_H */
