/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Names of Unix sockets, and what identifies the listener behind a name. */
#pragma once

#include "basics.h"
#include "layout.h"

/* Copies the name a socket is bound to, and returns its length. A path includes the zero byte that ends it. */
static __always_inline __u32 read_unix_name(char to[MAX_NAME], struct unix_address *name)
{
	__u32 length = BPF_CORE_READ(name, len) - sizeof(__u16);

	if (length > MAX_NAME)
		length = MAX_NAME;
	bpf_probe_read_kernel(to, length,
			      (void *)name + bpf_core_field_offset(struct unix_address, name) + sizeof(__u16));
	return length;
}

/*
 * The process that called listen(2), which the kernel keeps for SO_PEERCRED: in the listener itself, and in each socket
 * that connects to it (net/unix/af_unix.c, copy_peercred). Together with the name object it identifies the listener,
 * because the kernel soon uses the memory of a freed name object again.
 */
static __always_inline __u32 listener_pid_of(struct sock *sk)
{
	return BPF_CORE_READ(sk, sk_peer_pid, numbers[0].nr);
}

/* The root directory of a process, which chroot(2) and containers change. Used only as an identifier. */
static __always_inline __u64 root_of(struct task_struct *task)
{
	return (__u64)BPF_CORE_READ(task, fs, root.mnt) * 0x9e3779b97f4a7c15ull ^
	       (__u64)BPF_CORE_READ(task, fs, root.dentry);
}

static __always_inline __u32 mntns_of(struct task_struct *task)
{
	return BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
}
