/* SPDX-License-Identifier: MIT */
/*
 * start.S - where each vCPU of the micro-VM wakes up. The state on arrival is the
 * contract of <vspan/microvm.h>; the C side is guest_main() of the guest.
 */
	.section .text.start, "ax", @progbits

	/* rdi: boot structure, rsp: top of this vCPU's stack, 16-byte aligned. */
	.globl _start
	.type _start, @function
_start:
	cld
	xorl	%ebp, %ebp
	movq	%rdi, %rbx
	call	idt_load
	movq	%rbx, %rdi
	call	guest_main
	/* A vCPU that halts with interrupts off is gone for ever. */
1:	cli
	hlt
	jmp	1b
	.size _start, . - _start

	.section .note.GNU-stack, "", @progbits
