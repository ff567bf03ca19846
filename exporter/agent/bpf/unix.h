/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Unix sockets: who calls which name. What the walk meets tells who listens to it, see walk-unix.h. */
#pragma once

#include "control.h"
#include "processes.h"

/* Calls of connect(2) to a name. The kernel does not tell whether they succeeded: user space knows who listens. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 32768);
	__type(key, struct unix_ask);
	__type(value, __u64);
} musubi_unix SEC(".maps");

static __always_inline int unix_asks(struct bpf_sock_addr *ctx)
{
	struct bpf_sock_addr_kern *call = kernel_view(ctx);
	struct unix_ask ask = {};
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
	/* A path ends at a zero byte or with the address; an abstract name goes to its end, zero bytes and all. */
	if (first) {
		read = bpf_probe_read_kernel_str(ask.name, length + 1, name);
		ask.name_length = read > 0 ? read - 1 : 0;
	} else {
		bpf_probe_read_kernel(ask.name, length, name);
		ask.name_length = length;
	}
	ask.netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	put_process(&key);
	ask.pid = key.pid;
	ask.image = key.image;
	count = bpf_map_lookup_elem(&musubi_unix, &ask);
	if (!count) {
		/* Another thread may be as far, on another CPU. */
		bpf_map_update_elem(&musubi_unix, &ask, &none, BPF_NOEXIST);
		count = bpf_map_lookup_elem(&musubi_unix, &ask);
	}
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		count_lost();
	return 1;
}
