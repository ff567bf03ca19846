/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Clients of Unix sockets. The scan finds the listeners, see scan-unix.h. */
#pragma once

#include "control.h"
#include "processes.h"
#include "unix-names.h"

/* Connections by process and listener; or, on kernels that do not show the listener, calls of connect(2) by name. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 32768);
	__type(key, struct unix_connect_key);
	__type(value, __u64);
} musubi_unix_connects SEC(".maps");

static __always_inline void count_unix_connect(struct unix_connect_key *key)
{
	__u64 none = 0, *count = bpf_map_lookup_elem(&musubi_unix_connects, key);

	if (!count) {
		/* Another thread may be inserting the same key on another CPU. */
		bpf_map_update_elem(&musubi_unix_connects, key, &none, BPF_NOEXIST);
		count = bpf_map_lookup_elem(&musubi_unix_connects, key);
	}
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		count_lost();
}

static __always_inline bool is_connection_oriented(const struct bpf_sock_addr *ctx)
{
	return ctx->type == SOCK_STREAM || ctx->type == SOCK_SEQPACKET;
}

static __always_inline void put_unix_client(struct unix_connect_key *to, struct sock *sk)
{
	struct edge_key key = {};

	put_current_process(&key);
	to->pid = key.pid;
	to->image = key.image;
	to->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

/*
 * Counts a call of connect(2), before the kernel looks up the name: neither the listener nor the outcome is known.
 * Used where unix-outcome.h is not.
 */
static __always_inline int on_unix_connect(struct bpf_sock_addr *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct bpf_sock_addr_kern *call = kernel_view(ctx);
	struct unix_connect_key connect_key = {};
	__u32 length;
	char first = 0;
	void *name;
	long read;

	if (!is_connection_oriented(ctx) || !ctx->sk)
		return 1;
	name = BPF_CORE_READ(call, uaddr) + sizeof(__u16);
	length = BPF_CORE_READ(call, uaddrlen) - sizeof(__u16);
	if (length == 0 || length > MAX_NAME)
		return 1;
	bpf_probe_read_kernel(&first, 1, name);
	/*
	 * A path ends at the first zero byte or with the address. An abstract name fills the rest of the address and
	 * may contain zero bytes.
	 */
	if (first) {
		read = bpf_probe_read_kernel_str(connect_key.name, length + 1, name);
		connect_key.name_length = read > 0 ? read - 1 : 0;
		connect_key.mntns = mntns_of(task);
		connect_key.root = root_of(task);
	} else {
		bpf_probe_read_kernel(connect_key.name, length, name);
		connect_key.name_length = length;
	}
	put_unix_client(&connect_key, kernel_view(ctx->sk));
	count_unix_connect(&connect_key);
	return 1;
}
