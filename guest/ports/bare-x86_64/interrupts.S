/* SPDX-License-Identifier: MIT */
/*
 * interrupts.S - the entry points of timer interrupt, NMI and exceptions; the C side is
 * idt.c.
 */
	.text

	/*
	 * The processor aligned the stack to 16 before it pushed five words; nine
	 * more make it aligned again for the call. Vector registers are not saved:
	 * guest code is compiled without them. The handler is given where the
	 * address lies at which the interrupt came.
	 */
	.macro	interrupt_entry name, handler
	.globl \name
	.type \name, @function
\name:
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	cld
	leaq	72(%rsp), %rdi
	call	\handler
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rdi
	popq	%rsi
	popq	%rdx
	popq	%rcx
	popq	%rax
	iretq
	.size \name, . - \name
	.endm

	interrupt_entry idt_timer_entry, idt_timer
	/*
	 * On the stack it comes upon, as the timer does: all code here runs on good
	 * stacks and keeps nothing below them. No other NMI comes before the iretq.
	 */
	interrupt_entry idt_nmi_entry, idt_nmi

	/*
	 * One entry per exception, IDT_ENTRY_SIZE (idt.c) bytes apart. Those for
	 * which the processor pushes no error code push a 0, so that the frame
	 * below is the same for all: vector, error code, rip, cs, rflags, rsp, ss.
	 */
	.globl idt_exception_entries
	.balign	16
idt_exception_entries:
	.set	vector, 0
	.rept	32
	.balign	16
	.if	(vector != 8) && ((vector < 10) || (vector > 14)) && (vector != 17) && (vector != 21) && (vector != 29) && (vector != 30)
	pushq	$0
	.endif
	pushq	$vector
	jmp	exception_common
	.set	vector, vector + 1
	.endr
	.balign	16

exception_common:
	movq	%rsp, %rdi
	andq	$-16, %rsp
	cld
	call	idt_exception
	.size idt_exception_entries, . - idt_exception_entries

	.section .note.GNU-stack, "", @progbits
