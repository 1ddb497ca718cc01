/* SPDX-License-Identifier: MIT */
/*
 * vmm.c - how a VMM of one's own traces its guests with libvspan: one vCPU, on
 * KVM, for guests that follow <vspan/microvm.h>. What concerns vspan is marked
 * [1] to [6]; the rest is the least a VMM needs. Public headers only:
 *   cc vmm.c -o vmm $(pkg-config --cflags --libs vspan)
 *   ./vmm GUEST.elf [ARGUMENTS [TRACEPARENT]]
 */
#include <elf.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vspan/host.h>
#include <vspan/microvm.h>

/* Guest-physical addresses. The guest's image starts at 1 MiB, its stack ends with RAM. */
#define GDT UINT64_C(0x1000)
#define PAGE_TABLES UINT64_C(0x2000)
#define BOOT UINT64_C(0x8000)
#define IMAGE UINT64_C(0x100000)
#define STACK_SIZE UINT64_C(0x8000)
#define RAM_SIZE (UINT64_C(64) << 20)
#define REGION (UINT64_C(4) << 30)
#define LARGE_PAGE (UINT64_C(2) << 20)
#define RING 0 /* of the one vCPU */
#define SECOND UINT64_C(1000000000)
#define STATUS_FAILED 125

struct vm {
	int fd;
	int vcpu_fd;
	struct kvm_run *run;
	uint8_t *ram;
	uint32_t timer_us; /* period of the guest's timer, 0: off */
	struct vspan_region *region;
	struct vspan_consumer *consumer;
	struct vspan_attachment *attachment;
	const struct vspan_trace_context *context; /* NULL: the guest's work is nobody's */
};

/* For system calls: passes their result on, unless they failed. */
static int checked(int result, const char *what)
{
	if (result < 0)
		err(STATUS_FAILED, "cannot %s", what);
	return result;
}

static void slot_add(const struct vm *vm, uint32_t slot, uint32_t flags, uint64_t address,
	uint64_t size, void *memory)
{
	const struct kvm_userspace_memory_region region = {
		slot, flags, address, size, (uintptr_t)memory};

	checked(ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region), "map guest memory");
}

/* One to one, in pages of 2 MiB: RAM in the first GiB, the region in the fifth. */
static void page_tables_write(uint8_t *ram)
{
	uint64_t *top = (void *)(ram + PAGE_TABLES), i;
	uint64_t *gibs = top + 512, *low = gibs + 512, *high = low + 512;

	top[0] = (PAGE_TABLES + 0x1000) | 7; /* 7: present, writable, user */
	gibs[0] = (PAGE_TABLES + 0x2000) | 7;
	gibs[REGION >> 30] = (PAGE_TABLES + 0x3000) | 7;
	for (i = 0; i < 512; i++) {
		low[i] = i * LARGE_PAGE | 0x87; /* 0x80: a large page */
		high[i] = (REGION + i * LARGE_PAGE) | 0x87;
	}
}

static void memory_create(struct vm *vm)
{
	const struct vspan_region_options options = {.name = "example", .ring_count = 1};
	uint64_t size, host_size;
	struct vspan_error error;
	uint8_t *base;

	vm->ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (vm->ram == MAP_FAILED)
		err(STATUS_FAILED, "cannot map the guest's RAM");
	page_tables_write(vm->ram);
	slot_add(vm, 0, 0, 0, RAM_SIZE, vm->ram);

	/* [1] A region: the host's pages come first, and the guest must not write them. */
	if (vspan_region_create(&options, &vm->region, &error) < 0)
		errx(STATUS_FAILED, "%s", error.text);
	base = vspan_region_base(vm->region);
	size = vspan_region_size(vm->region);
	host_size = vspan_region_host_size(vm->region);
	slot_add(vm, 1, KVM_MEM_READONLY, REGION, host_size, base);
	slot_add(vm, 2, 0, REGION + host_size, size - host_size, base + host_size);
}

static void read_at(int fd, void *to, uint64_t size, uint64_t offset)
{
	if (pread(fd, to, size, (off_t)offset) != (ssize_t)size)
		errx(STATUS_FAILED, "the guest's image is truncated: build it again");
}

