/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Clients of Unix sockets, by name. The scan finds the listeners, see scan-unix.h. */
#pragma once

#include "control.h"
#include "processes.h"

/*
 * connect(2) attempts by process and name. Their outcome is not known here; user space knows which names have
 * listeners.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 32768);
	__type(key, struct unix_connect_key);
	__type(value, __u64);
} musubi_unix_connects SEC(".maps");

static __always_inline int on_unix_connect(struct bpf_sock_addr *ctx)
{
	struct bpf_sock_addr_kern *call = kernel_view(ctx);
	struct unix_connect_key connect_key = {};
	struct edge_key key = {};
	__u64 none = 0, *count;
	struct sock *sk;
	__u32 length;
	char first = 0;
	void *name;
	long read;

	if ((ctx->type != SOCK_STREAM && ctx->type != SOCK_SEQPACKET) || !ctx->sk)
		return 1;
	sk = kernel_view(ctx->sk);
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
	} else {
		bpf_probe_read_kernel(connect_key.name, length, name);
		connect_key.name_length = length;
	}
	connect_key.netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	put_current_process(&key);
	connect_key.pid = key.pid;
	connect_key.image = key.image;
	count = bpf_map_lookup_elem(&musubi_unix_connects, &connect_key);
	if (!count) {
		/* Another thread may be inserting the same key on another CPU. */
		bpf_map_update_elem(&musubi_unix_connects, &connect_key, &none, BPF_NOEXIST);
		count = bpf_map_lookup_elem(&musubi_unix_connects, &connect_key);
	}
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		count_lost();
	return 1;
}
