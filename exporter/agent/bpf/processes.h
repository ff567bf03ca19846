/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What names the processes that ask or listen, taken while they are there. */
#pragma once

#include "cgroups.h"

/* Those who asked or listen: a process may be gone before user space looks. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct process_key);
	__type(value, struct process);
} musubi_procs SEC(".maps");

enum { RECENT = 256 };

/* The last few of them: an array is looked up in no time. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RECENT);
	__type(key, __u32);
	__type(value, struct process_key);
} musubi_recent SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct process);
} musubi_noproc SEC(".maps");

static __always_inline __u32 current_pid(void)
{
	return bpf_get_current_pid_tgid() >> 32;
}

/* Tells a process from another with its pid: one that had it before, or itself before it called execve(2). */
static __always_inline __u32 image_of(__u64 started, struct mm_struct *mm)
{
	return ((started ^ (__u64)mm) * 0x9e3779b97f4a7c15ull >> 32) | 1;
}

/* Keeps what names the current process, once. */
static __always_inline struct process_key keep_process(struct task_struct *task, __u64 started, struct mm_struct *mm)
{
	struct process_key process_key = { .pid = current_pid(), .image = image_of(started, mm) };
	__u32 slot = process_key.pid & (RECENT - 1);
	struct process_key *recent = bpf_map_lookup_elem(&musubi_recent, &slot);
	struct process *process;
	unsigned long start, length;
	void *nothing;

	if (!recent || (recent->pid == process_key.pid && recent->image == process_key.image))
		return process_key;
	*recent = process_key;
	if (bpf_map_lookup_elem(&musubi_procs, &process_key))
		return process_key;
	nothing = lookup_first(&musubi_noproc);
	if (!nothing)
		return process_key;
	bpf_map_update_elem(&musubi_procs, &process_key, nothing, BPF_NOEXIST);
	process = bpf_map_lookup_elem(&musubi_procs, &process_key);
	if (!process)
		return process_key;
	process->started = started;
	process->cgroup = keep_cgroup(task);
	BPF_CORE_READ_INTO(&process->comm, task, group_leader, comm);
	process->parent = BPF_CORE_READ(task, group_leader, real_parent, tgid);
	if (!mm)
		return process_key; /* a kernel thread */
	bpf_probe_read_kernel_str(process->executable, sizeof(process->executable),
				  BPF_CORE_READ(mm, exe_file, f_path.dentry, d_name.name));
	start = BPF_CORE_READ(mm, arg_start);
	length = BPF_CORE_READ(mm, arg_end) - start;
	if (length > sizeof(process->args))
		length = sizeof(process->args);
	if (bpf_probe_read_user(process->args, length, (void *)start) == 0)
		process->args_length = length;
	return process_key;
}

static __always_inline void put_process(struct edge_key *key)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct process_key process =
		keep_process(task, BPF_CORE_READ(task, group_leader, start_boottime), BPF_CORE_READ(task, mm));

	key->pid = process.pid;
	key->image = process.image;
}

/* The same for tracing programs, to which the kernel gives a task whose fields take no call to read. */
static __always_inline struct process_key traced_process(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return keep_process(task, task->group_leader->start_boottime, kernel_view(task->mm));
}