/* Returns the entry point. Segments must lie between our tables and the stack. */
static uint64_t image_load(const struct vm *vm, const char *path)
{
	const uint64_t end = RAM_SIZE - STACK_SIZE;
	int fd = checked(open(path, O_RDONLY | O_CLOEXEC), "open the guest's image");
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	uint64_t i;

	read_at(fd, &header, sizeof(header), 0);
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_machine != EM_X86_64 ||
		header.e_type != ET_EXEC)
		errx(STATUS_FAILED, "the guest '%s' is no fixed-address x86-64 image", path);
	for (i = 0; i < header.e_phnum; i++) {
		read_at(fd, &segment, sizeof(segment), header.e_phoff + i * sizeof(segment));
		if (segment.p_type != PT_LOAD)
			continue;
		if (segment.p_vaddr < IMAGE || segment.p_filesz > segment.p_memsz ||
			segment.p_memsz > end - IMAGE || segment.p_vaddr > end - segment.p_memsz)
			errx(STATUS_FAILED, "'%s' does not fit: link it with guest.ld", path);
		read_at(fd, vm->ram + segment.p_vaddr, segment.p_filesz, segment.p_offset);
	}
	close(fd);
	return header.e_entry;
}

/* The state <vspan/microvm.h> promises: a boot structure, 64-bit mode, segments, a stack. */
static void vcpu_boot(const struct vm *vm, uint64_t entry, const char *arguments)
{
	const uint64_t gdt[] = {0, UINT64_C(0xaf9b000000ffff), UINT64_C(0xcf93000000ffff)};
	const struct kvm_regs regs = {.rip = entry, .rdi = BOOT, .rsp = RAM_SIZE, .rflags = 2};
	struct vspan_microvm_boot boot = {.magic = VSPAN_MICROVM_MAGIC,
		.struct_size = sizeof(boot),
		.cpu_count = 1,
		.ram_size = RAM_SIZE,
		.region_address = REGION,
		.region_size = vspan_region_size(vm->region)};
	struct kvm_sregs sregs;

	snprintf(boot.arguments, sizeof(boot.arguments), "%s", arguments);
	memcpy(vm->ram + BOOT, &boot, sizeof(boot));
	memcpy(vm->ram + GDT, gdt, sizeof(gdt));
	checked(ioctl(vm->vcpu_fd, KVM_GET_SREGS, &sregs), "read the vCPU's registers");
	/* The segments of a reset, but 64 bits wide and with our selectors. */
	sregs.cs.base = 0;
	sregs.cs.selector = 8;
	sregs.cs.l = 1;
	sregs.ds.selector = 16;
	sregs.es = sregs.fs = sregs.gs = sregs.ss = sregs.ds;
	sregs.gdt.base = GDT;
	sregs.gdt.limit = sizeof(gdt) - 1;
	sregs.cr3 = PAGE_TABLES;
	sregs.cr4 = 0x620;      /* PAE, SSE */
	sregs.cr0 = 0x80000013; /* paging, protected mode, coprocessor */
	sregs.efer = 0x500;     /* long mode */
	checked(ioctl(vm->vcpu_fd, KVM_SET_SREGS, &sregs), "set the vCPU's registers");
	checked(ioctl(vm->vcpu_fd, KVM_SET_REGS, &regs), "set the vCPU's registers");
}

static void vm_create(struct vm *vm)
{
	int kvm = checked(open("/dev/kvm", O_RDWR | O_CLOEXEC), "open /dev/kvm");
	size_t run_size;

	run_size = (size_t)checked(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "size its vCPUs");
	vm->fd = checked(ioctl(kvm, KVM_CREATE_VM, 0), "create a VM");
	vm->vcpu_fd = checked(ioctl(vm->fd, KVM_CREATE_VCPU, 0), "create a vCPU");
	vm->run = mmap(NULL, run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu_fd, 0);
	if (vm->run == MAP_FAILED)
		err(STATUS_FAILED, "cannot map the vCPU's state");
	close(kvm);
}

/* [2] A consumer, and the region attached to it: how far is the guest's counter from ours? */
static void tracing_start(struct vm *vm)
{
	struct vspan_attach_options options = {0};
	const struct kvm_device_attr offset = {.group = KVM_VCPU_TSC_CTRL,
		.attr = KVM_VCPU_TSC_OFFSET,
		.addr = (uintptr_t)&options.counter_offset};
	struct vspan_error error;

	checked(ioctl(vm->vcpu_fd, KVM_GET_DEVICE_ATTR, &offset), "tell the guest's counter");
	if (vspan_consumer_create(NULL, &vm->consumer, &error) < 0 ||
		vspan_consumer_attach(vm->consumer, vm->region, &options, &vm->attachment, &error))
		errx(STATUS_FAILED, "%s", error.text);
}

