/* SPDX-License-Identifier: MIT */
/*
 * start.S - how QEMU's processors become the vCPUs of <vspan/microvm.h>. The first
 * one arrives at _start in 32-bit mode, as the PVH note asks (`qemu -kernel`); the
 * others at trampoline in 16-bit mode, sent there by apic.c. All go on in boot.c.
 */
#include "layout.h"

	.set	CR0_PE, 1 << 0
	.set	CR0_MP, 1 << 1
	.set	CR0_ET, 1 << 4
	.set	CR0_PG, 1 << 31
	.set	CR4_PAE, 1 << 5
	.set	CR4_OSFXSR, 1 << 9
	.set	CR4_OSXMMEXCPT, 1 << 10
	.set	MSR_EFER, 0xc0000080
	.set	EFER_LME, 1 << 8

	.set	SELECTOR_CODE, 8
	.set	SELECTOR_DATA, 16
	.set	SELECTOR_CODE_32, 24

	.set	PAGE, 4096
	.set	PAGE_TABLE, 3		/* present, writable */
	.set	PAGE_LARGE, 0x83	/* and 2 MiB of memory instead of a table */
	.set	LARGE_PAGE, 2 << 20
	.set	GIGABYTES, 4		/* mapped one to one: RAM, the local APIC */

	.set	XEN_ELFNOTE_PHYS32_ENTRY, 18

	.section .note.Xen, "a", @note
	.balign	4
	.long	4, 8, XEN_ELFNOTE_PHYS32_ENTRY
	.asciz	"Xen"
	.quad	_start

	.section .text.start, "ax", @progbits

	/* ebx: physical address of the PVH start information. Flat segments, paging off. */
	.code32
	.globl	_start
	.type	_start, @function
_start:
	cli
	cld
	lgdt	gdt_pointer
	ljmp	$SELECTOR_CODE_32, $1f
1:	movl	$page_directories, %edi
	movl	$PAGE_LARGE, %eax
	movl	$GIGABYTES * 512, %ecx
2:	movl	%eax, (%edi)
	addl	$LARGE_PAGE, %eax
	addl	$8, %edi
	decl	%ecx
	jnz	2b
	movl	$page_directories + PAGE_TABLE, %eax
	movl	$page_pointers, %edi
	movl	$GIGABYTES, %ecx
3:	movl	%eax, (%edi)
	addl	$PAGE, %eax
	addl	$8, %edi
	decl	%ecx
	jnz	3b
	movl	$page_pointers + PAGE_TABLE, page_root
	jmp	long_mode_enter
	.size	_start, . - _start

	/* ebx: 0, no start information. */
cpu_start_32:
	xorl	%ebx, %ebx

long_mode_enter:
	movl	$SELECTOR_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%cr4, %eax
	orl	$CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT, %eax
	movl	%eax, %cr4
	movl	$page_root, %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	rdmsr
	orl	$EFER_LME, %eax
	wrmsr
	/* All of it: after INIT caches are off, after firmware anything may be set. */
	movl	$CR0_PG | CR0_ET | CR0_MP | CR0_PE, %eax
	movl	%eax, %cr0
	ljmp	$SELECTOR_CODE, $1f

	.code64
1:	xorl	%ebp, %ebp
	testl	%ebx, %ebx
	jz	cpu_start_64
	movl	$stacks + LAYOUT_STACK_SIZE, %esp
	movl	%ebx, %edi
	call	boot_first
	ud2

	/* Processors are numbered as they come. */
cpu_start_64:
	movl	$1, %edi
	lock xaddl %edi, cpus_arrived
	cmpl	$LAYOUT_CPUS_MAX, %edi
	jae	2f
	movl	%edi, %esp
	imull	$LAYOUT_STACK_SIZE, %esp
	addl	$stacks + LAYOUT_STACK_SIZE, %esp
	call	boot_other
	ud2
2:	cli
	hlt
	jmp	2b

	.section .rodata

	/* Copied to LAYOUT_TRAMPOLINE: what it refers to by 16 bits lies there as well. */
	.code16
	.globl	trampoline
	.globl	trampoline_end
trampoline:
	cli
	cld
	xorw	%ax, %ax
	movw	%ax, %ds
	lgdtl	LAYOUT_TRAMPOLINE + (trampoline_gdt_pointer - trampoline)
	movl	%cr0, %eax
	orl	$CR0_PE, %eax
	movl	%eax, %cr0
	ljmpl	$SELECTOR_CODE_32, $cpu_start_32
	.balign	8
trampoline_gdt_pointer:
	.word	gdt_end - gdt - 1
	.long	gdt
trampoline_end:

	.balign	8
gdt:
	.quad	0
	.quad	0x00af9b000000ffff	/* SELECTOR_CODE */
	.quad	0x00cf93000000ffff	/* SELECTOR_DATA */
	.quad	0x00cf9b000000ffff	/* SELECTOR_CODE_32 */
gdt_end:
gdt_pointer:
	.word	gdt_end - gdt - 1
	.long	gdt

	.data
	.balign	4
cpus_arrived:
	.long	1			/* the first one */

	.bss
	.balign	PAGE
	.globl	page_root
page_root:
	.skip	PAGE
page_pointers:
	.skip	PAGE
page_directories:
	.skip	GIGABYTES * PAGE
stacks:
	.skip	LAYOUT_CPUS_MAX * LAYOUT_STACK_SIZE

	.section .note.GNU-stack, "", @progbits
