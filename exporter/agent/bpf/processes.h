/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Names of processes that connect or listen, recorded while they run. */
#pragma once

#include "cgroups.h"
#include "environment.h"

/* A process may have exited before user space reads /proc. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct process_key);
	__type(value, struct process);
} musubi_processes SEC(".maps");

enum { RECENT = 256 };

/* The most recent processes: an array lookup is cheaper than the hash. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RECENT);
	__type(key, __u32);
	__type(value, struct process_key);
} musubi_recent_processes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct process);
} musubi_zero_process SEC(".maps");

static __always_inline __u32 current_pid(void)
{
	return bpf_get_current_pid_tgid() >> 32;
}

/* Distinguishes processes that use the same pid: an earlier process, or the same process before execve(2). */
static __always_inline __u32 image_of(__u64 started, struct mm_struct *mm)
{
	return ((started ^ (__u64)mm) * 0x9e3779b97f4a7c15ull >> 32) | 1;
}

/*
 * The same for all processes that fork(2) made since one execve(2), which lays out their memory at random. So it
 * distinguishes workers from the programs to which a socket was passed on. 0 for a kernel thread.
 */
static __always_inline __u32 exec_of(struct mm_struct *mm)
{
	__u64 layout;

	if (!mm)
		return 0;
	layout = BPF_CORE_READ(mm, start_stack) ^ (__u64)BPF_CORE_READ(mm, arg_start) << 20;
	return (layout * 0x9e3779b97f4a7c15ull >> 32) | 1;
}

static __always_inline __u32 current_exec(void)
{
	return exec_of(kernel_view(bpf_get_current_task_btf()->mm));
}

/* Records the names of the current process, once. */
static __always_inline struct process_key remember_process(struct task_struct *task, __u64 started,
							   struct mm_struct *mm)
{
	struct process_key process_key = { .pid = current_pid(), .image = image_of(started, mm) };
	__u32 slot = process_key.pid & (RECENT - 1);
	struct process_key *recent = bpf_map_lookup_elem(&musubi_recent_processes, &slot);
	struct process *process;
	unsigned long start, length;
	void *nothing;

	if (!recent || (recent->pid == process_key.pid && recent->image == process_key.image))
		return process_key;
	*recent = process_key;
	if (bpf_map_lookup_elem(&musubi_processes, &process_key))
		return process_key;
	nothing = lookup_first(&musubi_zero_process);
	if (!nothing)
		return process_key;
	bpf_map_update_elem(&musubi_processes, &process_key, nothing, BPF_NOEXIST);
	process = bpf_map_lookup_elem(&musubi_processes, &process_key);
	if (!process)
		return process_key;
	process->started = started;
	process->cgroup = remember_cgroup(task);
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
	read_environment(process, BPF_CORE_READ(mm, env_start), BPF_CORE_READ(mm, env_end));
	return process_key;
}

static __always_inline void put_current_process(struct edge_key *key)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct process_key process =
		remember_process(task, BPF_CORE_READ(task, group_leader, start_boottime), BPF_CORE_READ(task, mm));

	key->pid = process.pid;
	key->image = process.image;
}

/* For tracing programs: their BTF task pointer can be read without helper calls. */
static __always_inline struct process_key current_process(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return remember_process(task, task->group_leader->start_boottime, kernel_view(task->mm));
}