/* Returns the guest's exit status, or -1: it goes on. Unknown ports are ignored. */
static int port_handle(struct vm *vm)
{
	const struct kvm_run *run = vm->run;
	uint32_t value;

	memcpy(&value, (const uint8_t *)run + run->io.data_offset, sizeof(value));
	switch (run->io.port) {
	/* [3] What the guest says about its tracing. The library checks the ring index. */
	case VSPAN_MICROVM_PORT_HELLO:
		vspan_attachment_hello(vm->attachment);
		break;
	case VSPAN_MICROVM_PORT_FULL:
	case VSPAN_MICROVM_PORT_FLUSH:
		vspan_attachment_drain(vm->attachment, value, SECOND);
		break;
	case VSPAN_MICROVM_PORT_EXIT:
		return (uint8_t)value;
	case VSPAN_MICROVM_PORT_TIMER:
		vm->timer_us = value;
		break;
	case VSPAN_MICROVM_PORT_CONSOLE:
		putchar(value == '\n' || (value >= ' ' && value <= '~') ? (int)value : '?');
		break;
	}
	return -1;
}

/* A guest that fails ends like one that exits: what it wrote is in the trace. */
static int exit_handle(struct vm *vm)
{
	const struct kvm_interrupt tick = {.irq = VSPAN_MICROVM_TIMER_VECTOR};

	switch (vm->run->exit_reason) {
	case KVM_EXIT_IO:
		return port_handle(vm);
	case KVM_EXIT_INTR: /* a signal */
	case KVM_EXIT_MMIO: /* a write to the host's pages of the region: without effect */
		return -1;
	case KVM_EXIT_HLT: /* ticks come in halts only: to interrupt a busy guest takes a signal */
		if (vm->timer_us == 0 || vm->run->if_flag == 0)
			break;
		vspan_attachment_vcpu_halt(vm->attachment, RING);
		usleep(vm->timer_us);
		checked(ioctl(vm->vcpu_fd, KVM_INTERRUPT, &tick), "interrupt the guest");
		return -1;
	}
	warnx("the guest failed, or halted for ever (KVM's exit reason %u)", vm->run->exit_reason);
	return STATUS_FAILED;
}

static int vm_run(struct vm *vm)
{
	const char *why;
	int status = -1;

	while (status < 0) {
		/* [4] For whom the guest runs: its outermost spans get that one's as parent. */
		vspan_attachment_vcpu_enter(vm->attachment, RING, vm->context);
		if (ioctl(vm->vcpu_fd, KVM_RUN, 0) < 0 && errno != EINTR)
			err(STATUS_FAILED, "cannot run the guest");
		why = vm->run->exit_reason == KVM_EXIT_HLT ? "halt" : "other";
		vspan_attachment_vcpu_exit(vm->attachment, RING, why);
		status = exit_handle(vm);
	}
	/* [5] The vCPU is gone: what it left is drained, spans it left open are aborted. */
	vspan_attachment_ring_dead(vm->attachment, RING);
	return status;
}

/* [6] The account of everything the guest attempted. */
static void tracing_stop(struct vm *vm)
{
	struct vspan_ledger ledger;

	vspan_consumer_detach(vm->attachment, &ledger);
	vspan_consumer_destroy(vm->consumer);
	vspan_region_close(vm->region);
	printf("%" PRIu64 " records attempted = %" PRIu64 " emitted + %" PRIu64 " not; %" PRIu64
	       " spans, %" PRIu64 " events\n",
		ledger.attempted, ledger.emitted, ledger.attempted - ledger.emitted, ledger.spans,
		ledger.events);
}

int main(int argc, char **argv)
{
	struct vspan_trace_context context;
	struct vm vm = {.context = argc > 3 ? &context : NULL};
	int status;

	if (argc < 2 || argc > 4)
		errx(STATUS_FAILED, "usage: vmm GUEST.elf [ARGUMENTS [TRACEPARENT]]");
	if (argc > 3 && vspan_trace_context_parse(argv[3], &context) < 0)
		errx(STATUS_FAILED, "'%s' is no W3C traceparent", argv[3]);
	vm_create(&vm);
	memory_create(&vm);
	vcpu_boot(&vm, image_load(&vm, argv[1]), argc > 2 ? argv[2] : "");
	tracing_start(&vm);
	status = vm_run(&vm);
	tracing_stop(&vm);
	return status;
}
